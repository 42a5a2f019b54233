/**
 * Channels: the user channels that the standard recommends, the rooms, application channels and private ones.
 *
 * Invariant: a room's channel is reached by that room's own page only, a private channel by those who made it or were
 * handed it. What is broadcast stays in this window.
 */
import { v4 as newUuid } from 'uuid';
import { type Instance, identifierOf, LISTENERS_MAX } from './instance';
import {
  type AppIdentifier,
  type Channel,
  type Context,
  type DisplayMetadata,
  Fdc3Error,
  type PrivateEvent,
  type Requests,
} from './messages';

interface State extends Channel {
  readonly contexts: Map<string, Context>;
  latest: Context | null;
  /** Who may use a private channel. */
  readonly members: Set<string>;
}

const CHANNELS_MAX = 1_000;
const CONTEXT_TYPES_MAX = 100;

/** As recommended by FDC3 2.2, "User Channels". */
const USER_CHANNELS: readonly DisplayMetadata[] = [
  { name: 'Channel 1', color: 'red', glyph: '1' },
  { name: 'Channel 2', color: 'orange', glyph: '2' },
  { name: 'Channel 3', color: 'yellow', glyph: '3' },
  { name: 'Channel 4', color: 'green', glyph: '4' },
  { name: 'Channel 5', color: 'cyan', glyph: '5' },
  { name: 'Channel 6', color: 'blue', glyph: '6' },
  { name: 'Channel 7', color: 'magenta', glyph: '7' },
  { name: 'Channel 8', color: 'purple', glyph: '8' },
];

/** The channel of a room's pane. */
export function roomChannel(room: string): string {
  return `${ROOM_PREFIX}${room}`;
}
const ROOM_PREFIX = 'room:';

export class Channels {
  readonly #channels = new Map<string, State>();
  readonly #instances: ReadonlyMap<string, Instance>;
  readonly #moved: () => void;

  /** `moved` is called whenever a page changes its channel. */
  constructor(instances: ReadonlyMap<string, Instance>, moved: () => void) {
    this.#instances = instances;
    this.#moved = moved;
    for (const displayMetadata of USER_CHANNELS) {
      this.#add({ id: `fdc3.channel.${displayMetadata.glyph}`, type: 'user', displayMetadata });
    }
  }

  userChannels(): Channel[] {
    return [...this.#channels.values()].filter(({ type }) => type === 'user').map(shown);
  }

  current(instance: Instance): Channel | null {
    const channel = instance.channel === null ? undefined : this.#channels.get(instance.channel);
    return channel === undefined ? null : shown(channel);
  }

  join(instance: Instance, id: string): void {
    const channel = this.#reachable(instance, id);
    if (channel.type !== 'user' && id !== roomChannel(instance.room)) throw new Fdc3Error('NoChannelFound');
    this.#move(instance, id);
  }

  leave(instance: Instance): void {
    this.#move(instance, null);
  }

  #move(instance: Instance, id: string | null): void {
    if (instance.channel === id) return;
    instance.channel = id;
    instance.tell('channelChangedEvent', { newChannelId: id });
    this.#moved();
  }

  /** The channel of a room, made when its first page comes. */
  openRoom(room: string, displayMetadata: DisplayMetadata, latest: Context | null): void {
    const id = roomChannel(room);
    const channel = this.#channels.get(id) ?? this.#add({ id, type: 'app', displayMetadata });
    if (latest !== null && channel.latest === null) remember(channel, latest);
  }

  getOrCreate(instance: Instance, id: string): Channel {
    const known = this.#channels.get(id);
    if (known === undefined) {
      if (id.startsWith(ROOM_PREFIX)) throw new Fdc3Error('AccessDenied');
      return shown(this.#add({ id, type: 'app' }));
    }
    // A user channel's name cannot be an application channel's, too.
    if (known.type !== 'app' || !mayUse(instance, known)) throw new Fdc3Error('AccessDenied');
    return shown(known);
  }

  createPrivate(instance: Instance): Channel {
    const channel = this.#add({ id: newUuid(), type: 'private' });
    channel.members.add(instance.id);
    return shown(channel);
  }

  /** A channel as the result of an intent: who is handed a private one may use it from now on. */
  hand(from: Instance, id: string, to: Instance): Channel {
    const channel = this.#reachable(from, id);
    if (channel.type === 'private') channel.members.add(to.id);
    return shown(channel);
  }

  broadcast(instance: Instance, id: string, context: Context): void {
    this.#spread(this.#reachable(instance, id), context, identifierOf(instance), instance.id);
  }

  /** A context that was posted in a room, or chosen in its conversation. */
  broadcastInRoom(room: string, context: Context, source: AppIdentifier): void {
    const channel = this.#channels.get(roomChannel(room));
    if (channel !== undefined) this.#spread(channel, context, source);
  }

  #spread(channel: State, context: Context, originatingApp: AppIdentifier, author?: string): void {
    remember(channel, context);
    for (const other of this.#instances.values()) {
      if (other.id !== author && mayUse(other, channel) && listens(other, channel, context.type)) {
        other.tell('broadcastEvent', { channelId: channel.id, context, originatingApp });
      }
    }
  }

  currentContext(instance: Instance, id: string, type: string | null): Context | null {
    const channel = this.#reachable(instance, id);
    return type === null ? channel.latest : (channel.contexts.get(type) ?? null);
  }

  addContextListener(
    instance: Instance,
    { channelId, contextType }: Requests['addContextListenerRequest'],
  ): { listenerUUID: string; after: () => void } {
    const type = contextType ?? null;
    const channel = channelId == null ? null : this.#reachable(instance, channelId);
    if (instance.contextListeners.size >= LISTENERS_MAX) throw new Fdc3Error('CreationFailed');
    const listenerUUID = newUuid();
    instance.contextListeners.set(listenerUUID, { channel: channel?.id ?? null, type });
    const after = () => {
      if (channel?.type === 'private') this.#tellPrivate(channel, instance, 'addContextListener', type);
      // Who listens on the channel it is on hears at once what the channel is about.
      const joined = instance.channel === null ? undefined : this.#channels.get(instance.channel);
      if (joined === undefined || (channel !== null && channel !== joined)) return;
      const context = type === null ? joined.latest : joined.contexts.get(type);
      if (context) instance.tell('broadcastEvent', { channelId: joined.id, context });
    };
    return { listenerUUID, after };
  }

  removeContextListener(instance: Instance, listenerUUID: string): void {
    const listener = instance.contextListeners.get(listenerUUID);
    if (listener === undefined) throw new Fdc3Error('AccessDenied');
    instance.contextListeners.delete(listenerUUID);
    const channel = listener.channel === null ? undefined : this.#channels.get(listener.channel);
    if (channel?.type === 'private') this.#tellPrivate(channel, instance, 'unsubscribe', listener.type);
  }

  addPrivateListener(
    instance: Instance,
    { privateChannelId, listenerType }: Requests['privateChannelAddEventListenerRequest'],
  ): { listenerUUID: string; after: () => void } {
    const channel = this.#reachable(instance, privateChannelId);
    if (channel.type !== 'private') throw new Fdc3Error('NoChannelFound');
    if (instance.privateListeners.size >= LISTENERS_MAX) throw new Fdc3Error('CreationFailed');
    const listenerUUID = newUuid();
    instance.privateListeners.set(listenerUUID, { channel: channel.id, event: listenerType });
    const after = () => {
      if (listenerType !== 'addContextListener' && listenerType !== null) return;
      // Listeners of others that were there before count as added now.
      for (const other of this.#instances.values()) {
        if (other === instance) continue;
        for (const { channel: id, type } of other.contextListeners.values()) {
          if (id === channel.id) {
            const payload = { privateChannelId, contextType: type };
            instance.tell('privateChannelOnAddContextListenerEvent', payload);
          }
        }
      }
    };
    return { listenerUUID, after };
  }

  disconnectPrivate(instance: Instance, id: string): void {
    const channel = this.#reachable(instance, id);
    if (channel.type !== 'private') throw new Fdc3Error('NoChannelFound');
    this.#withdraw(instance, channel);
  }

  /** Tells a page of a context that no channel brought, as its listeners of user channels hear it; answers whether any does. */
  tell(instance: Instance, context: Context, originatingApp: AppIdentifier): boolean {
    const hears = [...instance.contextListeners.values()].some(
      ({ channel, type }) =>
        (type === null || type === context.type) &&
        (channel === null || this.#channels.get(channel)?.type === 'user'),
    );
    if (hears) instance.tell('broadcastEvent', { channelId: instance.channel, context, originatingApp });
    return hears;
  }

  /** A page is gone: nobody else waits for it on a private channel. */
  forget(instance: Instance): void {
    for (const channel of this.#channels.values()) {
      if (channel.type === 'private' && channel.members.has(instance.id)) this.#withdraw(instance, channel);
    }
  }

  #withdraw(instance: Instance, channel: State): void {
    for (const [uuid, listener] of instance.contextListeners) {
      if (listener.channel !== channel.id) continue;
      instance.contextListeners.delete(uuid);
      this.#tellPrivate(channel, instance, 'unsubscribe', listener.type);
    }
    this.#tellPrivate(channel, instance, 'disconnect', null);
    for (const [uuid, listener] of instance.privateListeners) {
      if (listener.channel === channel.id) instance.privateListeners.delete(uuid);
    }
    channel.members.delete(instance.id);
    if (channel.members.size === 0) this.#channels.delete(channel.id);
  }

  #tellPrivate(channel: State, author: Instance, event: PrivateEvent, contextType: string | null): void {
    for (const other of this.#instances.values()) {
      if (other === author || !channel.members.has(other.id)) continue;
      const wanted = [...other.privateListeners.values()].some(
        (listener) =>
          listener.channel === channel.id && (listener.event === null || listener.event === event),
      );
      if (!wanted) continue;
      const privateChannelId = channel.id;
      if (event === 'disconnect') other.tell('privateChannelOnDisconnectEvent', { privateChannelId });
      else {
        const name =
          event === 'unsubscribe'
            ? 'privateChannelOnUnsubscribeEvent'
            : 'privateChannelOnAddContextListenerEvent';
        other.tell(name, { privateChannelId, contextType });
      }
    }
  }

  #reachable(instance: Instance, id: string): State {
    const channel = this.#channels.get(id);
    if (channel === undefined) throw new Fdc3Error('NoChannelFound');
    if (!mayUse(instance, channel)) throw new Fdc3Error('AccessDenied');
    return channel;
  }

  #add(channel: Channel): State {
    if (this.#channels.size >= CHANNELS_MAX) throw new Fdc3Error('CreationFailed');
    const state: State = { ...channel, contexts: new Map(), latest: null, members: new Set() };
    this.#channels.set(channel.id, state);
    return state;
  }
}

function shown({ id, type, displayMetadata }: State): Channel {
  return { id, type, ...(displayMetadata === undefined ? {} : { displayMetadata }) };
}

function mayUse(instance: Instance, { id, type, members }: State): boolean {
  if (type === 'private') return members.has(instance.id);
  return !id.startsWith(ROOM_PREFIX) || (!instance.beside && id === roomChannel(instance.room));
}

/** A listener that was added on a user channel follows its page to another. */
function listens(instance: Instance, channel: State, type: string): boolean {
  const joined = instance.channel === channel.id;
  return [...instance.contextListeners.values()].some(
    (listener) =>
      (listener.type === null || listener.type === type) && (listener.channel === channel.id || joined),
  );
}

function remember(channel: State, context: Context): void {
  channel.latest = context;
  channel.contexts.delete(context.type);
  channel.contexts.set(context.type, context);
  const [oldest] = channel.contexts.keys();
  if (channel.contexts.size > CONTEXT_TYPES_MAX && oldest !== undefined) channel.contexts.delete(oldest);
}
