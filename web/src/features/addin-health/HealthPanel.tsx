/** Whether the pane shows the page of an add-in, what to change when not, and what its server answered. */
import { useQuery } from '@tanstack/react-query';
import { Stethoscope } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { addinHealthQuery } from '../../api/queries';
import type { SeenPage } from '../../api/types';
import { formatDate, formatMoment, formatNumber } from '../../i18n/format';
import { Button } from '../../ui/Button';
import { ErrorState } from '../../ui/ErrorState';
import { HealthChip } from './HealthChip';
import styles from './HealthPanel.module.css';
import { findingSentence, healthSentence, peopleSentence } from './health';
import { useHealthCheck } from './useHealthCheck';

export interface HealthPanelProps {
  pool: string;
  addin: string;
  /** Its address is being changed: what is known is of the one that is registered. */
  isMoving: boolean;
}

export function HealthPanel({ pool, addin, isMoving }: HealthPanelProps) {
  const { t } = useTranslation('health');
  const known = useQuery(addinHealthQuery(pool, addin));
  const { progress, check } = useHealthCheck(pool);
  const health = known.data;
  if (known.error) return <ErrorState error={known.error} onRetry={() => void known.refetch()} />;
  if (!health) return null;
  const [, ...more] = health.findings;

  return (
    <section aria-label={t('title')} className={styles.panel}>
      <header className={styles.head}>
        <h2>{t('title')}</h2>
        <HealthChip state={health.state} />
        <Button
          icon={<Stethoscope aria-hidden />}
          isPending={progress !== undefined}
          onPress={() => check([addin])}
        >
          {progress === undefined ? t('check') : t('checking')}
        </Button>
      </header>
      <div className={styles.words} role="status">
        <p className={styles.sentence}>{healthSentence(health)}</p>
        {more.map((finding) => (
          <p key={finding.code}>{findingSentence(finding)}</p>
        ))}
      </div>
      <p>{peopleSentence(health.handshakes)}</p>
      {health.checked_at && (
        <p className={styles.quiet}>
          {t('checked', { moment: formatMoment(health.checked_at) })} {isMoving && t('of_registered')}
        </p>
      )}
      {health.page && <Seen page={health.page} />}
    </section>
  );
}

/** What the page's server answered, by the names that its administrator knows. */
function Seen({ page }: { page: SeenPage }) {
  const { t } = useTranslation('health');
  const shown: [string, string | null | undefined][] = [
    [t('seen_url'), page.url],
    [t('seen_address'), page.address],
    [t('seen_redirects'), page.redirects.join(' → ')],
    [t('seen_certificate'), page.certificate_ends_at && formatDate(page.certificate_ends_at)],
    [t('seen_status'), page.status?.toString()],
    [t('seen_first_byte'), page.first_byte_ms != null ? `${formatNumber(page.first_byte_ms)} ms` : null],
    ['Content-Type', page.content_type],
    ['Content-Disposition', page.disposition],
    ['X-Frame-Options', page.frame_options.join('\n')],
    ['Content-Security-Policy', page.security_policies.join('\n')],
    ['Cross-Origin-Resource-Policy', page.resource_policy],
    ['Cross-Origin-Embedder-Policy', page.embedder_policy],
  ];
  return (
    <details className={styles.seen}>
      <summary>{t('seen')}</summary>
      <dl>
        {shown
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </details>
  );
}
