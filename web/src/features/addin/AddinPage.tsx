/** Control Panel > Persistent Chat > Add-in: the add-ins of a pool. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Puzzle, Stethoscope } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { api, done } from '../../api/client';
import { addinHealthsQuery, addinsQuery, keys } from '../../api/queries';
import type { Addin, AddinHealth } from '../../api/types';
import { formatDate, formatMoment, formatNumber } from '../../i18n/format';
import { useFrames } from '../../live/hooks';
import { Button } from '../../ui/Button';
import type { TableColumn } from '../../ui/Table';
import { HealthChip } from '../addin-health/HealthChip';
import { healthRank, healthSentence } from '../addin-health/health';
import { useHealthCheck } from '../addin-health/useHealthCheck';
import { CataloguePage } from '../admin/CataloguePage';
import { usePanel } from '../admin/usePanel';
import styles from './AddinPage.module.css';

export function AddinPage() {
  const { t } = useTranslation(['addin', 'form', 'grant', 'health']);
  const navigate = useNavigate();
  const { pool } = usePanel();
  const queries = useQueryClient();
  const addins = useQuery(addinsQuery(pool.fqdn));
  const healths = useQuery(addinHealthsQuery(pool.fqdn));
  const healthOf = ({ id }: Addin) => healths.data?.find(({ addin }) => addin === id);
  const { progress, check } = useHealthCheck(pool.fqdn);

  useFrames((frame) => {
    // A room that takes or leaves an add-in changes how many use it.
    if (frame.type === 'catalogue_changed' && frame.kind === 'room' && frame.pool === pool.fqdn) {
      void queries.invalidateQueries({ queryKey: keys.addins(pool.fqdn) });
    }
  });

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
      id: 'state',
      label: t('grant:state'),
      render: (addin) => t(`grant:state_${stateOf(addin)}`),
      sortValue: stateOf,
    },
    {
      id: 'health',
      label: t('health:state'),
      render: (addin) => {
        const health = healthOf(addin);
        return health && <Health health={health} />;
      },
      sortValue: (addin) => healthRank(healthOf(addin)?.state ?? 'unchecked'),
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

  return (
    <CataloguePage
      to="/admin/addin"
      title={t('title')}
      searchLabel={t('search')}
      query={addins}
      queryKey={keys.addins(pool.fqdn)}
      columns={columns}
      textOf={({ name, url }) => `${name}\n${url}`}
      count={(count) => t('count', { count })}
      onOpen={({ id }) =>
        void navigate({ to: '/admin/addin/$addin', params: { addin: id }, search: (before) => before })
      }
      commands={(rows) => (
        <Button
          variant="quiet"
          icon={<Stethoscope aria-hidden />}
          isPending={progress !== undefined}
          onPress={() => check(rows.map(({ id }) => id))}
        >
          {progress === undefined ? t('health:check') : t('health:checking_of', progress)}
        </Button>
      )}
      onNew={(pool, copy) =>
        void navigate({
          to: '/admin/addin/new',
          search: (before) => ({ ...before, pool, ...(copy && { copy: copy.id }) }),
        })
      }
      serviceWarning={t('service_warning')}
      empty={{
        icon: <Puzzle aria-hidden />,
        title: t('empty_title'),
        words: t('empty_words'),
        action: t('new_title'),
      }}
      deletion={{
        title: (count) => t('delete_title', { count }),
        consequence: ({ room_count }) =>
          room_count === 0 ? t('delete_unused') : t('delete_used', { count: room_count }),
        remove: ({ id, room_count }) =>
          done(
            api.DELETE('/api/v1/pools/{pool}/addins/{id}', {
              // Only what was said is agreed to: a room that began to use it meanwhile is asked about again.
              params: { path: { pool: pool.fqdn, id }, query: { force: room_count > 0 } },
            }),
          ),
        done: (count) => t('deleted', { count }),
      }}
    />
  );
}

function Health({ health }: { health: AddinHealth }) {
  const { t } = useTranslation('health');
  const sentence = healthSentence(health);
  const { checked_at } = health;
  const moment = checked_at ? ` ${t('checked', { moment: formatMoment(checked_at) })}` : '';
  return (
    <span title={`${sentence}${moment}`}>
      <HealthChip state={health.state} />
      {health.findings.length > 0 && <span className={styles.finding}>{sentence}</span>}
    </span>
  );
}

function stateOf({ disabled, approved, requested }: Addin) {
  if (disabled) return 'disabled';
  if (!approved) return 'pending';
  return requested.length > 0 ? 'requests' : 'on';
}
