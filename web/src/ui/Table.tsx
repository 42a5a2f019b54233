/**
 * A table of things with sortable columns. One press selects, a double press or Enter opens, as people of
 * management consoles expect; Ctrl+A selects all.
 */
import { ArrowDown, ArrowUp } from 'lucide-react';
import { type ReactNode, useMemo, useState } from 'react';
import {
  Table as AriaTable,
  Cell,
  Column,
  Row,
  type Selection,
  type SortDescriptor,
  TableBody,
  TableHeader,
} from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { Checkbox } from './Checkbox';
import { cx } from './cx';
import styles from './Table.module.css';

export interface TableColumn<T> {
  id: string;
  label: string;
  /** The column whose text names the row to readers; exactly one should have it. */
  isRowHeader?: boolean;
  render: (row: T) => ReactNode;
  /** Present when the column can be sorted. */
  sortValue?: (row: T) => string | number;
  align?: 'start' | 'end';
  /** Hidden on narrow screens. */
  secondary?: boolean;
}

export interface TableProps<T> {
  label: string;
  columns: readonly TableColumn<T>[];
  rows: readonly T[];
  rowId: (row: T) => string;
  rowName: (row: T) => string;
  selectionMode?: 'none' | 'single' | 'multiple';
  selected?: ReadonlySet<string>;
  onSelect?: (selected: Set<string>) => void;
  /** Double press, Enter. */
  onOpen?: (row: T) => void;
  defaultSort?: SortDescriptor;
  /** Shown instead of rows. */
  empty?: ReactNode;
}

function compare(a: string | number, b: string | number, collator: Intl.Collator): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b));
}

export function Table<T>({
  label,
  columns,
  rows,
  rowId,
  rowName,
  selectionMode = 'none',
  selected,
  onSelect,
  onOpen,
  defaultSort,
  empty,
}: TableProps<T>) {
  const { i18n } = useTranslation();
  const [sort, setSort] = useState<SortDescriptor | undefined>(defaultSort);
  const sorted = useMemo(() => {
    const value = columns.find((column) => column.id === sort?.column)?.sortValue;
    if (!sort || !value) return rows;
    const collator = new Intl.Collator(i18n.language, { numeric: true, sensitivity: 'base' });
    const sign = sort.direction === 'descending' ? -1 : 1;
    return [...rows].sort((a, b) => sign * compare(value(a), value(b), collator));
  }, [rows, columns, sort, i18n.language]);

  const select = (selection: Selection) => {
    onSelect?.(selection === 'all' ? new Set(rows.map(rowId)) : new Set([...selection].map(String)));
  };

  return (
    <div className={styles.scroll}>
      <AriaTable
        aria-label={label}
        selectionMode={selectionMode}
        selectionBehavior="replace"
        {...(onOpen
          ? {
              onRowAction: (key) => {
                const row = rows.find((candidate) => rowId(candidate) === key);
                if (row) onOpen(row);
              },
            }
          : {})}
        {...(selected === undefined ? {} : { selectedKeys: selected })}
        onSelectionChange={select}
        {...(sort === undefined ? {} : { sortDescriptor: sort })}
        onSortChange={setSort}
        className={styles.table ?? ''}
      >
        <TableHeader className={styles.header ?? ''}>
          {selectionMode === 'multiple' && (
            <Column className={cx(styles.column, styles.tick)}>
              <Checkbox slot="selection" />
            </Column>
          )}
          {columns.map((column) => (
            <Column
              key={column.id}
              id={column.id}
              isRowHeader={column.isRowHeader ?? false}
              allowsSorting={column.sortValue !== undefined}
              className={cx(
                styles.column,
                column.align === 'end' && styles.end,
                column.secondary && styles.secondary,
              )}
            >
              {({ sortDirection }) => (
                <span className={styles.columnName}>
                  {column.label}
                  {sortDirection === 'ascending' && <ArrowUp aria-hidden />}
                  {sortDirection === 'descending' && <ArrowDown aria-hidden />}
                </span>
              )}
            </Column>
          ))}
        </TableHeader>
        <TableBody renderEmptyState={() => <div className={styles.empty}>{empty}</div>}>
          {sorted.map((row) => (
            <Row key={rowId(row)} id={rowId(row)} textValue={rowName(row)} className={styles.row ?? ''}>
              {selectionMode === 'multiple' && (
                <Cell className={cx(styles.cell, styles.tick)}>
                  <Checkbox slot="selection" />
                </Cell>
              )}
              {columns.map((column) => (
                <Cell
                  key={column.id}
                  className={cx(
                    styles.cell,
                    column.align === 'end' && styles.end,
                    column.isRowHeader && styles.name,
                    column.secondary && styles.secondary,
                  )}
                >
                  {column.render(row)}
                </Cell>
              ))}
            </Row>
          ))}
        </TableBody>
      </AriaTable>
    </div>
  );
}
