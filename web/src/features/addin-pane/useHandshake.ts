/** Tells the server what became of a load of an add-in's page, which it cannot know itself. */
import { useEffect, useState } from 'react';
import { api, done } from '../../api/client';
import type { Handshake } from '../../api/types';
import type { Phase } from './PageFrame';

/** A page that has not spoken by then is silent. */
const SILENT_MS = 10_000;

export interface Loading {
  room: string;
  addin: string | undefined;
  /** Its page is beside the room's own. */
  beside?: boolean;
  /** Names the load: another is another matter. */
  load: string;
  phase: Phase;
}

/** Undefined while it is too early to say, or nothing is to be seen anyway. */
export function useHandshake({ room, addin, beside = false, load, phase }: Loading): Handshake | undefined {
  const [silent, setSilent] = useState<string>();
  const waits = addin !== undefined && (phase === 'loading' || phase === 'loaded');

  useEffect(() => {
    if (!waits) return;
    const timer = setTimeout(() => setSilent(load), SILENT_MS);
    return () => clearTimeout(timer);
  }, [waits, load]);

  const handshake = outcome(phase, waits && silent === load);
  useEffect(() => {
    if (addin === undefined || handshake === undefined) return;
    const params = { path: { room } };
    // Of use to others; nobody here has to know when it fails.
    done(api.POST('/api/v1/rooms/{room}/handshakes', { params, body: { addin, beside, handshake } })).catch(
      () => {},
    );
  }, [room, addin, beside, handshake]);
  return handshake;
}

function outcome(phase: Phase, silent: boolean): Handshake | undefined {
  if (phase === 'connected' || phase === 'silent') return 'ok';
  if (phase === 'blocked') return 'blocked';
  return silent ? 'silent' : undefined;
}
