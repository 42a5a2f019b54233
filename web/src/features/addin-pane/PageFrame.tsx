/**
 * The frame of one load of an add-in's page: our broker document, in which the page is framed once more. Listens only to that
 * document and only in our own origin; opens a pane with the server, and a session, for each hello it announces. The page of a
 * room's own add-in and those beside it are framed alike; what is said to them is their owners' affair.
 */
import type { Closed } from '@perch/addin/host';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { AddinPortMessage, AddinWelcome, AddinWindow, Dialect } from '../../addin-frame/messages';
import styles from './AddinPane.module.css';
import { CLOSED } from './closed';
import { OpenPane } from './pane';
import { PaneUse } from './use';

/**
 * loading: the page is being fetched; loaded: something is shown; connected: the page speaks with the room; silent: it
 * did; blocked: it went to another origin and was stopped.
 */
export type Phase = 'loading' | 'loaded' | 'connected' | 'silent' | 'blocked' | 'failed' | 'flooded';

/** A page that has said its first words. */
export interface Arrival {
  port: MessagePort;
  /** Where it is shown: the proxy's, for a page that is isolated. */
  origin: string;
  dialect: Dialect;
  pane: OpenPane;
  use: PaneUse;
  flooded: () => void;
  silent: (is: boolean) => void;
  /** Answers the hello of our own SDK. */
  welcome: () => void;
}

/** What is said with a page, until it ends. */
export interface PageSession {
  close(why: Closed): void;
}

export interface PageFrameProps {
  room: string;
  /** The add-in, if the page is beside the room's own. */
  beside?: string;
  title: string;
  /** The broker document; a frame never shows another one. */
  source: string;
  isHidden: boolean;
  /** It is being taken away: its page hears why, and nothing else any more. */
  isEnding?: boolean;
  /** The person wants it in a window of its own; opened in answer to a press, or browsers do not open it. */
  isInWindow?: boolean | undefined;
  /** It is no longer in a window of its own. */
  onWindowClosed?: (() => void) | undefined;
  onPhase: (phase: Phase) => void;
  /** Begins to speak with a page; null: not in this dialect. */
  onArrival: (arrival: Arrival) => PageSession | null;
  /** Why its session ends when the frame does. */
  whyClosed: () => Closed;
}

type Connected = Extract<AddinPortMessage, { state: 'connected' }>;

export function PageFrame(props: PageFrameProps) {
  const { title, isHidden, isEnding = false, isInWindow = false } = props;
  const [source] = useState(props.source);
  const frame = useRef<HTMLIFrameElement>(null);
  const session = useRef<PageSession | null>(null);
  const latest = useRef(props);

  useLayoutEffect(() => {
    latest.current = props;
  });

  useLayoutEffect(() => {
    const { room, beside, whyClosed } = latest.current;
    /** The pane of the latest session; what happens before the first is reported by one of its own. */
    let opened: OpenPane | undefined;
    const use = new PaneUse((report) => {
      if (opened !== undefined) opened.report(report);
      else OpenPane.open(room, beside).then((pane) => pane.report(report), ignore);
    });
    const end = (why = CLOSED) => {
      session.current?.close(why);
      session.current = null;
    };
    const flooded = () => latest.current.onPhase('flooded');
    const silent = (is: boolean) => latest.current.onPhase(is ? 'silent' : 'connected');
    /** The latest hello: what comes of an earlier one is too late. */
    let latestHello = 0;
    let isBlocked = false;
    const begin = async (broker: Window, port: MessagePort, said: Connected) => {
      const { hello, origin, ...dialect } = said;
      latestHello = hello;
      end();
      const wants = dialect.dialect === 'perch' ? dialect.wants : [];
      const pane = await OpenPane.open(room, beside, wants);
      opened = pane;
      if (hello !== latestHello) return;
      const { granted, denied } = pane;
      const answer: AddinWelcome = { perch: 'addin-welcome', hello, granted, denied };
      const welcome = () => broker.postMessage(answer, location.origin);
      const arrival = { port, origin, dialect, pane, use, flooded, silent, welcome };
      session.current = latest.current.onArrival(arrival);
      if (session.current === null) use.refused('MsgNotSupported');
      else latest.current.onPhase('connected');
    };
    const listen = (event: MessageEvent<unknown>) => {
      const broker = frame.current?.contentWindow;
      if (!broker || !isAddinPortMessage(event.data)) return;
      if (event.source !== broker || event.origin !== location.origin) {
        // What another frame of ours says is not for this one, and no forgery.
        if (event.origin !== location.origin && comesFrom(event.source, broker)) use.refused('ForeignHello');
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
        latest.current.onPhase('loaded');
        if (!message.open) latest.current.onWindowClosed?.();
      }
      if (message.state === 'refused') use.refused(message.code);
      // The browser's own page about it loads, too.
      if (message.state === 'loaded' && session.current === null && !isBlocked)
        latest.current.onPhase('loaded');
      if (message.state === 'refused' && message.code === 'LeftOrigin') {
        isBlocked = true;
        latestHello = 0;
        end();
        latest.current.onPhase('blocked');
      }
      if (message.state === 'refused' && message.code === 'Flooded') {
        latestHello = 0;
        end();
        flooded();
      }
      const [port] = event.ports;
      if (message.state === 'connected' && port !== undefined && !latest.current.isEnding) {
        begin(broker, port, message).catch(() => latest.current.onPhase('failed'));
      }
    };
    window.addEventListener('message', listen);
    return () => {
      window.removeEventListener('message', listen);
      latestHello = 0;
      end(whyClosed());
      use.end();
    };
  }, []);

  useLayoutEffect(() => {
    if (!isEnding) return;
    session.current?.close(latest.current.whyClosed());
    session.current = null;
  }, [isEnding]);

  useEffect(() => {
    const message: AddinWindow = { perch: 'addin-window', open: isInWindow };
    frame.current?.contentWindow?.postMessage(message, location.origin);
  }, [isInWindow]);

  return (
    <iframe
      ref={frame}
      className={styles.frame}
      title={title}
      src={source}
      hidden={isHidden}
      onLoad={({ currentTarget }) => {
        // Our own origin, so it can be looked into; a problem document instead of the broker has no address in it.
        if (currentTarget.contentDocument?.body?.dataset.url === undefined) latest.current.onPhase('failed');
      }}
    />
  );
}

function isAddinPortMessage(data: unknown): data is AddinPortMessage {
  if (typeof data !== 'object' || data === null) return false;
  const { perch, state, url, hello, origin, dialect, code, open } = data as Record<string, unknown>;
  if (perch !== 'addin-port') return false;
  if (state === 'window') return typeof open === 'boolean';
  if (state === 'refused') return typeof code === 'string';
  if (state === 'connected')
    return typeof hello === 'number' && typeof origin === 'string' && typeof dialect === 'string';
  return state === 'loaded' || (state === 'loading' && typeof url === 'string');
}

/** Whether a window is the page that a broker frames or has opened, or one inside it. */
function comesFrom(source: MessageEventSource | null, broker: Window): boolean {
  let at = source as Window | null;
  while (at !== null && at !== broker && at.parent !== at) at = at.parent;
  return at !== null && (at === broker || at.opener === broker);
}

/** Without a pane there is nobody to whom what happened could be reported. */
function ignore(): void {}
