/** The form of something that is not there any more. */
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '../Button';
import { EmptyState } from '../EmptyState';

export function ThingGone({ to, title, back }: { to: string; title: string; back: string }) {
  const { t } = useTranslation('form');
  return (
    <EmptyState isPage title={title} action={<ButtonLink href={to}>{back}</ButtonLink>}>
      {t('gone_words')}
    </EmptyState>
  );
}
