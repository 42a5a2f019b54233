/** The columns of a list of rooms. */
import { useTranslation } from 'react-i18next';
import type { Room } from '../../api/types';
import { formatDate, formatMoment } from '../../i18n/format';
import { Chip } from '../../ui/Chip';
import type { TableColumn } from '../../ui/Table';
import { poolName } from '../admin/PoolSelect';
import { useSession } from '../session/useSession';
import styles from './useRoomColumns.module.css';

export function useRoomColumns(): TableColumn<Room>[] {
  const { t } = useTranslation(['manage', 'admin', 'form']);
  const { pools } = useSession();
  const nameOf = ({ pool }: Room) => {
    const known = pools.find(({ fqdn }) => fqdn === pool);
    return known ? poolName(known) : pool;
  };
  const pool: TableColumn<Room> = {
    id: 'pool',
    label: t('admin:pool'),
    render: nameOf,
    sortValue: nameOf,
    secondary: true,
  };
  return [
    {
      id: 'name',
      label: t('name'),
      isRowHeader: true,
      render: ({ name, disabled }) => (
        <span className={styles.name}>
          {name}
          {disabled && <Chip tone="warning">{t('disabled')}</Chip>}
        </span>
      ),
      sortValue: ({ name }) => name,
    },
    {
      id: 'category',
      label: t('category'),
      render: ({ category }) => category.name,
      sortValue: ({ category }) => category.name,
      secondary: true,
    },
    {
      id: 'privacy',
      label: t('privacy'),
      render: ({ privacy }) => t(`privacy_${privacy}`),
      sortValue: ({ privacy }) => t(`privacy_${privacy}`),
    },
    {
      id: 'type',
      label: t('type'),
      render: ({ type }) => t(`type_${type}`),
      sortValue: ({ type }) => t(`type_${type}`),
      secondary: true,
    },
    {
      id: 'addin',
      label: t('addin'),
      render: ({ addin }) => addin?.name ?? <span className={styles.none}>{t('addin_none')}</span>,
      sortValue: ({ addin }) => addin?.name ?? '',
      secondary: true,
    },
    ...(pools.length > 1 ? [pool] : []),
    {
      id: 'changed',
      label: t('form:changed_on'),
      render: ({ updated_at }) => (
        <time dateTime={updated_at} title={formatMoment(updated_at)}>
          {formatDate(updated_at)}
        </time>
      ),
      sortValue: ({ updated_at }) => updated_at,
      secondary: true,
    },
  ];
}
