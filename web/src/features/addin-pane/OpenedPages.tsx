/**
 * The pages that another page opened beside it, by FDC3: which of them is shown is chosen in a strip that we draw, with each
 * one's name and origin, and the channel that it is on. Nobody put them on the room, so they get no part of it: only what other pages tell them.
 */
import { useQuery } from '@tanstack/react-query';
import { Trash2, X } from 'lucide-react';
import { useLayoutEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../api/problem';
import { addinQuery } from '../../api/queries';
import type { Room } from '../../api/types';
import { useLive } from '../../live/hooks';
import { EmptyState } from '../../ui/EmptyState';
import { IconButton } from '../../ui/IconButton';
import { SegmentedControl } from '../../ui/SegmentedControl';
import styles from './AddinPane.module.css';
import type { May } from './access';
import { ChannelChoice, useChannel } from './ChannelChoice';
import { CLOSED } from './closed';
import type { Opened } from './fdc3/desk';
import { openFdc3Beside } from './fdc3/open';
import { originOf } from './origin';
import { type Arrival, PageFrame } from './PageFrame';
import { IN_PLACE, NoPage, PageNotices } from './PageNotices';
import { useHandshake } from './useHandshake';
import { useLoads } from './useLoads';

export interface OpenedPagesProps {
  room: Room;
  /** The name of the room's own add-in. */
  own: string;
  pages: readonly Opened[];
  /** The instance that is shown; null for the room's own page. */
  shown: string | null;
  onShow: (instance: string | null) => void;
  onClose: (instance: string) => void;
  environment: { locale: string; theme: string };
}

/** In the strip, where an instance's identifier cannot stand. */
const OWN = 'own';

export function OpenedPages({ room, own, pages, shown, onShow, onClose, environment }: OpenedPagesProps) {
  const { t } = useTranslation('pane');
  const page = pages.find(({ instance }) => instance === shown);
  const channel = useChannel(room.id, shown);
  if (pages.length === 0 && channel === undefined) return null;
  return (
    <>
      <div className={styles.opened}>
        {pages.length > 0 && (
          <SegmentedControl
            label={t('opened')}
            options={[
              { id: OWN, label: own },
              ...pages.map(({ instance, addin }) => ({ id: instance, label: addin.name })),
            ]}
            value={shown ?? OWN}
            onChange={(id) => onShow(id === OWN ? null : id)}
          />
        )}
        {channel !== undefined && <ChannelChoice room={room.id} instance={shown} channel={channel} />}
        {page && (
          <>
            <span className={styles.openedOrigin}>{originOf(page.addin.url, location.protocol)?.label}</span>
            <IconButton
              label={t('opened_close', { addin: page.addin.name })}
              onPress={() => onClose(page.instance)}
            >
              <X aria-hidden />
            </IconButton>
          </>
        )}
      </div>
      {pages.map((opened) => (
        <OpenedPage
          key={opened.instance}
          room={room}
          opened={opened}
          isShown={opened === page}
          environment={environment}
        />
      ))}
    </>
  );
}

interface OpenedPageProps {
  room: Room;
  opened: Opened;
  isShown: boolean;
  environment: { locale: string; theme: string };
}

/** One of them, for as long as its add-in is there, may be shown, and has this address. */
function OpenedPage({ room, opened, isShown, environment }: OpenedPageProps) {
  const { t } = useTranslation('pane');
  const live = useLive();
  const { instance } = opened;
  const known = useQuery({
    ...addinQuery(opened.addin.pool, opened.addin.id),
    initialData: opened.addin,
    // It may have changed since it was listed.
    initialDataUpdatedAt: 0,
  });
  const addin = known.data;
  const isGone = known.error instanceof ProblemError && [403, 404].includes(known.error.status);
  const granted = addin.approved ? addin.granted : [];
  const windows = granted.includes('popups');
  const { load, phase, reload, note } = useLoads(`${addin.url} ${addin.proxied} ${windows}`);
  const origin = originOf(addin.url, location.protocol, addin.proxied);
  const usable = !isGone && !addin.disabled && origin !== undefined && !origin.blocked;
  const asked = usable ? addin.id : undefined;
  const handshake = useHandshake({ room: room.id, addin: asked, beside: true, load, phase });
  const latest = useRef(granted);
  useLayoutEffect(() => {
    latest.current = granted;
  });
  const may: May = (capability) => latest.current.includes(capability);
  const arrived = ({ port, origin, dialect, use, flooded }: Arrival) => {
    // A page that speaks our own protocol is not welcomed: it has no room here.
    if (dialect.dialect !== 'fdc3') return null;
    const { attempt } = dialect;
    return openFdc3Beside(port, { live, room: room.id, addin, instance, origin, attempt, may, flooded, use });
  };
  const words = isGone ? (
    <EmptyState icon={<Trash2 aria-hidden />} title={t('removed_title')}>
      {t('removed_words', { addin: addin.name })}
    </EmptyState>
  ) : usable ? (
    <PageNotices
      key={load}
      room={room}
      addin={addin.id}
      beside
      origin={origin.label}
      phase={phase}
      handshake={handshake}
      reload={reload}
    />
  ) : (
    <NoPage name={addin.name} disabled={addin.disabled} origin={origin} />
  );
  return (
    <>
      {isShown && words}
      {usable && !IN_PLACE.includes(phase) && (
        <PageFrame
          key={load}
          room={room.id}
          beside={addin.id}
          title={addin.name}
          source={`/addin-frame/${room.id}?${new URLSearchParams({ ...environment, addin: addin.id })}`}
          isHidden={!isShown}
          onPhase={(next) => note(load, next)}
          onArrival={arrived}
          whyClosed={() => CLOSED}
        />
      )}
    </>
  );
}
