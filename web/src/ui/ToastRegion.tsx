/** Shows the notices of toast.ts, politely. */
import { CircleAlert, CircleCheck, Info, X } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './Button';
import { cx } from './cx';
import { IconButton } from './IconButton';
import styles from './ToastRegion.module.css';
import { currentToasts, dismissToast, subscribeToasts } from './toast';

const icons = { info: Info, ok: CircleCheck, error: CircleAlert };

export function ToastRegion() {
  const { t } = useTranslation('common');
  const notices = useSyncExternalStore(subscribeToasts, currentToasts);
  return (
    <section aria-label={t('notices')} aria-live="polite" className={styles.region}>
      {notices.map((notice) => {
        const Icon = icons[notice.tone];
        const { action } = notice;
        return (
          <div key={notice.id} className={cx(styles.toast, styles[notice.tone])}>
            <Icon aria-hidden />
            <span className={styles.words}>{notice.text}</span>
            {action && (
              <Button
                variant="quiet"
                onPress={() => {
                  action.run();
                  dismissToast(notice.id);
                }}
              >
                {action.label}
              </Button>
            )}
            <IconButton label={t('dismiss')} onPress={() => dismissToast(notice.id)}>
              <X aria-hidden />
            </IconButton>
          </div>
        );
      })}
    </section>
  );
}
