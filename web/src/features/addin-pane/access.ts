/** What an add-in's bridge may do with its room, on top of the live state and the HTTP interface. */
import type { Capability, Environment } from '@perch/addin/host';
import { api, unwrap } from '../../api/client';
import { ProblemError } from '../../api/problem';
import type { NewMessage, Participant, Room, RoomAddin, Session } from '../../api/types';
import type { LiveClient } from '../../live/client';
import { latestContext } from '../../live/contextBus';
import { newNonce } from '../../live/nonce';
import type { RoomAccess } from './bridge';
import type { OpenPane } from './pane';
import { toContextEvent, toEntry, toMessage, toParticipant, toRoom } from './project';
import type { PaneUse } from './use';

/** Whether the add-in may do something at this moment. */
export type May = (capability: Capability) => boolean;

export interface AccessOptions {
  live: LiveClient;
  /** The room as the page was given it; the live state, once there, is newer. */
  room: Room;
  session: Session;
  addin: RoomAddin;
  environment: () => Environment;
  confirm: RoomAccess['confirm'];
  pane: OpenPane;
  use: PaneUse;
}

export function roomAccess({
  live,
  room,
  session,
  addin,
  environment,
  confirm,
  pane,
  use,
}: AccessOptions): RoomAccess {
  const { id } = room;
  const path = { room: id };
  const held = () => live.state.rooms[id];
  let stopFiltering: (() => void) | undefined;
  const warn = () => !(held()?.room.addin ?? addin).granted.includes('messages.filter.silent');
  const page = async (query: { before?: number; limit: number }) => {
    const { messages } = await pane.ask((headers) =>
      unwrap(api.GET('/api/v1/rooms/{room}/messages', { params: { path, query }, headers })),
    );
    return messages.map(toMessage);
  };
  return {
    room: () => {
      const state = held();
      return toRoom(state?.room ?? room, state !== undefined && live.connection.word === 'live');
    },
    user: (named) => {
      const { id: person, display_name } = session.person;
      const user = named ? { id: person, display_name } : { id: pane.subject, display_name: '' };
      return { ...user, ...environment() };
    },
    participants: async () => {
      const { type } = held()?.room ?? room;
      const shown = (participant: Participant) => toParticipant(participant, type);
      const known = held()?.participants;
      if (known) {
        use.told('participants', known.length);
        return known.map(shown);
      }
      const asked = await pane.ask((headers) =>
        unwrap(api.GET('/api/v1/rooms/{room}/participants', { params: { path }, headers })),
      );
      return asked.map(shown);
    },
    latest: (count) => page({ limit: count }),
    older: (before, count) => page({ before, limit: count }),
    confirm,
    filter: (ask) => {
      stopFiltering?.();
      const filter = ask === null ? null : { addin: addin.name, pane: () => pane.token, warn, ask };
      stopFiltering = filter === null ? undefined : live.setFilter(id, filter);
    },
    send: async (draft) => {
      // As the page wrote it: the server judges what a card may hold.
      const body = { nonce: newNonce(), ...draft } as NewMessage;
      const { seq } = await pane.ask((headers) =>
        unwrap(api.POST('/api/v1/rooms/{room}/messages', { params: { path }, body, headers })),
      );
      return seq;
    },
    load: async (key) => {
      try {
        const params = { path: { room: id, key } };
        const entry = await pane.ask((headers) =>
          unwrap(api.GET('/api/v1/rooms/{room}/storage/{key}', { params, headers })),
        );
        return toEntry(entry);
      } catch (error) {
        if (error instanceof ProblemError && error.status === 404) return null;
        throw error;
      }
    },
    store: async (key, value, version) => {
      const params = { path: { room: id, key } };
      const body = { value, version };
      const entry = await pane.ask((headers) =>
        unwrap(api.PUT('/api/v1/rooms/{room}/storage/{key}', { params, body, headers })),
      );
      return toEntry(entry);
    },
    token: () =>
      pane.ask(({ 'Perch-Pane': token }) =>
        unwrap(api.POST('/api/v1/rooms/{room}/token', { params: { path }, body: { pane: token } })),
      ),
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
