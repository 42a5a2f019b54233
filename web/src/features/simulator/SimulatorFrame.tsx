/** The author's page in the same isolated frame as in a room; the room it speaks with is a simulated one. */
import type { Capability } from '@perch/addin/host';
import { useEffect, useRef, useState } from 'react';
import type { AddinPortMessage, AddinWelcome } from '../../addin-frame/messages';
import { Bridge } from '../addin-pane/bridge';
import { type SimulatedRoom, type Traced, traced } from './room';
import styles from './Simulator.module.css';

export interface SimulatorFrameProps {
  title: string;
  url: string;
  locale: string;
  theme: string;
  room: SimulatedRoom;
  granted: readonly Capability[];
  onTraced: (from: Traced['from'], text: string) => void;
}

export function SimulatorFrame({ title, url, locale, theme, room, granted, onTraced }: SimulatorFrameProps) {
  const frame = useRef<HTMLIFrameElement>(null);
  const latest = useRef({ granted, onTraced });
  useEffect(() => {
    latest.current = { granted, onTraced };
  });
  // Language and theme of the moment are in the address; later changes are events, not another load.
  const [source] = useState(() => `/sdk/frame?${new URLSearchParams({ url, locale, theme })}`);

  useEffect(() => {
    let bridge: Bridge | undefined;
    const listen = (event: MessageEvent<unknown>) => {
      const broker = frame.current?.contentWindow;
      if (!broker || event.source !== broker || event.origin !== location.origin) return;
      // From our own document, so its shape is known.
      const message = event.data as AddinPortMessage;
      const show: SimulatorFrameProps['onTraced'] = (from, text) => latest.current.onTraced(from, text);
      if (message.state === 'refused') show('room', message.code);
      const [port] = event.ports;
      if (message.state !== 'connected' || message.dialect !== 'perch' || port === undefined) return;
      bridge?.close();
      const { granted } = latest.current;
      const flooded = () => show('room', 'Flooded');
      bridge = new Bridge(traced(port, show), room.access, { granted, flooded });
      room.bridge = bridge;
      const denied = message.wants
        .filter((want) => !granted.some((name) => name === want))
        .map((capability) => ({ capability, why: 'maximum' as const }));
      const answer: AddinWelcome = { perch: 'addin-welcome', hello: message.hello, granted, denied };
      broker.postMessage(answer, location.origin);
    };
    window.addEventListener('message', listen);
    return () => {
      window.removeEventListener('message', listen);
      room.bridge = null;
      bridge?.close();
    };
  }, [room]);

  return <iframe ref={frame} className={styles.frame} title={title} src={source} />;
}
