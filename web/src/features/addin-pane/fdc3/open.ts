/** Opens FDC3 sessions: for the page of a room, which is told of the room's contexts, and for pages that it opened. */
import type { Addin, Room, RoomAddin } from '../../../api/types';
import type { LiveClient } from '../../../live/client';
import { type ContextSent, latestContext, onContext } from '../../../live/contextBus';
import type { May } from '../access';
import type { PaneUse } from '../use';
import { agentOf } from './desk';
import type { Context } from './messages';
import { Fdc3Session } from './session';

export interface OpenOptions {
  live: LiveClient;
  room: Room;
  addin: RoomAddin;
  /** Where its page is shown. */
  origin: string;
  /** What its page is an instance as, wherever it is shown; undefined while its room's pane is not. */
  instance: string | undefined;
  attempt: string;
  may: May;
  flooded: () => void;
  use: Pick<PaneUse, 'told' | 'refused'>;
}

/** What a context that somebody chose in the conversation asks of the page, most fitting first. */
const CHOSEN = ['ViewChart', 'ViewInstrument', 'ViewAnalysis', 'ViewContact', 'ViewProfile'];

export function openFdc3(port: MessagePort, options: OpenOptions): { close(): void } {
  const { live, room, addin, instance, origin, attempt, may, flooded, use } = options;
  const agent = agentOf(live);
  const latest = latestContext(room.id);
  const session = new Fdc3Session(port, {
    agent,
    attempt,
    appId: `${addin.name}@${room.pool}`,
    origin,
    room: { id: room.id, name: may('room.info') ? room.name : 'Room' },
    beside: false,
    latest: latest !== undefined && may('contexts') ? toFdc3(latest) : null,
    instanceId: instance,
    ended: (why) => {
      if (why === 'flooded') flooded();
    },
    use,
  });
  const stop = onContext(room.id, (sent) => {
    if (!may('contexts')) return;
    const context = toFdc3(sent);
    agent.contextInRoom(room.id, context);
    use.told('contexts', 1);
    if (sent.chosen) agent.raiseInRoom(room.id, CHOSEN, context);
  });
  return {
    close: () => {
      stop();
      session.close();
    },
  };
}

export interface BesideOptions
  extends Pick<OpenOptions, 'live' | 'origin' | 'attempt' | 'may' | 'flooded' | 'use'> {
  /** The room beside whose own page it is. */
  room: string;
  addin: Addin;
  instance: string;
}

/** A session of a page that another one opened. */
export function openFdc3Beside(port: MessagePort, options: BesideOptions): { close(): void } {
  const { live, room, addin, instance, origin, attempt, may, flooded, use } = options;
  const agent = agentOf(live);
  const session = new Fdc3Session(port, {
    agent,
    attempt,
    appId: `${addin.name}@${addin.pool}`,
    origin,
    room: { id: room, name: '' },
    beside: true,
    latest: null,
    instanceId: instance,
    ended: (why) => {
      if (why === 'flooded') flooded();
    },
    use,
  });
  // Nobody put it on the room, so it does not follow the talk: it shows what its person asks to be shown.
  const stop = onContext(room, (sent) => {
    if (!sent.chosen || !may('contexts')) return;
    if (agent.chosenBeside(room, instance, CHOSEN, toFdc3(sent))) use.told('contexts', 1);
  });
  return {
    close: () => {
      stop();
      session.close();
    },
  };
}

function toFdc3({ context: { type, name, id } }: ContextSent): Context {
  return { type, name, id: { ...id } };
}
