/** Chooses the pool whose things are shown; absent in a deployment with one pool. */
import { useTranslation } from 'react-i18next';
import type { Pool } from '../../api/types';
import { Select } from '../../ui/Select';
import styles from './PoolSelect.module.css';

export interface PoolSelectProps {
  pools: readonly Pool[];
  pool: Pool;
  onChange: (fqdn: string) => void;
}

export function PoolSelect({ pools, pool, onChange }: PoolSelectProps) {
  const { t } = useTranslation('admin');
  if (pools.length < 2) return null;
  return (
    <div className={styles.choice}>
      <Select
        label={t('pool')}
        options={pools.map(poolOption)}
        value={pool.fqdn}
        onChange={onChange}
        className={styles.select ?? ''}
      />
    </div>
  );
}

export function poolOption(pool: Pool) {
  const label = poolName(pool);
  return { id: pool.fqdn, label, ...(label === pool.fqdn ? {} : { detail: pool.fqdn }) };
}

export function poolName(pool: Pick<Pool, 'display_name' | 'fqdn'>): string {
  return pool.display_name || pool.fqdn;
}
