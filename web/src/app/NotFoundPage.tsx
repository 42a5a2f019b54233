/** An address that names nothing. */
import { Compass } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '../ui/Button';
import { EmptyState } from '../ui/EmptyState';

export function NotFoundPage() {
  const { t } = useTranslation('common');
  return (
    <main style={{ display: 'flex', height: '100%' }}>
      <EmptyState
        isPage
        icon={<Compass aria-hidden />}
        title={t('not_found_title')}
        action={<ButtonLink href="/">{t('back_to_chat')}</ButtonLink>}
      >
        {t('not_found_words')}
      </EmptyState>
    </main>
  );
}
