/**
 * The Desktop Agent of FDC3 2.2: knows the pages that run in this window's panes and those that they opened, and answers
 * what they ask. One for a browser window.
 *
 * Invariant: who asks is who holds the port, whatever a message says of its source; what a page names (channels,
 * instances, applications) is looked up among what that page may know.
 */
import { v4 as newUuid } from 'uuid';
import { Channels } from './channels';
import { type App, appMetadata, appNamed, known } from './directory';
import { type Instance, identifierOf } from './instance';
import { type Choice, type HostIntent, Intents } from './intents';
import { type AppIdentifier, type Context, FDC3_VERSION, Fdc3Error, type Requests } from './messages';

/** What the chat does for the agent. */
export interface Desk {
  /** The applications that the person may know of. */
  apps(): Promise<readonly App[]>;
  /** Lets the person choose who answers an intent; null when they did not want to. */
  choose(room: string, choices: readonly Choice[]): Promise<Choice | null>;
  /** Opens an application beside a room's own page, to run there as the instance; rejects with an `Fdc3Error`. */
  open(room: string, app: App, instance: string): Promise<void>;
  host: { app: App; intents: Readonly<Record<string, HostIntent>> };
}

/** A page that has proved where it comes from. */
export interface Arrival {
  readonly appId: string;
  readonly room: { readonly id: string; readonly name: string };
  /** It was opened beside the room's own page. */
  readonly beside: boolean;
  /** The room's latest context. */
  readonly latest: Context | null;
  /** The instance that its pane knows it as. */
  readonly instanceId: string | undefined;
  /** The one that it says it was, with the secret that proves it. */
  readonly claimed?: { readonly id: unknown; readonly uuid: unknown };
  readonly tell: Instance['tell'];
  readonly answer: Instance['answer'];
}

/** What a request is answered with, and what follows the answer. */
export interface Answer {
  readonly payload: object;
  readonly after?: () => void;
}

interface Opening {
  readonly appId: string;
  readonly room: string;
  readonly connected: (instance: Instance) => void;
}

/** The context that a page was opened with, until it listens. */
interface Opened {
  readonly context: Context;
  readonly originatingApp: AppIdentifier;
  readonly delivered: () => void;
}

type Handlers = {
  [R in keyof Requests]: (by: Instance, payload: Requests[R], request: string) => Answer | Promise<Answer>;
};

/** How long a page may take to connect or to listen after it was opened. */
const PATIENCE_MS = 15_000;
/** Pages that left, remembered so that one that loads again, or elsewhere, keeps its identity and channel. */
const LEFT_MAX = 100;

export class Agent {
  readonly #desk: Desk;
  readonly #instances = new Map<string, Instance>();
  readonly #watchers = new Set<() => void>();
  readonly #channels = new Channels(this.#instances, () => this.#changed());
  readonly #intents: Intents;
  readonly #openings = new Map<string, Opening>();
  readonly #opened = new Map<Instance, Opened>();
  readonly #left = new Map<string, Pick<Instance, 'id' | 'uuid' | 'appId' | 'room' | 'channel'>>();
  readonly #patience: number;

  constructor(desk: Desk, patience = PATIENCE_MS) {
    this.#desk = desk;
    this.#patience = patience;
    this.#intents = new Intents({
      instances: this.#instances,
      channels: this.#channels,
      apps: () => desk.apps(),
      choose: (room, choices) => desk.choose(room, choices),
      launch: (by, app) => this.#launch(by, app),
      host: desk.host,
      patience,
    });
  }

  /** Takes in a page: the room's own on its channel, one beside it on none. */
  admit({ appId, room, beside, latest, instanceId, claimed, tell, answer }: Arrival): Instance {
    const opening = instanceId === undefined ? undefined : this.#openings.get(instanceId);
    const opened = opening?.appId === appId && opening.room === room.id;
    const left = this.#left.get(instanceId ?? String(claimed?.id));
    const isProved = instanceId !== undefined || left?.uuid === claimed?.uuid;
    const again = isProved && left?.appId === appId && left.room === room.id ? left : undefined;
    if (!beside) this.#channels.openRoom(room.id, { name: room.name }, latest);
    const instance: Instance = {
      id: instanceId ?? again?.id ?? newUuid(),
      uuid: again?.uuid ?? newUuid(),
      appId,
      room: room.id,
      beside,
      channel: again !== undefined ? again.channel : beside ? null : `room:${room.id}`,
      contextListeners: new Map(),
      intentListeners: new Map(),
      privateListeners: new Map(),
      tell,
      answer,
    };
    this.#left.delete(instance.id);
    this.#instances.set(instance.id, instance);
    this.#changed();
    if (opened) opening?.connected(instance);
    return instance;
  }

  /** Forgets a page that is gone. */
  leave(instance: Instance): void {
    if (this.#instances.get(instance.id) !== instance) return;
    this.#instances.delete(instance.id);
    this.#channels.forget(instance);
    this.#intents.forget(instance);
    this.#opened.delete(instance);
    this.#changed();
    const { id, uuid, appId, room, channel } = instance;
    this.#left.set(id, { id, uuid, appId, room, channel });
    const [oldest] = this.#left.keys();
    if (this.#left.size > LEFT_MAX && oldest !== undefined) this.#left.delete(oldest);
  }

  /** Calls back whenever a page comes, goes or changes its channel; returns the function that ends it. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher();
  }

  /** The channel of a room's own page, or of an instance beside it; undefined while that is not connected. */
  channelOf(room: string, instance: string | null): string | null | undefined {
    return this.#pageOf(room, instance)?.channel;
  }

  /** Puts a page on a channel because its person chose that; null takes it off the one that it is on. */
  putOn(room: string, instance: string | null, channel: string | null): void {
    const page = this.#pageOf(room, instance);
    if (page === undefined) return;
    if (channel === null) this.#channels.leave(page);
    else this.#channels.join(page, channel);
  }

  #pageOf(room: string, instance: string | null): Instance | undefined {
    const pages = [...this.#instances.values()].filter((page) => page.room === room);
    return pages.find((page) => (instance === null ? !page.beside : page.id === instance));
  }

  /** A context that was posted in a room, or chosen in its conversation. */
  contextInRoom(room: string, context: Context): void {
    this.#channels.broadcastInRoom(room, context, { appId: this.#desk.host.app.appId });
  }

  /** Raises an intent of the conversation: the page in the room's pane gets it, if it listens for it. */
  raiseInRoom(room: string, intents: readonly string[], context: Context): void {
    for (const instance of this.#instances.values()) {
      if (instance.room !== room || instance.beside) continue;
      if (intents.some((intent) => this.#intents.deliverFromHost(instance, intent, context))) return;
    }
  }

  /**
   * A context that somebody chose in the conversation, for a page beside the room's own: it is on no channel of the room. Answers
   * whether it listens.
   */
  chosenBeside(room: string, id: string, intents: readonly string[], context: Context): boolean {
    const page = this.#pageOf(room, id);
    if (page === undefined) return false;
    const hears = this.#channels.tell(page, context, { appId: this.#desk.host.app.appId });
    return intents.some((intent) => this.#intents.deliverFromHost(page, intent, context)) || hears;
  }

  /** What a page is told of the agent and of itself when it has connected. */
  async implementationMetadata(instance: Instance): Promise<object> {
    const app = appNamed(await this.#desk.apps(), instance.appId, instance.appId);
    return {
      fdc3Version: FDC3_VERSION,
      provider: 'Perch',
      optionalFeatures: {
        OriginatingAppMetadata: true,
        UserChannelMembershipAPIs: true,
        DesktopAgentBridging: false,
      },
      appMetadata: app === undefined ? identifierOf(instance) : appMetadata(app, instance.id),
    };
  }

  /** Answers one request of a page; rejects with an `Fdc3Error`. */
  async handle<R extends keyof Requests>(
    by: Instance,
    type: R,
    payload: Requests[R],
    request: string,
  ): Promise<Answer> {
    return this.#handlers[type](by, payload, request);
  }

  readonly #handlers: Handlers = {
    getInfoRequest: async (by) => ({
      payload: { implementationMetadata: await this.implementationMetadata(by) },
    }),
    getUserChannelsRequest: () => ({ payload: { userChannels: this.#channels.userChannels() } }),
    getCurrentChannelRequest: (by) => ({ payload: { channel: this.#channels.current(by) } }),
    joinUserChannelRequest: (by, { channelId }) => done(() => this.#channels.join(by, channelId)),
    leaveCurrentChannelRequest: (by) => done(() => this.#channels.leave(by)),
    getOrCreateChannelRequest: (by, { channelId }) => ({
      payload: { channel: this.#channels.getOrCreate(by, channelId) },
    }),
    createPrivateChannelRequest: (by) => ({ payload: { privateChannel: this.#channels.createPrivate(by) } }),
    privateChannelDisconnectRequest: (by, { channelId }) =>
      done(() => this.#channels.disconnectPrivate(by, channelId)),
    privateChannelAddEventListenerRequest: (by, payload) => {
      const { listenerUUID, after } = this.#channels.addPrivateListener(by, payload);
      return { payload: { listenerUUID }, after };
    },
    privateChannelUnsubscribeEventListenerRequest: (by, { listenerUUID }) => {
      if (!by.privateListeners.delete(listenerUUID)) throw new Fdc3Error('AccessDenied');
      return { payload: {} };
    },
    broadcastRequest: (by, { channelId, context }) =>
      done(() => this.#channels.broadcast(by, channelId, context)),
    getCurrentContextRequest: (by, { channelId, contextType }) => ({
      payload: { context: this.#channels.currentContext(by, channelId, contextType ?? null) },
    }),
    addContextListenerRequest: (by, payload) => this.#addContextListener(by, payload),
    contextListenerUnsubscribeRequest: (by, { listenerUUID }) =>
      done(() => this.#channels.removeContextListener(by, listenerUUID)),
    // Changes of channel are told to every page; this only has an answer.
    addEventListenerRequest: () => ({ payload: { listenerUUID: newUuid() } }),
    eventListenerUnsubscribeRequest: () => ({ payload: {} }),
    addIntentListenerRequest: (by, payload) => ({ payload: this.#intents.addListener(by, payload) }),
    intentListenerUnsubscribeRequest: (by, { listenerUUID }) => {
      if (!by.intentListeners.delete(listenerUUID)) throw new Fdc3Error('AccessDenied');
      return { payload: {} };
    },
    findIntentRequest: async (by, payload) => ({ payload: await this.#intents.find(by, payload) }),
    findIntentsByContextRequest: async (by, payload) => ({
      payload: await this.#intents.findByContext(by, payload),
    }),
    raiseIntentRequest: async (by, payload, request) => {
      const { intentResolution, after } = await this.#intents.raise(by, request, payload);
      return { payload: { intentResolution }, after };
    },
    raiseIntentForContextRequest: async (by, payload, request) => {
      const { intentResolution, after } = await this.#intents.raiseForContext(by, request, payload);
      return { payload: { intentResolution }, after };
    },
    intentResultRequest: (by, payload) => done(() => this.#intents.result(by, payload)),
    findInstancesRequest: async (by, { app }) => {
      const found = appNamed(await this.#desk.apps(), app.appId, by.appId);
      if (found === undefined) throw new Fdc3Error('NoAppsFound');
      return {
        payload: { appIdentifiers: this.#running(by, found).map((instance) => identifierOf(instance)) },
      };
    },
    getAppMetadataRequest: async (by, { app }) => {
      const apps = [...(await this.#desk.apps()), this.#desk.host.app];
      const found = known(appNamed(apps, app.appId, by.appId), 'TargetAppUnavailable');
      if (app.instanceId !== undefined && !this.#running(by, found).some(({ id }) => id === app.instanceId)) {
        throw new Fdc3Error('TargetInstanceUnavailable');
      }
      return { payload: { appMetadata: appMetadata(found, app.instanceId) } };
    },
    openRequest: (by, payload) => this.#open(by, payload),
  };

  #running(by: Instance, app: App): Instance[] {
    return [...this.#instances.values()].filter(({ appId, room }) => appId === app.appId && room === by.room);
  }

  #addContextListener(by: Instance, payload: Requests['addContextListenerRequest']): Answer {
    const { listenerUUID, after } = this.#channels.addContextListener(by, payload);
    const opened = this.#opened.get(by);
    const { channelId, contextType } = payload;
    const onUserChannel = channelId == null || channelId === by.channel;
    if (!opened || !onUserChannel || (contextType != null && contextType !== opened.context.type)) {
      return { payload: { listenerUUID }, after };
    }
    this.#opened.delete(by);
    const { context, originatingApp, delivered } = opened;
    const hand = () => {
      by.tell('broadcastEvent', { channelId: channelId ?? null, context, originatingApp });
      delivered();
    };
    return { payload: { listenerUUID }, after: hand };
  }

  async #open(by: Instance, { app, context }: Requests['openRequest']): Promise<Answer> {
    const found = known(appNamed(await this.#desk.apps(), app.appId, by.appId), 'AppNotFound');
    const instance = await this.#launch(by, found);
    if (context) {
      const wait = new Promise<void>((delivered) => {
        this.#opened.set(instance, { context, originatingApp: identifierOf(by), delivered });
      });
      await this.#within(wait, () => this.#opened.delete(instance));
    }
    return { payload: { appIdentifier: identifierOf(instance) } };
  }

  async #launch(by: Instance, app: App): Promise<Instance> {
    const id = newUuid();
    const connection = new Promise<Instance>((connected) => {
      this.#openings.set(id, { appId: app.appId, room: by.room, connected });
    });
    try {
      await this.#desk.open(by.room, app, id);
      return await this.#within(connection);
    } finally {
      this.#openings.delete(id);
    }
  }

  async #within<T>(promise: Promise<T>, late?: () => void): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        late?.();
        reject(new Fdc3Error('AppTimeout'));
      }, this.#patience);
    });
    try {
      return await Promise.race([promise, timeout]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function done(act: () => void): Answer {
  act();
  return { payload: {} };
}
