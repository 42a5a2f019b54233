/** What an add-in's bridge may do with its room, on top of the live state and the HTTP interface. */
import type { Environment } from '@perch/addin/host';
import { api, unwrap } from '../../api/client';
import { ProblemError } from '../../api/problem';
import type { Room, Session } from '../../api/types';
import type { LiveClient } from '../../live/client';
import { latestContext } from '../../live/contextBus';
import type { RoomAccess } from './bridge';
import { toContextEvent, toEntry, toMessage, toParticipant, toRoom } from './project';

export interface AccessOptions {
  live: LiveClient;
  /** The room as the page was given it; the live state, once there, is newer. */
  room: Room;
  session: Session;
  environment: () => Environment;
  confirm: RoomAccess['confirm'];
}

export function roomAccess({ live, room, session, environment, confirm }: AccessOptions): RoomAccess {
  const { id } = room;
  const path = { room: id };
  const held = () => live.state.rooms[id];
  const page = async (query: { before?: number; limit: number }) => {
    const { messages } = await unwrap(api.GET('/api/v1/rooms/{room}/messages', { params: { path, query } }));
    return messages.map(toMessage);
  };
  return {
    room: () => {
      const state = held();
      return toRoom(state?.room ?? room, state !== undefined && live.connection.word === 'live');
    },
    user: (named) => {
      const { id: person, display_name } = session.person;
      return { ...(named ? { id: person, display_name } : { id: '', display_name: '' }), ...environment() };
    },
    participants: async () => {
      const known =
        held()?.participants ??
        (await unwrap(api.GET('/api/v1/rooms/{room}/participants', { params: { path } })));
      return known.map(toParticipant);
    },
    latest: (count) => page({ limit: count }),
    older: (before, count) => page({ before, limit: count }),
    confirm,
    send: async (text, alert) => {
      const body = { nonce: crypto.randomUUID(), text, ...(alert ? { alert } : {}) };
      const { seq } = await unwrap(api.POST('/api/v1/rooms/{room}/messages', { params: { path }, body }));
      return seq;
    },
    load: async (key) => {
      try {
        const call = api.GET('/api/v1/rooms/{room}/storage/{key}', { params: { path: { room: id, key } } });
        return toEntry(await unwrap(call));
      } catch (error) {
        if (error instanceof ProblemError && error.status === 404) return null;
        throw error;
      }
    },
    store: async (key, value, version) => {
      const params = { path: { room: id, key } };
      const call = api.PUT('/api/v1/rooms/{room}/storage/{key}', { params, body: { value, version } });
      return toEntry(await unwrap(call));
    },
    context: () => {
      const sent = latestContext(id);
      return sent === undefined ? null : toContextEvent(sent);
    },
    refusal: (error) =>
      error instanceof ProblemError
        ? { code: error.code, detail: error.message }
        : { code: 'ServerError', detail: 'The request could not be completed. Try again.' },
  };
}
