// The protocol `perch/1` between a page in a room's pane and the chat around it: every message, every limit.
//
// 1. Handshake, over `window.postMessage`. The page posts a `Hello` to its parent. The parent checks that it came from
//    the frame it made and from the origin the administrator registered, and answers with a `Welcome` that carries a
//    MessagePort. A page that loads again says hello again: a new session, and the old port is closed.
// 2. Then JSON-RPC 2.0 on the port. Each message is one JSON text (a string, so that its size is known before anything
//    looks into it). The page asks (`Methods`), the room answers and tells (`Events`). Ids are strings.
// 3. Events begin after the page has called `ready`; the latest context, if there is one, is the first of them.
// 4. The page says that it is alive (`heartbeat`), and learns by the answer that the room is. When the room ends the session it
//    says why (`closed`), then closes the port.
//
// Records have the field names of the HTTP API. Receivers ignore fields they do not know in results and events;
// the room refuses fields it does not know in params.

/** The name and version of this protocol, as the handshake negotiates it. */
export const PROTOCOL = 'perch/1';

/** The version of this package, as the hello announces it. */
export const SDK_VERSION = '0.1.0';

/** What one message may be, and how many; both sides enforce it. */
export const LIMITS = {
  /** Bytes of one message as UTF-8. */
  messageBytes: 64 * 1024,
  /** Arrays and objects inside one another. */
  depth: 32,
  /** Messages a page may send in one second; the next are refused with `LimitExceeded`. */
  messagesPerSecond: 100,
  /** Messages in one second after which the room closes the port. */
  floodPerSecond: 1000,
  /** Messages of the conversation in one answer. */
  historyCount: 100,
  /** Participants in one answer. */
  participantsCount: 200,
  /** How long a person's message waits for the filter's answer, in milliseconds; then it is posted as it was typed. */
  filterMs: 4000,
  /** How often a page says that it is alive, in milliseconds. */
  heartbeatMs: 20_000,
  /**
   * How long a page that has said so once may then be silent before people are told that it does not answer, in milliseconds. Browsers
   * let pages in the background do something once a minute.
   */
  silenceMs: 100_000,
  /** Characters of the reason for which a filter holds a message back. */
  reasonChars: 500,
} as const;

/** What a page can be granted: the most by an administrator, less of it in a room by the room's manager. */
export const CAPABILITIES = [
  /** The room's properties; without it they are blank, but for `id`, `type`, `privacy`, `joined` and `can_post`. */
  'room.info',
  /** Typed contexts, without the text they were found in and its author. */
  'contexts',
  /** Text and author of new messages. */
  'messages.live',
  /** Earlier messages. */
  'messages.history',
  /** Who is in the room. */
  'participants',
  /** The name of the person who looks at the page; without it `id` is a pseudonym and the name is blank. */
  'user.identity.basic',
  /** Their e-mail address too. */
  'user.identity.email',
  /** A signed token that proves to the add-in's own server who looks at which room. */
  'token.issue',
  /** The room's storage. */
  'storage',
  /** Posting, each time after the person agreed. */
  'messages.send',
  /** Posting without asking. */
  'messages.send.silent',
  /** Posting cards, each time after the person agreed unless `messages.send.silent` says otherwise, and updating the add-in's own. */
  'cards.post',
  /** Seeing, changing and holding back what the person posts. */
  'messages.filter',
  /** Changing it without showing it to them first. */
  'messages.filter.silent',
  /** Opening windows of its own. */
  'popups',
] as const;

/** The name of something that a page can be granted. */
export type Capability = (typeof CAPABILITIES)[number];

/** Something that the page said it wants, and why it has not been granted. */
export interface Denied {
  /** As the page named it. */
  readonly capability: string;
  /**
   * `maximum`: no administrator granted it. `room`: the room's manager withholds it. `pending`: the add-in's address moved to another
   * origin, which an administrator has to approve. `disabled`: an administrator disabled the add-in. `unknown`: there is no such capability.
   */
  readonly why: 'maximum' | 'room' | 'pending' | 'disabled' | 'unknown';
}

/** The page's first words, posted to its parent. They hold nothing worth protecting. */
export interface Hello {
  readonly perch: 'hello';
  /** What the page would like to do. Administrators see it; nothing is granted because of it. */
  readonly wants?: readonly string[];
  /** The protocols the page speaks, best first. */
  readonly protocols: readonly string[];
  /** The version of the SDK, for diagnosis. */
  readonly sdk: string;
}

/** The answer, posted to the page's exact origin with one MessagePort. */
export interface Welcome {
  readonly perch: 'welcome';
  readonly protocol: typeof PROTOCOL;
  /** What the page may do. It changes while the page is shown: `grants.changed`. */
  readonly granted: readonly Capability[];
  /** What it wants and may not do. */
  readonly denied: readonly Denied[];
}

/** A person as the conversation names them. */
export interface Author {
  readonly id: string;
  readonly address: string;
  readonly display_name: string;
}

/** Something typed that the server found in a message, for example `fdc3.instrument` in `$MSFT`. */
export interface Context {
  readonly type: string;
  readonly name: string;
  /** Identifiers by kind, for example `{ ticker: 'MSFT' }`. */
  readonly id: Readonly<Record<string, string>>;
  /** Where it begins in the message's text, in UTF-16 code units. */
  readonly start: number;
  /** Where it ends, exclusive. */
  readonly end: number;
}

/** How urgent what a card says is. */
export type Tone = 'neutral' | 'info' | 'success' | 'warning' | 'critical';

/** A typed context of a card. */
export interface CardContext {
  /** For example `fdc3.instrument`, or a type of one's own, such as `x.ticket`. */
  readonly type: string;
  readonly name: string;
  /** Identifiers by kind, 1 to 8, for example `{ ticker: 'MSFT' }`. */
  readonly id: Readonly<Record<string, string>>;
}

/** Something on a card that can be pressed. */
export type CardAction =
  /** Opens an http or https address in a window of its own. */
  | { readonly label: string; readonly url: string }
  /** Puts a context into the pane of whoever presses it. */
  | { readonly label: string; readonly context: CardContext };

/** A small structured form of a message, shown in the place of its text: plain text throughout, at most 8 KiB of it. */
export interface Card {
  /** One line, 1 to 120 characters. */
  readonly title: string;
  /** A few lines, up to 600 characters. */
  readonly summary?: string;
  /** Without it, `neutral`. */
  readonly tone?: Tone;
  /** Up to 12: labels of up to 40 characters, values of up to 200. */
  readonly fields?: readonly { readonly label: string; readonly value: string }[];
  /** One small line, up to 120 characters. */
  readonly footer?: string;
  /** Up to four, with labels of up to 40 characters that differ. */
  readonly actions?: readonly CardAction[];
}

/** One message of the conversation. */
export interface Message {
  /** Its place in the room's gap-free sequence. */
  readonly seq: number;
  readonly author: Author;
  /** When the server received it, RFC 3339 in UTC. */
  readonly at: string;
  readonly text: string;
  /** Posted with high importance. */
  readonly alert: boolean;
  /** The title, when the message is a story. */
  readonly title?: string;
  readonly contexts: readonly Context[];
  /** What people are shown in the place of the text. */
  readonly card?: Card;
  /** The card is a new version of the one that was posted first at this place. */
  readonly updates?: number;
  /** The text was cut because the whole would not fit into one message of this protocol. */
  readonly cut?: boolean;
}

/** Someone who is in the room now. */
export interface Participant extends Author {
  readonly manager: boolean;
  readonly presenter: boolean;
  /** Whether they may post in this room: everybody in a normal room, presenters in an auditorium. */
  readonly can_post: boolean;
}

/** Why a session ended. */
export type CloseCode =
  /** An administrator disabled the add-in. */
  | 'disabled'
  /** The room has another add-in now, or none, or the add-in another address. */
  | 'replaced'
  /** The person is no longer in the room, or may not be. */
  | 'left'
  /** The pane was closed, loaded again, or left for another room. */
  | 'closed'
  /** The page sent far more than a page may. */
  | 'flooded'
  /** The room no longer answers. */
  | 'lost';

/** Why a session ended, for programs and for people. */
export interface Closed {
  readonly code: CloseCode;
  /** An English sentence. */
  readonly detail: string;
}

/** What the room is, to the person who looks at it. */
export interface RoomProperties {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly type: 'normal' | 'auditorium';
  readonly privacy: 'open' | 'closed' | 'secret';
  /** The name of its category. */
  readonly category: string;
  /** The fully qualified domain name of its pool. */
  readonly pool: string;
  /** Whether the person takes part; false while the connection is being restored. */
  readonly joined: boolean;
  /** Whether the person who looks at the page may post. */
  readonly can_post: boolean;
  /** Messages the person has not read. */
  readonly unread: number;
}

/** How the chat looks and speaks at the moment. */
export interface Environment {
  /** A BCP 47 language tag, for example `fr`. */
  readonly locale: string;
  readonly theme: 'light' | 'dark';
}

/** The person who looks at the page: a hint for display, never proof of identity. */
export interface User extends Environment {
  /** With `user.identity.basic` the person's own; else a pseudonym, the same each time, that no other add-in is given. */
  readonly id: string;
  /** Blank without `user.identity.basic`. */
  readonly display_name: string;
}

/** One value that belongs to the room and its add-in. */
export interface StorageEntry {
  readonly key: string;
  /** Any JSON. */
  readonly value: unknown;
  /** Grows by one with each change; a change must name the version it replaces. */
  readonly version: number;
  readonly updated_at: string;
  readonly updated_by: Author;
}

/** The message a context was found in; the text is not part of it. */
export interface ContextOrigin {
  readonly seq: number;
  /** For pages that have `messages.live`. */
  readonly author?: Author;
  readonly at: string;
}

/** A signed token (JSON Web Token, ES256). */
export interface IdentityToken {
  readonly token: string;
  /** How long it is valid, in seconds. */
  readonly expires_in: number;
}

/** What the person is about to post, shown to the page while its filter is on. */
export interface OutgoingMessage {
  /** Names this message in the answer. */
  readonly id: string;
  readonly text: string;
  /** Of high importance. */
  readonly alert: boolean;
  /** The title, when it is a story. */
  readonly title?: string;
}

/** What becomes of it. */
export type FilterAnswer =
  /** Posted as it is. */
  | { readonly action: 'passed' }
  /** Posted with this text; a story also with this title, or its own. Bound by the rules of what is typed. */
  | { readonly action: 'replaced'; readonly text: string; readonly title?: string }
  /** Not posted; the person is shown why. */
  | { readonly action: 'canceled'; readonly reason: string };

/** Params of methods that take none. */
export type NoParams = Readonly<Record<string, never>>;

/** What the page may ask: params and result by method. */
export interface Methods {
  'room.get': { params: NoParams; result: RoomProperties };
  'user.get': { params: NoParams; result: User };
  /** The first page without `after`; the next ones with the id of the last participant received. */
  'participants.list': {
    params: { readonly after?: string };
    result: { readonly participants: readonly Participant[]; readonly more: boolean };
  };
  /** The newest messages, oldest first; fewer than asked when they would not fit. */
  'messages.latest': {
    params: { readonly count: number };
    result: { readonly messages: readonly Message[] };
  };
  /** The messages just before sequence number `before`, oldest first; fewer when they would not fit. */
  'messages.older': {
    params: { readonly before: number; readonly count: number };
    result: { readonly messages: readonly Message[] };
  };
  /**
   * Posts as the person who looks at the page, with that person's permissions; with a title, a story. Without
   * `messages.send.silent` the person is asked first, and a refusal has the code `ActionDeclined`.
   */
  'messages.send': {
    params: { readonly text: string; readonly alert?: boolean; readonly title?: string };
    result: { readonly seq: number };
  };
  /**
   * Posts a card and the text that says the same, as `messages.send` posts a text; the page's own filter is not asked. With `updates`,
   * the place of a card that this add-in posted first, it is the new version of that.
   */
  'cards.post': {
    params: {
      readonly text: string;
      readonly card: Card;
      readonly alert?: boolean;
      readonly updates?: number;
    };
    result: { readonly seq: number };
  };
  'storage.get': { params: { readonly key: string }; result: StorageEntry | null };
  /** `version` is the stored one, 0 for a new key; another is refused with `DataCollision`. */
  'storage.set': {
    params: { readonly key: string; readonly value: unknown; readonly version: number };
    result: StorageEntry;
  };
  /** A proof of who looks at which room, for the add-in's own server. Never put it into an address. */
  'token.get': { params: NoParams; result: IdentityToken };
  /** Turns the filter of outgoing messages on or off; off again when the session ends. */
  'filter.set': { params: { readonly enabled: boolean }; result: NoParams };
  /** Answers one `message.sending`; a second answer, or one that comes too late, is refused. */
  'filter.answer': { params: { readonly id: string } & FilterAnswer; result: NoParams };
  /** The page is alive. */
  heartbeat: { params: NoParams; result: NoParams };
  /** The page listens: events may begin. */
  ready: { params: NoParams; result: NoParams };
}

/** What the room tells: params by event. */
export interface Events {
  /** Something typed was posted, or chosen in the conversation; `message` is null when no message stands behind it. */
  context: { readonly context: Context; readonly message: ContextOrigin | null };
  'messages.received': { readonly messages: readonly Message[] };
  /** `departed` holds ids. A large room tells only the count. */
  'participants.changed': {
    readonly arrived: readonly Participant[];
    readonly departed: readonly string[];
    readonly count: number;
  };
  'room.changed': { readonly room: RoomProperties };
  'unread.changed': { readonly unread: number };
  /** The person posts, or the page does by `messages.send`, while the filter is on. */
  'message.sending': OutgoingMessage;
  'storage.changed': { readonly entry: StorageEntry };
  'environment.changed': Environment;
  'grants.changed': { readonly granted: readonly Capability[] };
  /** The last one: the room has ended the session. */
  closed: Closed;
}

/** What a page needs to ask something; null where nothing is needed. */
export const METHOD_NEEDS: { readonly [M in keyof Methods]: Capability | null } = {
  'room.get': null,
  'user.get': null,
  'participants.list': 'participants',
  'messages.latest': 'messages.history',
  'messages.older': 'messages.history',
  'messages.send': 'messages.send',
  'cards.post': 'cards.post',
  'storage.get': 'storage',
  'storage.set': 'storage',
  'token.get': 'token.issue',
  'filter.set': 'messages.filter',
  'filter.answer': 'messages.filter',
  heartbeat: null,
  ready: null,
};

/** What a page needs to be told something; null where nothing is needed. */
export const EVENT_NEEDS: { readonly [E in keyof Events]: Capability | null } = {
  context: 'contexts',
  'messages.received': 'messages.live',
  'participants.changed': 'participants',
  // Blank without `room.info`, but for whether the person takes part and may post.
  'room.changed': null,
  'unread.changed': 'room.info',
  'message.sending': 'messages.filter',
  'storage.changed': 'storage',
  'environment.changed': null,
  'grants.changed': null,
  closed: null,
};

/** A request of the page. */
export interface Request {
  readonly jsonrpc: '2.0';
  readonly id: string;
  readonly method: string;
  readonly params: unknown;
}

/** An event of the room. */
export interface Notification {
  readonly jsonrpc: '2.0';
  readonly method: string;
  readonly params: unknown;
}

/** Why a request was refused: `code` is stable, `detail` an English sentence that says what to do. */
export interface RefusalData {
  readonly code: string;
  readonly detail: string;
  /** With code `ActionNotGranted`: what the page would need. */
  readonly capability?: Capability;
}

/** An answer of the room; `id` is null only when the request could not be read. */
export type Response =
  | { readonly jsonrpc: '2.0'; readonly id: string; readonly result: unknown }
  | {
      readonly jsonrpc: '2.0';
      readonly id: string | null;
      readonly error: { readonly code: number; readonly message: string; readonly data: RefusalData };
    };

/** JSON-RPC's own error numbers, and ours for what the room or the server refused. */
export const ERROR = {
  parse: -32700,
  invalidRequest: -32600,
  unknownMethod: -32601,
  invalidParams: -32602,
  refused: -32000,
  tooMany: -32001,
} as const;
