/**
 * The frame of one load of an add-in: our broker document, in which the add-in's page is framed once more. Listens
 * only to that document and only in our own origin; opens a bridge for each session it announces.
 */
import { useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AddinPortMessage } from '../../addin-frame/messages';
import type { Room, Session } from '../../api/types';
import { useEffectiveTheme } from '../../app/preferences';
import { useLive } from '../../live/hooks';
import styles from './AddinPane.module.css';
import { roomAccess } from './access';
import { Bridge } from './bridge';
import { useRoomTelling } from './useRoomTelling';

/** loading: the page is being fetched; loaded: something is shown; connected: the page speaks with the room. */
export type Phase = 'loading' | 'loaded' | 'connected' | 'failed' | 'flooded';

export interface AddinFrameProps {
  room: Room;
  addin: { id: string; name: string };
  session: Session;
  /** `url` is the add-in's address with its variables expanded, as soon as it is known. */
  onPhase: (phase: Phase, url?: string) => void;
}

export function AddinFrame({ room, addin, session, onPhase }: AddinFrameProps) {
  const { i18n } = useTranslation();
  const live = useLive();
  const environment = { locale: i18n.language, theme: useEffectiveTheme() };
  // Language and theme of the moment are in the address; later changes are events, not another load.
  const [source] = useState(() => `/addin-frame/${room.id}?${new URLSearchParams(environment)}`);
  const frame = useRef<HTMLIFrameElement>(null);
  const bridge = useRef<Bridge | null>(null);
  const latest = useRef({ room, session, environment, onPhase });

  useLayoutEffect(() => {
    latest.current = { room, session, environment, onPhase };
  });

  useLayoutEffect(() => {
    const end = () => {
      bridge.current?.close();
      bridge.current = null;
    };
    const begin = (port: MessagePort) => {
      end();
      const access = roomAccess({ ...latest.current, live, environment: () => latest.current.environment });
      bridge.current = new Bridge(port, access, { flooded: () => latest.current.onPhase('flooded') });
    };
    const listen = (event: MessageEvent<unknown>) => {
      const broker = frame.current?.contentWindow;
      if (!broker || event.source !== broker || event.origin !== location.origin) return;
      if (!isAddinPortMessage(event.data)) return;
      const message = event.data;
      if (message.state === 'loading') {
        end();
        latest.current.onPhase('loading', message.url);
      }
      if (message.state === 'loaded' && bridge.current === null) latest.current.onPhase('loaded');
      const [port] = event.ports;
      if (message.state === 'connected' && port !== undefined) {
        begin(port);
        latest.current.onPhase('connected');
      }
    };
    window.addEventListener('message', listen);
    return () => {
      window.removeEventListener('message', listen);
      end();
    };
  }, [live]);

  useRoomTelling({ bridge, room, addin: addin.id, environment });

  return (
    <iframe
      ref={frame}
      className={styles.frame}
      title={addin.name}
      src={source}
      onLoad={({ currentTarget }) => {
        // Our own origin, so it can be looked into; a problem document instead of the broker has no address in it.
        if (currentTarget.contentDocument?.body?.dataset.url === undefined) latest.current.onPhase('failed');
      }}
    />
  );
}

function isAddinPortMessage(data: unknown): data is AddinPortMessage {
  if (typeof data !== 'object' || data === null) return false;
  const { perch, state, url } = data as Record<string, unknown>;
  if (perch !== 'addin-port') return false;
  return state === 'loaded' || state === 'connected' || (state === 'loading' && typeof url === 'string');
}
