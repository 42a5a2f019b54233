/**
 * A list page with the anatomy of the original's Control Panel: title, search box, tool bar, table, count below. It
 * shows the states of loading, failure, nothing there and nothing found by itself.
 */
import type { UseQueryResult } from '@tanstack/react-query';
import { RefreshCw } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './Button';
import { EmptyState } from './EmptyState';
import { ErrorState } from './ErrorState';
import styles from './ListPage.module.css';
import { Loading } from './Loading';
import { PageHeader } from './PageHeader';
import { SearchField } from './SearchField';
import { Table, type TableColumn } from './Table';
import { Toolbar, ToolbarSeparator } from './Toolbar';

export interface ListPageProps<T extends { id: string; name: string }> {
  title: string;
  /** What chooses between lists, at the end of the head. */
  chooser?: ReactNode;
  searchLabel: string;
  search: string;
  onSearch: (search: string) => void;
  commands: ReactNode;
  query: Pick<UseQueryResult<T[]>, 'data' | 'error' | 'refetch'>;
  /** The rows of `query` that fit the search. */
  rows: readonly T[];
  columns: readonly TableColumn<T>[];
  selected: ReadonlySet<string>;
  onSelect: (selected: Set<string>) => void;
  onOpen: (row: T) => void;
  /** What the place is for, when there is nothing in it. */
  empty: ReactNode;
  /** How many there are, in words. */
  count: string;
}

export function ListPage<T extends { id: string; name: string }>({
  title,
  chooser,
  searchLabel,
  search,
  onSearch,
  commands,
  query,
  rows,
  columns,
  selected,
  onSelect,
  onOpen,
  empty,
  count,
}: ListPageProps<T>) {
  const { t } = useTranslation(['form', 'common']);
  const isEmpty = query.data?.length === 0 && search.trim() === '';

  return (
    <section className={styles.page} aria-label={title}>
      <PageHeader title={title}>{chooser}</PageHeader>
      <div className={styles.commands}>
        <Toolbar label={t('commands')}>
          {commands}
          <ToolbarSeparator />
          <Button variant="quiet" icon={<RefreshCw aria-hidden />} onPress={() => void query.refetch()}>
            {t('common:refresh')}
          </Button>
        </Toolbar>
        <SearchField label={searchLabel} value={search} onChange={onSearch} className={styles.search ?? ''} />
      </div>
      {query.data === undefined ? (
        query.error ? (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <Loading />
        )
      ) : isEmpty ? (
        empty
      ) : (
        <>
          <Table
            label={title}
            columns={columns}
            rows={rows}
            rowId={(row) => row.id}
            rowName={(row) => row.name}
            selectionMode="multiple"
            selected={selected}
            onSelect={onSelect}
            onOpen={onOpen}
            defaultSort={{ column: 'name', direction: 'ascending' }}
            empty={
              <EmptyState
                title={t('nothing_found')}
                action={<Button onPress={() => onSearch('')}>{t('show_all')}</Button>}
              >
                {t('nothing_found_words', { search: search.trim() })}
              </EmptyState>
            }
          />
          <footer className={styles.foot}>
            <output>{count}</output>
            {selected.size > 0 && <output>{t('selected', { count: selected.size })}</output>}
          </footer>
        </>
      )}
    </section>
  );
}
