/** A quiet line while something loads; nothing at all for the first 400 ms. */
import { useTranslation } from 'react-i18next';
import styles from './Loading.module.css';

export function Loading({ label }: { label?: string }) {
  const { t } = useTranslation('common');
  return (
    <div role="status" className={styles.loading}>
      <span className={styles.words}>{label ?? t('loading')}</span>
    </div>
  );
}
