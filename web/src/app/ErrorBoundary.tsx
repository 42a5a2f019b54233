/** Catches what a view threw, so that the rest of the application goes on. */
import { CircleAlert } from 'lucide-react';
import { Component, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../ui/Button';
import { EmptyState } from '../ui/EmptyState';

export function CrashPage() {
  const { t } = useTranslation('common');
  return (
    <main role="alert" style={{ display: 'flex', height: '100%' }}>
      <EmptyState
        isPage
        icon={<CircleAlert aria-hidden />}
        title={t('crash_title')}
        action={
          <Button variant="primary" onPress={() => location.reload()}>
            {t('reload_page')}
          </Button>
        }
      >
        {t('crash_words')}
      </EmptyState>
    </main>
  );
}

export class ErrorBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render() {
    return this.state.failed ? <CrashPage /> : this.props.children;
  }
}
