/** What has to be said about an add-in's page, or in its place: the same for the room's own and for those beside it. */
import { Ban, ShieldAlert, TriangleAlert, Unplug } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Handshake, Room } from '../../api/types';
import { Banner } from '../../ui/Banner';
import { Button } from '../../ui/Button';
import { EmptyState } from '../../ui/EmptyState';
import { Loading } from '../../ui/Loading';
import styles from './AddinPane.module.css';
import { Diagnosis } from './Diagnosis';
import type { AddinOrigin } from './origin';
import type { Phase } from './PageFrame';

/** When the frame is of no use, and what is said stands in its place. */
export const IN_PLACE: readonly Phase[] = ['blocked', 'failed', 'flooded'];

/** Why there is no page. */
export function NoPage({
  name,
  disabled,
  origin,
  action,
}: {
  name: string;
  disabled: boolean;
  origin: AddinOrigin | undefined;
  /** What can be done about a page that browsers do not show here. */
  action?: ReactNode;
}) {
  const { t } = useTranslation('pane');
  if (disabled) {
    return (
      <EmptyState icon={<Ban aria-hidden />} title={t('disabled_title')}>
        {t('disabled_words', { addin: name })}
      </EmptyState>
    );
  }
  return origin === undefined ? (
    <EmptyState icon={<TriangleAlert aria-hidden />} title={t('bad_url_title')}>
      {t('bad_url_words')}
    </EmptyState>
  ) : (
    <EmptyState icon={<ShieldAlert aria-hidden />} title={t('mixed_title')} action={action}>
      {t('mixed_words')}
    </EmptyState>
  );
}

export interface PageNoticesProps {
  room: Room;
  addin: string;
  /** It is beside the room's own. */
  beside?: boolean;
  /** The only origin that is shown. */
  origin: string;
  phase: Phase;
  handshake: Handshake | undefined;
  reload: () => void;
  children?: ReactNode;
}

export function PageNotices(props: PageNoticesProps) {
  const { room, addin, beside = false, origin, phase, handshake, reload, children } = props;
  const { t } = useTranslation('pane');
  const again = <Button onPress={reload}>{t('reload')}</Button>;
  if (phase === 'flooded') {
    return (
      <EmptyState icon={<Unplug aria-hidden />} title={t('flooded_title')} action={again}>
        {t('flooded_words')}
      </EmptyState>
    );
  }
  if (phase === 'blocked') {
    return (
      <EmptyState icon={<ShieldAlert aria-hidden />} title={t('blocked_title')} action={again}>
        {t('blocked_words', { origin })}
      </EmptyState>
    );
  }
  if (phase === 'failed') {
    return (
      <EmptyState icon={<TriangleAlert aria-hidden />} title={t('failed_title')} action={again}>
        {t('failed_words')}
      </EmptyState>
    );
  }
  return (
    <>
      {handshake === 'silent' ? (
        <Diagnosis room={room} addin={addin} beside={beside} isLoading={phase === 'loading'} />
      ) : (
        phase === 'loading' && (
          <div className={styles.notice}>
            <Loading label={t('loading')} />
          </div>
        )
      )}
      {phase === 'silent' && (
        <div className={styles.notice}>
          <Banner tone="warning" actions={again}>
            {t('silent_words')}
          </Banner>
        </div>
      )}
      {children}
    </>
  );
}
