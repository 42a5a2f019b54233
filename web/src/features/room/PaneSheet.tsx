/** The pane in a narrow window: a sheet over the conversation, closed by its button or by Escape. */
import { Dialog, Modal, ModalOverlay } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { AddinPane, type AddinPaneProps } from '../addin-pane/AddinPane';
import styles from './PaneSheet.module.css';

export function PaneSheet(props: AddinPaneProps) {
  const { t } = useTranslation('pane');
  return (
    <ModalOverlay
      isOpen
      isDismissable
      onOpenChange={(open) => {
        if (!open) props.onClose();
      }}
      className={styles.overlay ?? ''}
    >
      <Modal className={styles.sheet ?? ''}>
        <Dialog aria-label={props.room.addin?.name ?? t('title')} className={styles.dialog ?? ''}>
          <AddinPane {...props} />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
