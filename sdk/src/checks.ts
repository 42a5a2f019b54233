// Narrow validators for everything in the protocol: a value either has the declared shape or is refused.
import {
  type Author,
  CAPABILITIES,
  type Capability,
  type Card,
  type CardAction,
  type CardContext,
  type Context,
  type ContextOrigin,
  type Denied,
  type Environment,
  type Events,
  type Message,
  type Methods,
  type NoParams,
  type OutgoingMessage,
  type Participant,
  type RoomProperties,
  type StorageEntry,
  type Tone,
  type User,
} from './protocol.js';

/** Tells whether a value has the type. */
export type Check<T> = (value: unknown) => value is T;

type Fields<T> = { readonly [K in keyof T]-?: Check<T[K]> | Check<T[K] | undefined> };

/** Returns whether a value is an object that is neither an array nor null. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const text: Check<string> = (value): value is string => typeof value === 'string';
export const flag: Check<boolean> = (value): value is boolean => typeof value === 'boolean';
export const whole: Check<number> = (value): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;
export const anything: Check<unknown> = (value): value is unknown => value !== undefined;

export function oneOf<const T extends string>(...values: readonly T[]): Check<T> {
  return (value): value is T => values.includes(value as T);
}

export function optional<T>(check: Check<T>): Check<T | undefined> {
  return (value): value is T | undefined => value === undefined || check(value);
}

export function nullable<T>(check: Check<T>): Check<T | null> {
  return (value): value is T | null => value === null || check(value);
}

export function list<T>(check: Check<T>): Check<readonly T[]> {
  return (value): value is readonly T[] => Array.isArray(value) && value.every(check);
}

export function shape<T extends object>(fields: Fields<T>, more: 'open' | 'exact' = 'open'): Check<T> {
  const keys = Object.keys(fields) as (keyof T & string)[];
  return (value): value is T =>
    isRecord(value) &&
    // Own keys only: a shape is never satisfied by something inherited.
    keys.every((key) => fields[key](Object.hasOwn(value, key) ? value[key] : undefined)) &&
    (more === 'open' || Object.keys(value).every((key) => Object.hasOwn(fields, key)));
}

const stringMap: Check<Readonly<Record<string, string>>> = (
  value,
): value is Readonly<Record<string, string>> => isRecord(value) && Object.values(value).every(text);

const authorFields: Fields<Author> = { id: text, address: text, display_name: text };
const author = shape<Author>(authorFields);
const context = shape<Context>({ type: text, name: text, id: stringMap, start: whole, end: whole });
const origin = shape<ContextOrigin>({ seq: whole, author: optional(author), at: text });
// What a card may hold the server decides, and tones may be added: a page is not kept from what it does not know.
export const card = shape<Card>({
  title: text,
  summary: optional(text),
  tone: optional(text as Check<Tone>),
  fields: optional(list(shape<{ label: string; value: string }>({ label: text, value: text }))),
  footer: optional(text),
  actions: optional(
    list(
      shape<{ label: string; url?: string; context?: CardContext }>({
        label: text,
        url: optional(text),
        context: optional(shape<CardContext>({ type: text, name: text, id: stringMap })),
      }) as Check<CardAction>,
    ),
  ),
});
const capability = oneOf(...CAPABILITIES);
const denied = shape<Denied>({
  capability: text,
  why: oneOf('maximum', 'room', 'pending', 'disabled', 'unknown'),
});
const message = shape<Message>({
  seq: whole,
  author,
  at: text,
  text,
  alert: flag,
  title: optional(text),
  contexts: list(context),
  card: optional(card),
  updates: optional(whole),
  cut: optional(flag),
});
const participant = shape<Participant>({ ...authorFields, manager: flag, presenter: flag, can_post: flag });
const room = shape<RoomProperties>({
  id: text,
  name: text,
  description: text,
  type: oneOf('normal', 'auditorium'),
  privacy: oneOf('open', 'closed', 'secret'),
  category: text,
  pool: text,
  joined: flag,
  can_post: flag,
  unread: whole,
});
const environmentFields: Fields<Environment> = { locale: text, theme: oneOf('light', 'dark') };
const environment = shape<Environment>(environmentFields);
const user = shape<User>({ ...environmentFields, id: text, display_name: text });
const entry = shape<StorageEntry>({
  key: text,
  value: anything,
  version: whole,
  updated_at: text,
  updated_by: author,
});
const messages = shape<{ readonly messages: readonly Message[] }>({ messages: list(message) });
const placed = shape<{ readonly seq: number }>({ seq: whole });
/** What each method answers. */
export const resultChecks: { readonly [M in keyof Methods]: Check<Methods[M]['result']> } = {
  'room.get': room,
  'user.get': user,
  'participants.list': shape<Methods['participants.list']['result']>({
    participants: list(participant),
    more: flag,
  }),
  'messages.latest': messages,
  'messages.older': messages,
  'messages.send': placed,
  'cards.post': placed,
  'storage.get': nullable(entry),
  'storage.set': entry,
  'token.get': shape<Methods['token.get']['result']>({ token: text, expires_in: whole }),
  'filter.set': shape<NoParams>({}),
  'filter.answer': shape<NoParams>({}),
  heartbeat: shape<NoParams>({}),
  ready: shape<NoParams>({}),
};

/** What each event carries. */
export const eventChecks: { readonly [E in keyof Events]: Check<Events[E]> } = {
  context: shape<Events['context']>({ context, message: nullable(origin) }),
  'messages.received': messages,
  'participants.changed': shape<Events['participants.changed']>({
    arrived: list(participant),
    departed: list(text),
    count: whole,
  }),
  'room.changed': shape<Events['room.changed']>({ room }),
  'unread.changed': shape<Events['unread.changed']>({ unread: whole }),
  'message.sending': shape<OutgoingMessage>({ id: text, text, alert: flag, title: optional(text) }),
  'storage.changed': shape<Events['storage.changed']>({ entry }),
  'environment.changed': environment,
  'grants.changed': shape<Events['grants.changed']>({ granted: list(text) as Check<readonly Capability[]> }),
  closed: shape<Events['closed']>({
    code: oneOf('disabled', 'replaced', 'left', 'closed', 'flooded', 'lost'),
    detail: text,
  }),
};

/** Returns the capabilities in a list of names; names that this version does not know are left out. */
export function knownCapabilities(names: unknown): readonly Capability[] {
  return Array.isArray(names) ? names.filter(capability) : [];
}

/** Returns a welcome's `denied`, as far as it has the declared shape. */
export function readDenied(entries: unknown): readonly Denied[] {
  return Array.isArray(entries) ? entries.filter(denied) : [];
}
