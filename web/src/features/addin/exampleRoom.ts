/**
 * A room that does not exist, for the page of an add-in that is previewed: it has one message and one participant,
 * keeps what is stored while the preview is open, and takes no posts.
 */
import type { Environment, Message, StorageEntry } from '@perch/addin/host';
import type { Principal } from '../../api/types';
import type { RoomAccess } from '../addin-pane/bridge';
import { toAuthor } from '../addin-pane/project';

const TICKER = '$MSFT';

export function exampleRoom(
  person: Principal,
  pool: string,
  name: string,
  environment: Environment,
): RoomAccess {
  const author = toAuthor(person);
  const at = new Date().toISOString();
  const context = {
    type: 'fdc3.instrument',
    name: TICKER.slice(1),
    id: { ticker: TICKER.slice(1) },
    start: 0,
    end: TICKER.length,
  };
  const message: Message = { seq: 1, author, at, text: TICKER, alert: false, contexts: [context] };
  const stored = new Map<string, StorageEntry>();
  return {
    room: () => ({
      id: '00000000-0000-0000-0000-000000000000',
      name,
      description: '',
      type: 'normal',
      privacy: 'closed',
      category: name,
      pool,
      joined: true,
      can_post: true,
      unread: 0,
    }),
    user: () => ({ id: person.id, display_name: person.display_name, ...environment }),
    participants: async () => [{ ...author, manager: true, presenter: false, can_post: true }],
    latest: async () => [message],
    older: async () => [],
    send: () => Promise.reject(new Error('No room is posted to.')),
    confirm: async () => true,
    filter: () => {},
    load: async (key) => stored.get(key) ?? null,
    store: async (key, value, version) => {
      const entry = { key, value, version: version + 1, updated_at: at, updated_by: author };
      stored.set(key, entry);
      return entry;
    },
    token: () => Promise.reject(new Error('Nothing is proved in a preview.')),
    context: () => ({ context, message: { seq: message.seq, author, at } }),
    refusal: () => ({
      code: 'UserNotJoined',
      detail: 'This is a preview: there is no room to post to.',
    }),
  };
}
