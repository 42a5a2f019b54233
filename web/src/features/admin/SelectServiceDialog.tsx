/** "Select a Service": which pool a new thing will belong to, for good. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Pool } from '../../api/types';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { RadioGroup } from '../../ui/RadioGroup';
import { poolOption } from './PoolSelect';

export interface SelectServiceDialogProps {
  pools: readonly Pool[];
  /** Chosen at first. */
  pool: Pool;
  /** That what will be made stays where it is made. */
  warning: string;
  onClose: () => void;
  onSelect: (fqdn: string) => void;
}

export function SelectServiceDialog({ pools, pool, warning, onClose, onSelect }: SelectServiceDialogProps) {
  const { t } = useTranslation(['admin', 'common']);
  const [fqdn, setFqdn] = useState(pool.fqdn);
  return (
    <Dialog
      title={t('select_service')}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{t('common:cancel')}</Button>
          <Button variant="primary" onPress={() => onSelect(fqdn)}>
            {t('ok')}
          </Button>
        </>
      }
    >
      <RadioGroup
        label={t('pool')}
        options={pools.map(poolOption)}
        value={fqdn}
        onChange={setFqdn}
        description={warning}
      />
    </Dialog>
  );
}
