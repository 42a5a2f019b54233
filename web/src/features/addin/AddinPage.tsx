/** Control Panel > Persistent Chat > Add-in: the add-ins of a pool. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Plus, Puzzle } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, done } from '../../api/client';
import { addinsQuery, keys } from '../../api/queries';
import type { Addin } from '../../api/types';
import { useTitle } from '../../app/useTitle';
import { formatDate, formatMoment, formatNumber } from '../../i18n/format';
import { Button } from '../../ui/Button';
import { DeleteDialog } from '../../ui/DeleteDialog';
import { EditMenu } from '../../ui/EditMenu';
import { EmptyState } from '../../ui/EmptyState';
import { ListPage } from '../../ui/ListPage';
import type { TableColumn } from '../../ui/Table';
import { toast } from '../../ui/toast';
import { PoolSelect } from '../admin/PoolSelect';
import { SelectServiceDialog } from '../admin/SelectServiceDialog';
import { usePanel } from '../admin/usePanel';
import styles from './AddinPage.module.css';

/** The add-ins whose name or URL contains every word. */
function matching(addins: readonly Addin[], search: string): Addin[] {
  const words = search.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return addins.filter(({ name, url }) => {
    const text = `${name}\n${url}`.toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  });
}

export function AddinPage() {
  const { t } = useTranslation(['addin', 'admin', 'form']);
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { pools, pool, search: searched } = usePanel();
  const [search, setSearch] = useState(searched);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState<'service' | 'delete'>();
  const addins = useQuery(addinsQuery(pool.fqdn));
  useTitle(t('title'));

  const rows = matching(addins.data ?? [], search);
  const selected = rows.filter(({ id }) => chosen.has(id));
  const [first] = selected;

  const columns: TableColumn<Addin>[] = [
    {
      id: 'name',
      label: t('name'),
      isRowHeader: true,
      render: ({ name }) => name,
      sortValue: ({ name }) => name,
    },
    {
      id: 'url',
      label: t('url'),
      render: ({ url }) => (
        <span className={styles.url} title={url}>
          {url}
        </span>
      ),
      sortValue: ({ url }) => url,
      secondary: true,
    },
    {
      id: 'rooms',
      label: t('rooms'),
      align: 'end',
      render: ({ room_count }) => formatNumber(room_count),
      sortValue: ({ room_count }) => room_count,
    },
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

  const changeSearch = (text: string) => {
    setSearch(text);
    void navigate({
      to: '/admin/addin',
      search: ({ pool }) => ({ ...(pool && { pool }), ...(text && { search: text }) }),
      replace: true,
    });
  };
  const open = ({ id }: Addin) =>
    navigate({ to: '/admin/addin/$addin', params: { addin: id }, search: (before) => before });
  const startNew = (fqdn: string, copy?: string) =>
    navigate({
      to: '/admin/addin/new',
      search: (before) => ({ ...before, pool: fqdn, ...(copy && { copy }) }),
    });
  const askForService = () => (pools.length > 1 ? setAsking('service') : void startNew(pool.fqdn));
  const newButton = (
    <Button variant="quiet" icon={<Plus aria-hidden />} onPress={askForService}>
      {t('form:new')}
    </Button>
  );

  return (
    <>
      <ListPage
        title={t('title')}
        chooser={
          <PoolSelect
            pools={pools}
            pool={pool}
            onChange={(fqdn) =>
              void navigate({ to: '/admin/addin', search: (before) => ({ ...before, pool: fqdn }) })
            }
          />
        }
        searchLabel={t('search')}
        search={search}
        onSearch={changeSearch}
        commands={
          <>
            {newButton}
            <EditMenu
              selectedCount={selected.length}
              onShowDetails={() => first && void open(first)}
              onCopy={() => first && void startNew(pool.fqdn, first.id)}
              onDelete={() => setAsking('delete')}
              onSelectAll={() => setChosen(new Set(rows.map(({ id }) => id)))}
            />
          </>
        }
        query={addins}
        rows={rows}
        columns={columns}
        selected={new Set(selected.map(({ id }) => id))}
        onSelect={setChosen}
        onOpen={(addin) => void open(addin)}
        empty={
          <EmptyState
            icon={<Puzzle aria-hidden />}
            title={t('empty_title')}
            action={
              <Button variant="primary" icon={<Plus aria-hidden />} onPress={askForService}>
                {t('new_title')}
              </Button>
            }
          >
            {t('empty_words')}
          </EmptyState>
        }
        count={t('count', { count: rows.length })}
      />
      {asking === 'service' && (
        <SelectServiceDialog
          pools={pools}
          pool={pool}
          warning={t('service_warning')}
          onClose={() => setAsking(undefined)}
          onSelect={(fqdn) => void startNew(fqdn)}
        />
      )}
      {asking === 'delete' && selected.length > 0 && (
        <DeleteDialog
          title={t('delete_title', { count: selected.length })}
          rows={selected}
          consequence={({ room_count }) =>
            room_count === 0 ? t('delete_unused') : t('delete_used', { count: room_count })
          }
          remove={({ id, room_count }) =>
            done(
              api.DELETE('/api/v1/pools/{pool}/addins/{id}', {
                // Only what was said above is agreed to: a room that began to use it meanwhile is asked about again.
                params: { path: { pool: pool.fqdn, id }, query: { force: room_count > 0 } },
              }),
            )
          }
          onClose={() => setAsking(undefined)}
          onDone={(count) => {
            setAsking(undefined);
            toast(t('deleted', { count }), { tone: 'ok' });
          }}
          onSettled={() => void queries.invalidateQueries({ queryKey: keys.addins(pool.fqdn) })}
        />
      )}
    </>
  );
}
