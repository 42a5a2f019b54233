/** Control Panel > Persistent Chat > Trigger: what of a pool's messages becomes a context, and a text to try it on. */
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Crosshair } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { api, done } from '../../api/client';
import { keys, triggersQuery } from '../../api/queries';
import type { Trigger } from '../../api/types';
import type { TableColumn } from '../../ui/Table';
import { CataloguePage } from '../admin/CataloguePage';
import { usePanel } from '../admin/usePanel';
import styles from './TriggerPage.module.css';

export function TriggerPage() {
  const { t } = useTranslation('trigger');
  const navigate = useNavigate();
  const { pool } = usePanel();
  const triggers = useQuery(triggersQuery(pool.fqdn));
  const found = ({ rule, word_count }: Trigger) =>
    rule.kind === 'pattern' ? rule.pattern : t('word_count', { count: word_count });

  const columns: TableColumn<Trigger>[] = [
    {
      id: 'name',
      label: t('name'),
      isRowHeader: true,
      render: ({ name }) => name,
      sortValue: ({ name }) => name,
    },
    {
      id: 'rule',
      label: t('rule'),
      render: (trigger) =>
        trigger.rule.kind === 'pattern' ? (
          <code className={styles.pattern} title={trigger.rule.pattern}>
            {trigger.rule.pattern}
          </code>
        ) : (
          found(trigger)
        ),
      sortValue: found,
    },
    {
      id: 'context_type',
      label: t('context_type'),
      render: ({ context_type }) => context_type,
      sortValue: ({ context_type }) => context_type,
      secondary: true,
    },
    {
      id: 'enabled',
      label: t('state'),
      render: ({ enabled }) => (enabled ? t('on') : t('off')),
      sortValue: ({ enabled }) => Number(enabled),
      secondary: true,
    },
  ];

  return (
    <CataloguePage
      to="/admin/trigger"
      title={t('title')}
      searchLabel={t('search')}
      query={triggers}
      queryKey={keys.triggers(pool.fqdn)}
      columns={columns}
      textOf={(trigger) => `${trigger.name}\n${found(trigger)}\n${trigger.context_type}`}
      count={(count) => t('count', { count })}
      onOpen={({ id }) =>
        void navigate({ to: '/admin/trigger/$trigger', params: { trigger: id }, search: (before) => before })
      }
      onNew={(pool, copy) =>
        void navigate({
          to: '/admin/trigger/new',
          search: (before) => ({ ...before, pool, ...(copy && { copy: copy.id }) }),
        })
      }
      serviceWarning={t('service_warning')}
      empty={{
        icon: <Crosshair aria-hidden />,
        title: t('empty_title'),
        words: t('empty_words'),
        action: t('new_title'),
      }}
      deletion={{
        title: (count) => t('delete_title', { count }),
        consequence: () => t('delete_words'),
        obstacle: (rows) => (rows.some(({ built_in }) => built_in) ? t('delete_obstacle') : undefined),
        remove: ({ id }) =>
          done(
            api.DELETE('/api/v1/pools/{pool}/triggers/{id}', { params: { path: { pool: pool.fqdn, id } } }),
          ),
        done: (count) => t('deleted', { count }),
      }}
    />
  );
}
