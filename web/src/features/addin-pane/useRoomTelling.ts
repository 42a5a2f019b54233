/** Tells the page in the pane what happens in its room: everything the live connection brings, as events of the bridge. */
import { CAPABILITIES, type Environment, type Events } from '@perch/addin/host';
import { type RefObject, useEffect, useRef } from 'react';
import { api } from '../../api/client';
import type { Participant, Room, StorageEntry } from '../../api/types';
import { onContext } from '../../live/contextBus';
import type { ParticipantsFrame, PresenceFrame, ServerFrame } from '../../live/frames';
import { useConnection, useLive, useRoomEvents, useRoomState } from '../../live/hooks';
import type { RoomState } from '../../live/store';
import type { Bridge } from './bridge';
import { toContextEvent, toEntry, toMessage, toParticipant, toRoom } from './project';

/** A session with the page, in whatever dialect it speaks. */
export type Told = Pick<Bridge, 'grant' | 'tellRoom' | 'tellMessages' | 'tellContext'> & {
  tell<E extends keyof Events>(event: E, params: Events[E]): unknown;
};

export interface TellingOptions {
  bridge: RefObject<Told | null>;
  room: Room;
  addin: string;
  environment: Environment;
}

export function useRoomTelling({ bridge, room, addin, environment }: TellingOptions): void {
  const state = useRoomState(room.id);
  const live = useLive();
  const connected = useConnection().word === 'live';
  const properties = toRoom(state?.room ?? room, state !== undefined && connected);
  const seen = useRef(state?.room.head ?? room.head);
  const versions = useRef<Record<string, number>>({});
  const here = useRef(state);

  useRoomEvents(room.id, (frame) => {
    const told = bridge.current;
    tellMessages(frame, seen, told);
    if (frame.type === 'participants' || frame.type === 'presence') {
      tellPresence(frame, properties.type, here.current, told);
      here.current = live.state.rooms[room.id];
    }
    if (frame.type === 'storage_changed' && frame.addin === addin) {
      tellStorage([frame.entry], versions, told);
    }
    if (frame.type === 'joined' && told !== null) {
      // What changed while the connection was lost came with no event.
      void api
        .GET('/api/v1/rooms/{room}/storage', { params: { path: { room: room.id } } })
        .then(({ data }) => {
          if (data !== undefined && bridge.current === told) tellStorage(data, versions, told);
        }, ignoreUntilNextJoin);
    }
  });

  useEffect(
    () => onContext(room.id, (sent) => bridge.current?.tellContext(toContextEvent(sent))),
    [bridge, room.id],
  );

  const granted = (state?.room ?? room).addin?.granted.join(' ') ?? '';
  useEffect(() => {
    bridge.current?.grant(CAPABILITIES.filter((name) => granted.split(' ').includes(name)));
  }, [bridge, granted]);

  const { unread } = properties;
  useEffect(() => {
    bridge.current?.tell('unread.changed', { unread });
  }, [bridge, unread]);

  // Compared as text: each frame makes a new object of the same values. Unread messages have an event of their own.
  const latest = useRef(properties);
  latest.current = properties;
  const text = JSON.stringify({ ...properties, unread: 0 });
  useEffect(() => {
    if (text !== '') bridge.current?.tellRoom(latest.current);
  }, [bridge, text]);

  const { locale, theme } = environment;
  useEffect(() => {
    bridge.current?.tell('environment.changed', { locale, theme });
  }, [bridge, locale, theme]);
}

/** After a lost connection the missed messages come with `joined`, some of them perhaps known already. */
function tellMessages(frame: ServerFrame, seen: RefObject<number>, bridge: Told | null): void {
  if (frame.type !== 'message' && frame.type !== 'joined') return;
  const arrived = frame.type === 'message' ? [frame] : frame.messages;
  const fresh = arrived.filter(({ seq }) => seq > seen.current);
  seen.current = Math.max(seen.current, ...fresh.map(({ seq }) => seq));
  bridge?.tellMessages(fresh.map(toMessage));
}

/** Each version of a value once, whichever way it was learned. */
function tellStorage(
  entries: readonly StorageEntry[],
  versions: RefObject<Record<string, number>>,
  bridge: Told | null,
): void {
  for (const entry of entries) {
    if (entry.version <= (versions.current[entry.key] ?? 0)) continue;
    versions.current = { ...versions.current, [entry.key]: entry.version };
    bridge?.tell('storage.changed', { entry: toEntry(entry) });
  }
}

/** A request that fails does so with its connection, and the next `joined` asks again. */
function ignoreUntilNextJoin(): void {}

/** Who came and went, told as that happens; a list that comes anew is told as its difference from what was held before. */
function tellPresence(
  frame: ParticipantsFrame | PresenceFrame,
  type: Room['type'],
  held: RoomState | undefined,
  bridge: Told | null,
): void {
  const shown = (participant: Participant) => toParticipant(participant, type);
  const { count } = frame;
  if (frame.type === 'presence') {
    const { arrived, departed } = frame;
    bridge?.tell('participants.changed', { arrived: arrived.map(shown), departed, count });
    return;
  }
  const before = held?.participants ?? [];
  // In a large room nobody is known to have left.
  const now = frame.participants ?? before;
  const arrived = without(now, before).map(shown);
  const departed = without(before, now).map(({ id }) => id);
  if (arrived.length + departed.length > 0 || count !== held?.room.participant_count) {
    bridge?.tell('participants.changed', { arrived, departed, count });
  }
}

function without(participants: readonly Participant[], others: readonly Participant[]): Participant[] {
  const ids = new Set(others.map(({ id }) => id));
  return participants.filter(({ id }) => !ids.has(id));
}
