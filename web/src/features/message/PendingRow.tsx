/** A message on its way, or one that was refused while something else stood in the composer. */
import { Clock } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { codeSentence } from '../../api/problem';
import type { PendingPost } from '../../live/store';
import { Button } from '../../ui/Button';
import { cx } from '../../ui/cx';
import styles from './MessageRow.module.css';

export interface PendingRowProps {
  post: PendingPost;
  author: string;
  offline: boolean;
  onEdit: (post: PendingPost) => void;
  onDiscard: (post: PendingPost) => void;
}

export function PendingRow({ post, author, offline, onEdit, onDiscard }: PendingRowProps) {
  const { t } = useTranslation('message');
  const refused = post.state === 'refused';
  return (
    <article
      className={cx(styles.row, refused ? styles.refused : styles.pending)}
      aria-label={t('row_pending', { author })}
    >
      <span className={styles.time}>
        <Clock className={styles.waiting} aria-hidden />
      </span>
      <span className={styles.author}>
        <span className={styles.name}>{author}</span>
      </span>
      <div className={styles.text}>
        {post.title ?? post.text}
        {refused && (
          <span className={styles.state} role="alert">
            {codeSentence(post.code ?? '', post.detail ?? '')}
            <Button variant="quiet" onPress={() => onEdit(post)}>
              {t('edit_again')}
            </Button>
            <Button variant="quiet" onPress={() => onDiscard(post)}>
              {t('discard')}
            </Button>
          </span>
        )}
        {!refused && offline && <span className={styles.state}>{t('waiting_for_connection')}</span>}
      </div>
    </article>
  );
}
