/** A webhook's new secret, the only time that it is shown. */
import { Copy } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Banner } from '../../ui/Banner';
import { Button } from '../../ui/Button';
import { toast } from '../../ui/toast';
import styles from './WebhookPanel.module.css';

export function Secret({ secret, onHide }: { secret: string; onHide: () => void }) {
  const { t } = useTranslation('webhook');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(secret);
      toast(t('secret_copied'), { tone: 'ok' });
    } catch {
      // Browsers give the clipboard only to pages that came by https.
      toast(t('secret_not_copied'), { tone: 'error' });
    }
  };
  return (
    <Banner tone="warning">
      <p>{t('secret_words')}</p>
      <code className={styles.secret}>{secret}</code>
      <div className={styles.buttons}>
        <Button icon={<Copy aria-hidden />} onPress={() => void copy()}>
          {t('secret_copy')}
        </Button>
        <Button onPress={onHide}>{t('secret_hide')}</Button>
      </div>
    </Banner>
  );
}
