/**
 * Asks before chosen things are deleted, and says in numbers what goes with each. Deletes one after the other; what was
 * refused stays, with the reason.
 */
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { problemSentence } from '../api/problem';
import { Banner } from './Banner';
import styles from './DeleteDialog.module.css';
import { ConfirmDialog } from './Dialog';

export interface DeleteDialogProps<T extends { id: string; name: string }> {
  title: string;
  rows: readonly T[];
  /** What happens when this one is deleted. */
  consequence: (row: T) => string;
  /** Why they cannot be deleted as they are. */
  obstacle?: string | undefined;
  /** What happens to all of them. */
  children?: string;
  remove: (row: T) => Promise<void>;
  onClose: () => void;
  onDone: (count: number) => void;
  /** Whenever something was deleted or refused: what is shown may be out of date. */
  onSettled: () => void;
}

export function DeleteDialog<T extends { id: string; name: string }>({
  title,
  rows,
  consequence,
  obstacle,
  children,
  remove,
  onClose,
  onDone,
  onSettled,
}: DeleteDialogProps<T>) {
  const { t } = useTranslation('form');
  const deletion = useMutation({
    mutationFn: async () => {
      for (const row of rows) await remove(row);
      return rows.length;
    },
    onSuccess: onDone,
    onSettled,
  });
  return (
    <ConfirmDialog
      title={title}
      isOpen
      onClose={onClose}
      confirmLabel={t('delete')}
      onConfirm={() => deletion.mutate()}
      danger
      isPending={deletion.isPending || obstacle !== undefined}
    >
      <div className={styles.body}>
        {deletion.isError && <Banner tone="error">{problemSentence(deletion.error)}</Banner>}
        <ul className={styles.rows}>
          {rows.map((row) => (
            <li key={row.id}>
              <span className={styles.name}>{row.name}</span>
              <span className={styles.consequence}>{consequence(row)}</span>
            </li>
          ))}
        </ul>
        {obstacle === undefined ? (
          <p>{children ?? t('cannot_be_undone')}</p>
        ) : (
          <Banner tone="warning">{obstacle}</Banner>
        )}
      </div>
    </ConfirmDialog>
  );
}
