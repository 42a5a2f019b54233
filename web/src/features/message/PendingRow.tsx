/**
 * A message on its way: waiting for the add-in's filter or the connection, changed by the add-in and not agreed to yet,
 * or refused while something else stood in the composer.
 */
import { Clock } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { asTyped, type Draft } from '../../live/frames';
import type { PendingPost } from '../../live/store';
import { Button } from '../../ui/Button';
import { cx } from '../../ui/cx';
import styles from './MessageRow.module.css';
import pending from './PendingRow.module.css';
import { refusalSentence } from './refusalSentence';

export interface PendingRowProps {
  post: PendingPost;
  author: string;
  offline: boolean;
  onEdit: (post: PendingPost) => void;
  onDiscard: (post: PendingPost) => void;
  /** Posts what the add-in made of it. */
  onAgree: (post: PendingPost) => void;
}

export function PendingRow({ post, author, offline, onEdit, onDiscard, onAgree }: PendingRowProps) {
  const { t } = useTranslation('message');
  const { state, addin } = post;
  const refused = state === 'refused';
  const changed = state === 'changed';
  const choices = (
    <>
      <Button variant="quiet" onPress={() => onEdit(post)}>
        {t('edit_again')}
      </Button>
      <Button variant="quiet" onPress={() => onDiscard(post)}>
        {t('discard')}
      </Button>
    </>
  );
  return (
    <article
      className={cx(styles.row, refused ? styles.refused : styles.pending, changed && pending.changed)}
      aria-label={t('row_pending', { author })}
    >
      <span className={styles.time}>
        <Clock className={styles.waiting} aria-hidden />
      </span>
      <span className={styles.author}>
        <span className={styles.name}>{author}</span>
      </span>
      <div className={styles.text}>
        {changed ? (
          <Changed post={post}>
            <Button variant="primary" onPress={() => onAgree(post)}>
              {t('filter_agree')}
            </Button>
            {choices}
          </Changed>
        ) : (
          (post.title ?? post.text)
        )}
        {refused && (
          <span className={styles.state} role="alert">
            {refusalSentence(post.code ?? '', post.detail ?? '', addin)}
            {choices}
          </span>
        )}
        {state === 'filtering' && <span className={styles.state}>{t('filter_waiting')}</span>}
        {state === 'waiting' && offline && (
          <span className={styles.state}>{t('waiting_for_connection')}</span>
        )}
      </div>
    </article>
  );
}

function Changed({ post, children }: { post: PendingPost; children: ReactNode }) {
  const { t } = useTranslation('message');
  return (
    <div className={pending.change}>
      <p role="alert">{t('filter_changed', { addin: post.addin })}</p>
      <dl className={pending.texts}>
        <dt>{t('filter_before')}</dt>
        <dd>
          <del>{whole(asTyped(post))}</del>
        </dd>
        <dt>{t('filter_after')}</dt>
        <dd>
          <ins>{whole(post)}</ins>
        </dd>
      </dl>
      <div className={pending.actions}>{children}</div>
    </div>
  );
}

function whole({ title, text }: Draft): string {
  return title === undefined ? text : `${title}\n${text}`;
}
