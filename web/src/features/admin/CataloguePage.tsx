/**
 * A Control Panel page over things that a pool owns: the pool's list, its tool bar, Select a Service before something
 * new, deletion in numbers. Pool and search are in the address.
 */
import { type QueryKey, type UseQueryResult, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useTitle } from '../../app/useTitle';
import { Button } from '../../ui/Button';
import { DeleteDialog } from '../../ui/DeleteDialog';
import { EditMenu } from '../../ui/EditMenu';
import { EmptyState } from '../../ui/EmptyState';
import { ListPage } from '../../ui/ListPage';
import type { TableColumn } from '../../ui/Table';
import { toast } from '../../ui/toast';
import { matching } from './matching';
import { PoolSelect } from './PoolSelect';
import { SelectServiceDialog } from './SelectServiceDialog';
import { usePanel } from './usePanel';

export interface CataloguePageProps<T extends { id: string; name: string }> {
  to: '/admin/addin' | '/admin/trigger' | '/admin/category';
  title: string;
  searchLabel: string;
  query: UseQueryResult<T[]>;
  queryKey: QueryKey;
  columns: readonly TableColumn<T>[];
  /** What the search looks into. */
  textOf: (row: T) => string;
  count: (count: number) => string;
  onOpen: (row: T) => void;
  /** More to do than with other things, about the chosen rows, or all that are shown. */
  commands?: (rows: readonly T[]) => ReactNode;
  /** Begins a new one in a pool, empty or as a copy. */
  onNew: (pool: string, copy?: T) => void;
  serviceWarning: string;
  empty: { icon: ReactNode; title: string; words: string; action: string };
  deletion: {
    title: (count: number) => string;
    consequence: (row: T) => string;
    /** What keeps the chosen ones from being deleted. */
    obstacle?: (rows: readonly T[]) => string | undefined;
    remove: (row: T) => Promise<void>;
    done: (count: number) => string;
  };
}

export function CataloguePage<T extends { id: string; name: string }>({
  to,
  title,
  searchLabel,
  query,
  queryKey,
  columns,
  textOf,
  count,
  onOpen,
  commands,
  onNew,
  serviceWarning,
  empty,
  deletion,
}: CataloguePageProps<T>) {
  const { t } = useTranslation('form');
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { pools, pool, search: searched } = usePanel();
  const [search, setSearch] = useState(searched);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState<'service' | 'delete'>();
  useTitle(title);

  const rows = matching(query.data ?? [], search, textOf);
  const selected = rows.filter(({ id }) => chosen.has(id));
  const [first] = selected;

  const show = (changed: { pool?: string; search?: string }, replace: boolean) =>
    void navigate({
      to,
      search: (before) => {
        const { pool, search } = { ...before, ...changed };
        return { ...(pool && { pool }), ...(search && { search }) };
      },
      replace,
    });
  const startNew = () => (pools.length > 1 ? setAsking('service') : onNew(pool.fqdn));

  return (
    <>
      <ListPage
        title={title}
        chooser={<PoolSelect pools={pools} pool={pool} onChange={(fqdn) => show({ pool: fqdn }, false)} />}
        searchLabel={searchLabel}
        search={search}
        onSearch={(text) => {
          setSearch(text);
          show({ search: text }, true);
        }}
        commands={
          <>
            <Button variant="quiet" icon={<Plus aria-hidden />} onPress={startNew}>
              {t('new')}
            </Button>
            <EditMenu
              selectedCount={selected.length}
              onShowDetails={() => first && onOpen(first)}
              onCopy={() => first && onNew(pool.fqdn, first)}
              onDelete={() => setAsking('delete')}
              onSelectAll={() => setChosen(new Set(rows.map(({ id }) => id)))}
            />
            {commands?.(selected.length > 0 ? selected : rows)}
          </>
        }
        query={query}
        rows={rows}
        columns={columns}
        selected={new Set(selected.map(({ id }) => id))}
        onSelect={setChosen}
        onOpen={onOpen}
        empty={
          <EmptyState
            icon={empty.icon}
            title={empty.title}
            action={
              <Button variant="primary" icon={<Plus aria-hidden />} onPress={startNew}>
                {empty.action}
              </Button>
            }
          >
            {empty.words}
          </EmptyState>
        }
        count={count(rows.length)}
      />
      {asking === 'service' && (
        <SelectServiceDialog
          pools={pools}
          pool={pool}
          warning={serviceWarning}
          onClose={() => setAsking(undefined)}
          onSelect={onNew}
        />
      )}
      {asking === 'delete' && selected.length > 0 && (
        <DeleteDialog
          title={deletion.title(selected.length)}
          rows={selected}
          consequence={deletion.consequence}
          obstacle={deletion.obstacle?.(selected)}
          remove={deletion.remove}
          onClose={() => setAsking(undefined)}
          onDone={(count) => {
            setAsking(undefined);
            toast(deletion.done(count), { tone: 'ok' });
          }}
          onSettled={() => void queries.invalidateQueries({ queryKey })}
        />
      )}
    </>
  );
}
