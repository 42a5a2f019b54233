/**
 * The pages that another page opened beside it, by FDC3: which of them is shown is chosen in a strip that we draw, with each
 * one's name and origin, and the channel that it is on. Nobody put them on the room, so they get no part of it: only what other pages tell them.
 */
import { X } from 'lucide-react';
import { useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Room } from '../../api/types';
import type { LiveClient } from '../../live/client';
import { useLive } from '../../live/hooks';
import { IconButton } from '../../ui/IconButton';
import { SegmentedControl } from '../../ui/SegmentedControl';
import styles from './AddinPane.module.css';
import { ChannelChoice, useChannel } from './ChannelChoice';
import type { Opened } from './fdc3/desk';
import { openFdc3Beside } from './fdc3/open';
import { originOf } from './origin';

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
  const live = useLive();
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
        <OpenedFrame
          key={opened.instance}
          live={live}
          room={room}
          opened={opened}
          isShown={opened === page}
          environment={environment}
          onFlooded={() => onClose(opened.instance)}
        />
      ))}
    </>
  );
}

interface OpenedFrameProps {
  live: LiveClient;
  room: Room;
  opened: Opened;
  isShown: boolean;
  environment: { locale: string; theme: string };
  onFlooded: () => void;
}

function OpenedFrame({ live, room, opened, isShown, environment, onFlooded }: OpenedFrameProps) {
  const { addin, instance } = opened;
  const [source] = useState(
    () => `/addin-frame/${room.id}?${new URLSearchParams({ ...environment, addin: addin.id })}`,
  );
  const frame = useRef<HTMLIFrameElement>(null);
  const flooded = useRef(onFlooded);
  useLayoutEffect(() => {
    flooded.current = onFlooded;
  });

  useLayoutEffect(() => {
    let session: { close(): void } | undefined;
    const listen = (event: MessageEvent<unknown>) => {
      const broker = frame.current?.contentWindow;
      if (!broker || event.source !== broker || event.origin !== location.origin) return;
      // It is not for the frame of the room's own page, which listens at the same window.
      event.stopImmediatePropagation();
      const { state, dialect, attempt } = event.data as Record<string, unknown>;
      if (state === 'loading') session?.close();
      const [port] = event.ports;
      // A page that speaks our own protocol is not welcomed: it has no room here.
      if (state !== 'connected' || port === undefined || dialect !== 'fdc3') return;
      session?.close();
      session = openFdc3Beside(port, {
        live,
        room: room.id,
        addin,
        instance,
        attempt: String(attempt),
        flooded: () => flooded.current(),
      });
    };
    window.addEventListener('message', listen, { capture: true });
    return () => {
      window.removeEventListener('message', listen, { capture: true });
      session?.close();
    };
  }, [live, room.id, addin, instance]);

  return <iframe ref={frame} className={styles.frame} title={addin.name} src={source} hidden={!isShown} />;
}
