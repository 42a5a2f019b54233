/** "Edit ▾" of a list's tool bar: what can be done with the selected rows. */
import { Copy, FileText, SquareCheckBig, SquarePen, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from './Button';
import styles from './EditMenu.module.css';
import { Menu, MenuItem, MenuSeparator } from './Menu';

export interface EditMenuProps {
  /** How many rows are selected. */
  selectedCount: number;
  onShowDetails: () => void;
  onSelectAll: () => void;
  /** Absent where things cannot be copied. */
  onCopy?: () => void;
  /** Absent for whoever may not delete. */
  onDelete?: () => void;
}

export function EditMenu({ selectedCount, onShowDetails, onSelectAll, onCopy, onDelete }: EditMenuProps) {
  const { t } = useTranslation('form');
  return (
    <Menu
      label={t('edit')}
      trigger={
        <Button variant="quiet" icon={<SquarePen aria-hidden />}>
          {t('edit')}
          <span className={styles.arrow} aria-hidden>
            ▾
          </span>
        </Button>
      }
    >
      <MenuItem icon={<FileText aria-hidden />} isDisabled={selectedCount !== 1} onAction={onShowDetails}>
        {t('show_details')}
      </MenuItem>
      {onCopy && (
        <MenuItem icon={<Copy aria-hidden />} isDisabled={selectedCount !== 1} onAction={onCopy}>
          {t('copy')}
        </MenuItem>
      )}
      {onDelete && (
        <MenuItem icon={<Trash2 aria-hidden />} danger isDisabled={selectedCount === 0} onAction={onDelete}>
          {t('delete')}
        </MenuItem>
      )}
      <MenuSeparator />
      <MenuItem icon={<SquareCheckBig aria-hidden />} onAction={onSelectAll}>
        {t('select_all')}
      </MenuItem>
    </Menu>
  );
}
