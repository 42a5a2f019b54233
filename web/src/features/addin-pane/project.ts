/**
 * From the chat's records to those of the bridge: field by field, so that nothing the protocol does not name
 * (nonces, permissions, revisions) ever reaches an add-in.
 */
import type * as bridge from '@perch/addin/host';
import { fits, LIMITS } from '@perch/addin/host';
import type * as chat from '../../api/types';
import type { ContextSent } from '../../live/contextBus';

/** Room for the JSON-RPC envelope around the records. */
const ENVELOPE_BYTES = 512;
/** What is left of a text that would not fit; six bytes a character at worst. */
const CUT_CHARS = 8_000;

export function toAuthor({ id, address, display_name }: chat.Author): bridge.Author {
  return { id, address, display_name };
}

export function toContext({ type, name, id, start, end }: chat.Context): bridge.Context {
  return { type, name, id: { ...id }, start, end };
}

export function toMessage(message: chat.Message): bridge.Message {
  const { seq, at, text, alert, title, card, updates } = message;
  const whole: bridge.Message = {
    seq,
    author: toAuthor(message.author),
    at,
    text,
    alert,
    contexts: message.contexts.map(toContext),
    ...(title === undefined || title === null ? {} : { title }),
    ...(card ? { card: toCard(card) } : {}),
    ...(updates ? { updates } : {}),
  };
  return fits(JSON.stringify(whole) + ' '.repeat(ENVELOPE_BYTES))
    ? whole
    : { ...whole, text: text.slice(0, CUT_CHARS), cut: true };
}

function toCard({ title, summary, tone, fields, footer, actions }: chat.Card): bridge.Card {
  return {
    title,
    ...(tone ? { tone } : {}),
    ...(summary ? { summary } : {}),
    ...(fields ? { fields: fields.map(({ label, value }) => ({ label, value })) } : {}),
    ...(footer ? { footer } : {}),
    ...(actions ? { actions: actions.flatMap(toAction) } : {}),
  };
}

function toAction({ label, url, context }: chat.CardAction): bridge.CardAction[] {
  if (url) return [{ label, url }];
  if (!context) return [];
  const { type, name, id } = context;
  return [{ label, context: { type, name, id: { ...id } } }];
}

export function toParticipant(participant: chat.Participant, type: chat.Room['type']): bridge.Participant {
  const { manager, presenter } = participant;
  return { ...toAuthor(participant), manager, presenter, can_post: type === 'normal' || presenter };
}

export function toRoom(room: chat.Room, joined: boolean): bridge.RoomProperties {
  const { id, name, description, type, privacy, category, pool, unread } = room;
  const { post: can_post } = room.permissions;
  return { id, name, description, type, privacy, category: category.name, pool, joined, can_post, unread };
}

export function toEntry(entry: chat.StorageEntry): bridge.StorageEntry {
  const { key, value, version, updated_at, updated_by } = entry;
  return { key, value, version, updated_at, updated_by: toAuthor(updated_by) };
}

export function toContextEvent({ context, message }: ContextSent): bridge.Events['context'] {
  return {
    context: toContext(context),
    message: message && { seq: message.seq, author: toAuthor(message.author), at: message.at },
  };
}

/** The longest run from one end of a list that fits into one message of the protocol. */
export function fitting<T>(records: readonly T[], from: 'start' | 'end', most: number): readonly T[] {
  const ordered = from === 'start' ? records : records.toReversed();
  const utf8 = new TextEncoder();
  let bytes = ENVELOPE_BYTES;
  let taken = 0;
  for (const record of ordered.slice(0, most)) {
    bytes += utf8.encode(JSON.stringify(record)).length + 1;
    if (bytes > LIMITS.messageBytes) break;
    taken += 1;
  }
  return from === 'start' ? records.slice(0, taken) : records.slice(records.length - taken);
}
