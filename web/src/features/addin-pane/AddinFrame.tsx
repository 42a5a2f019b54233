/**
 * The frame of one load of an add-in: our broker document, in which the add-in's page is framed once more. Listens
 * only to that document and only in our own origin; opens a bridge for each session it announces.
 */
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AddinPortMessage, AddinWelcome, AddinWindow, Dialect } from '../../addin-frame/messages';
import type { Room, RoomAddin, Session } from '../../api/types';
import { useEffectiveTheme } from '../../app/preferences';
import type { Draft } from '../../live/frames';
import { useLive } from '../../live/hooks';
import styles from './AddinPane.module.css';
import { type May, roomAccess } from './access';
import { Bridge } from './bridge';
import { ChooseDialog } from './ChooseDialog';
import { CLOSED, whyClosed } from './closed';
import { openFdc3 } from './fdc3/open';
import { usePaneDesk } from './fdc3/usePaneDesk';
import { WidgetSession } from './matrix/session';
import { OpenedPages } from './OpenedPages';
import { OpenPane } from './pane';
import { type Asked, SendDialog } from './SendDialog';
import { PaneUse } from './use';
import { type Told, useRoomTelling } from './useRoomTelling';

/** A session in a dialect that is told of the room in its own way. */
interface Foreign {
  close(): void;
}

/**
 * loading: the page is being fetched; loaded: something is shown; connected: the page speaks with the room; silent: it
 * did; blocked: it went to another origin and was stopped.
 */
export type Phase = 'loading' | 'loaded' | 'connected' | 'silent' | 'blocked' | 'failed' | 'flooded';

export interface AddinFrameProps {
  room: Room;
  addin: RoomAddin;
  session: Session;
  /** It is being taken away: its page hears why, and nothing else any more. */
  isEnding?: boolean;
  /** Browsers do not show it in a frame: it has a window of its own, or nothing. */
  isWindowOnly?: boolean;
  /** The person wants it in a window of its own; opened in answer to a press, or browsers do not open it. */
  isInWindow: boolean;
  /** It is no longer in a window of its own. */
  onWindowClosed: () => void;
  onPhase: (phase: Phase) => void;
}

export function AddinFrame({
  room,
  addin,
  session,
  isEnding = false,
  isWindowOnly = false,
  isInWindow,
  onWindowClosed,
  onPhase,
}: AddinFrameProps) {
  const { i18n } = useTranslation();
  const live = useLive();
  const environment = { locale: i18n.language, theme: useEffectiveTheme() };
  // Language and theme of the moment are in the address; later changes are events, not another load.
  const [source] = useState(
    () =>
      `/addin-frame/${room.id}?${new URLSearchParams({ ...environment, framed: isWindowOnly ? 'no' : 'yes' })}`,
  );
  const frame = useRef<HTMLIFrameElement>(null);
  const bridge = useRef<(Told & Pick<Bridge, 'close'>) | null>(null);
  const foreign = useRef<Foreign | null>(null);
  const latest = useRef({ room, addin, session, environment, isEnding, onWindowClosed, onPhase });
  const asking = useRef<Asked | null>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const { attach, question, opened, shown, show, close } = usePaneDesk(live, room.id);

  useLayoutEffect(() => {
    latest.current = { room, addin, session, environment, isEnding, onWindowClosed, onPhase };
  });

  useLayoutEffect(() => {
    // What a frame shows never changes: another add-in or address is another frame.
    const shown = { room: latest.current.room.id, addin: latest.current.addin };
    /** The pane of the latest session; what happens before the first is reported by one of its own. */
    let opened: OpenPane | undefined;
    const use = new PaneUse((report) => {
      if (opened !== undefined) opened.report(report);
      else OpenPane.open(latest.current.room.id).then((pane) => pane.report(report), ignore);
    });
    const end = (why = CLOSED) => {
      bridge.current?.close(why);
      bridge.current = null;
      foreign.current?.close();
      foreign.current = null;
      asking.current?.answer(false);
    };
    // One question at a time: a page cannot bury the person in them.
    const confirm = (draft: Draft) =>
      new Promise<boolean>((resolve) => {
        if (asking.current !== null) {
          resolve(false);
          return;
        }
        const answer = (agreed: boolean) => {
          asking.current = null;
          setAsked(null);
          resolve(agreed);
        };
        asking.current = { ...draft, answer };
        setAsked(asking.current);
      });
    const may: May = (capability) => latest.current.addin.granted.includes(capability);
    const flooded = () => latest.current.onPhase('flooded');
    const silent = (is: boolean) => latest.current.onPhase(is ? 'silent' : 'connected');
    /** The latest hello: what comes of an earlier one is too late. */
    let latestHello = 0;
    let isBlocked = false;
    const begin = async (broker: Window, port: MessagePort, hello: number, dialect: Dialect) => {
      latestHello = hello;
      end();
      const wants = dialect.dialect === 'perch' ? dialect.wants : [];
      const pane = await OpenPane.open(latest.current.room.id, wants);
      opened = pane;
      if (hello !== latestHello) return;
      const environment = () => latest.current.environment;
      const access = roomAccess({ ...latest.current, live, environment, confirm, pane, use });
      if (dialect.dialect === 'fdc3') {
        const { addin, room } = latest.current;
        const detach = attach({ access, may });
        const session = openFdc3(port, {
          live,
          room,
          addin,
          attempt: dialect.attempt,
          may,
          flooded,
          use,
        });
        foreign.current = {
          close: () => {
            detach();
            session.close();
          },
        };
      } else if (dialect.dialect === 'matrix') {
        const server = location.hostname;
        bridge.current = new WidgetSession(port, { access, may, server, flooded, use });
      } else {
        const { granted, denied } = pane;
        bridge.current = new Bridge(port, access, { granted, flooded, silent, use });
        const answer: AddinWelcome = { perch: 'addin-welcome', hello, granted, denied };
        broker.postMessage(answer, location.origin);
      }
      latest.current.onPhase('connected');
    };
    const listen = (event: MessageEvent<unknown>) => {
      const broker = frame.current?.contentWindow;
      if (!broker || !isAddinPortMessage(event.data)) return;
      if (event.source !== broker || event.origin !== location.origin) {
        use.refused('ForeignHello');
        return;
      }
      const message = event.data;
      if (message.state === 'loading') {
        isBlocked = false;
        latestHello = 0;
        end();
        latest.current.onPhase('loading');
      }
      if (message.state === 'window') {
        latestHello = 0;
        end();
        if (!message.open) latest.current.onWindowClosed();
      }
      if (message.state === 'refused') use.refused(message.code);
      const connected = bridge.current !== null || foreign.current !== null;
      // The browser's own page about it loads, too.
      if (message.state === 'loaded' && !connected && !isBlocked) latest.current.onPhase('loaded');
      if (message.state === 'refused' && message.code === 'LeftOrigin') {
        isBlocked = true;
        latestHello = 0;
        end();
        latest.current.onPhase('blocked');
      }
      const [port] = event.ports;
      if (message.state === 'connected' && port !== undefined && !latest.current.isEnding) {
        begin(broker, port, message.hello, message).catch(() => latest.current.onPhase('failed'));
      }
    };
    window.addEventListener('message', listen);
    return () => {
      window.removeEventListener('message', listen);
      latestHello = 0;
      end(whyClosed(live.state, shown.room, shown.addin));
      use.end();
    };
  }, [live, attach]);

  useLayoutEffect(() => {
    if (!isEnding) return;
    bridge.current?.close(whyClosed(live.state, room.id, addin));
    bridge.current = null;
    foreign.current?.close();
    foreign.current = null;
  }, [isEnding, live, room.id, addin]);

  useEffect(() => {
    const message: AddinWindow = { perch: 'addin-window', open: isInWindow };
    frame.current?.contentWindow?.postMessage(message, location.origin);
  }, [isInWindow]);

  useRoomTelling({ bridge, room, addin: addin.id, environment });

  return (
    <>
      {!isEnding && (
        <OpenedPages
          room={room}
          own={addin.name}
          pages={opened}
          shown={shown}
          onShow={show}
          onClose={close}
          environment={environment}
        />
      )}
      <iframe
        ref={frame}
        className={styles.frame}
        title={addin.name}
        src={source}
        hidden={isEnding || isInWindow || isWindowOnly || shown !== null}
        onLoad={({ currentTarget }) => {
          // Our own origin, so it can be looked into; a problem document instead of the broker has no address in it.
          if (currentTarget.contentDocument?.body?.dataset.url === undefined)
            latest.current.onPhase('failed');
        }}
      />
      <SendDialog addin={addin.name} asked={asked} />
      <ChooseDialog question={question} />
    </>
  );
}

function isAddinPortMessage(data: unknown): data is AddinPortMessage {
  if (typeof data !== 'object' || data === null) return false;
  const { perch, state, url, hello, dialect, code, open } = data as Record<string, unknown>;
  if (perch !== 'addin-port') return false;
  if (state === 'window') return typeof open === 'boolean';
  if (state === 'refused') return typeof code === 'string';
  if (state === 'connected') return typeof hello === 'number' && typeof dialect === 'string';
  return state === 'loaded' || (state === 'loading' && typeof url === 'string');
}

/** Without a pane there is nobody to whom what happened could be reported. */
function ignore(): void {}
