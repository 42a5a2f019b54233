/** An area that is not open to the person. */
import { Lock } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from './Button';
import { EmptyState } from './EmptyState';

export function NotAllowed() {
  const { t } = useTranslation('common');
  return (
    <main style={{ display: 'flex', flex: 1 }}>
      <EmptyState
        isPage
        icon={<Lock aria-hidden />}
        title={t('not_allowed_title')}
        action={<ButtonLink href="/">{t('back_to_chat')}</ButtonLink>}
      >
        {t('not_allowed_words')}
      </EmptyState>
    </main>
  );
}
