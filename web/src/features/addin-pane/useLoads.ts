/** One load of an add-in's page after the other: what was known of the one before is void. */
import { useState } from 'react';
import type { Phase } from './PageFrame';

export interface Loads {
  /** Names the present load. */
  load: string;
  phase: Phase;
  reload: () => void;
  /** Takes down what became of a load; of an earlier one it is too late. */
  note: (load: string, phase: Phase) => void;
}

/** `shows` names what is loaded: when it is another, so is the load. */
export function useLoads(shows: string): Loads {
  const [reloads, setReloads] = useState(0);
  const load = `${shows} ${reloads}`;
  const [known, setKnown] = useState<{ load: string; phase: Phase }>({ load, phase: 'loading' });
  return {
    load,
    phase: known.load === load ? known.phase : 'loading',
    reload: () => setReloads((count) => count + 1),
    note: (of, phase) => {
      if (of === load) setKnown({ load, phase });
    },
  };
}
