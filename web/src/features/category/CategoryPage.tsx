/** Control Panel > Persistent Chat > Category: the categories of a pool. */
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { FolderTree } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { api, done } from '../../api/client';
import { categoriesQuery, keys } from '../../api/queries';
import type { Category } from '../../api/types';
import { formatNumber } from '../../i18n/format';
import type { TableColumn } from '../../ui/Table';
import { CataloguePage } from '../admin/CataloguePage';
import { usePanel } from '../admin/usePanel';

const switches = ['invitations', 'file_upload', 'chat_history'] as const;

export function CategoryPage() {
  const { t } = useTranslation('category');
  const navigate = useNavigate();
  const { pool } = usePanel();
  const categories = useQuery(categoriesQuery(pool.fqdn));
  const names = ({ allowed_members }: Category) =>
    allowed_members.map(({ display_name }) => display_name).join(', ');

  const columns: TableColumn<Category>[] = [
    {
      id: 'name',
      label: t('name'),
      isRowHeader: true,
      render: ({ name }) => name,
      sortValue: ({ name }) => name,
    },
    {
      id: 'description',
      label: t('description'),
      render: ({ description }) => <span title={description}>{description}</span>,
      sortValue: ({ description }) => description,
      secondary: true,
    },
    {
      id: 'allowed_members',
      label: t('allowed_members'),
      render: (category) => <span title={names(category)}>{names(category) || t('nobody')}</span>,
      sortValue: names,
      secondary: true,
    },
    ...switches.map(
      (id): TableColumn<Category> => ({
        id,
        label: t(id),
        render: (category) => (category[id] ? t('on') : t('off')),
        sortValue: (category) => Number(category[id]),
        secondary: true,
      }),
    ),
    {
      id: 'rooms',
      label: t('rooms'),
      align: 'end',
      render: ({ room_count }) => formatNumber(room_count),
      sortValue: ({ room_count }) => room_count,
    },
  ];

  return (
    <CataloguePage
      to="/admin/category"
      title={t('title')}
      searchLabel={t('search')}
      query={categories}
      queryKey={keys.categories(pool.fqdn)}
      columns={columns}
      textOf={({ name, description }) => `${name}\n${description}`}
      count={(count) => t('count', { count })}
      onOpen={({ id }) =>
        void navigate({
          to: '/admin/category/$category',
          params: { category: id },
          search: (before) => before,
        })
      }
      onNew={(pool, copy) =>
        void navigate({
          to: '/admin/category/new',
          search: (before) => ({ ...before, pool, ...(copy && { copy: copy.id }) }),
        })
      }
      serviceWarning={t('service_warning')}
      empty={{
        icon: <FolderTree aria-hidden />,
        title: t('empty_title'),
        words: t('empty_words'),
        action: t('new_title'),
      }}
      deletion={{
        title: (count) => t('delete_title', { count }),
        consequence: ({ room_count }) =>
          room_count === 0 ? t('delete_empty') : t('delete_used', { count: room_count }),
        obstacle: (rows) =>
          rows.some(({ room_count }) => room_count > 0) ? t('delete_obstacle') : undefined,
        remove: ({ id }) =>
          done(
            api.DELETE('/api/v1/pools/{pool}/categories/{id}', { params: { path: { pool: pool.fqdn, id } } }),
          ),
        done: (count) => t('deleted', { count }),
      }}
    />
  );
}
