/** The state of the live connection: a dot with a word. */
import { useTranslation } from 'react-i18next';
import { useConnection } from '../live/hooks';
import { cx } from '../ui/cx';
import styles from './ConnectionWord.module.css';

export function ConnectionWord() {
  const { t } = useTranslation('common');
  const { word, waiting } = useConnection();
  const words =
    word === 'offline' && waiting > 0
      ? t('connection_offline_waiting', { count: waiting })
      : t(`connection_${word}`);
  return (
    <output className={cx(styles.word, styles[word])} aria-label={words} title={words}>
      <span className={styles.dot} aria-hidden />
      <span className={styles.text}>{words}</span>
    </output>
  );
}
