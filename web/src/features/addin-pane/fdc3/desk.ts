/** What the chat does for the agent, and the one agent of this sign-in. */
import { api, unwrap } from '../../../api/client';
import type { Addin } from '../../../api/types';
import type { LiveClient } from '../../../live/client';
import { Agent, type Desk } from './agent';
import { type App, poolOf, toApp } from './directory';
import type { Choice, HostIntent } from './intents';
import { type Context, Fdc3Error, type IntentResult } from './messages';

/** A page that another one opened. */
export interface Opened {
  readonly instance: string;
  readonly addin: Addin;
}

/** What the pane of a room does when a page in it asks. */
export interface PaneDesk {
  choose(choices: readonly Choice[]): Promise<Choice | null>;
  /** Posts a text as the person, who is asked unless the add-in may post in silence; rejects when it may not. */
  send(text: string): Promise<void>;
  /** Shows a page beside the room's own; throws when there are too many. */
  open(page: Opened): void;
  goTo(room: string): void;
  search(words: string): void;
}

const agents = new WeakMap<LiveClient, { agent: Agent; panes: Map<string, PaneDesk> }>();

/** The agent of this sign-in: what pages told each other ends with it. */
export function agentOf(live: LiveClient): Agent {
  return partsOf(live).agent;
}

/** Lets a pane act for the pages in it; returns the function that ends it. */
export function attachPane(live: LiveClient, room: string, pane: PaneDesk): () => void {
  const { panes } = partsOf(live);
  panes.set(room, pane);
  return () => {
    if (panes.get(room) === pane) panes.delete(room);
  };
}

function partsOf(live: LiveClient): { agent: Agent; panes: Map<string, PaneDesk> } {
  const known = agents.get(live);
  if (known !== undefined) return known;
  const panes = new Map<string, PaneDesk>();
  const made = { agent: new Agent(desk(panes)), panes };
  agents.set(live, made);
  return made;
}

function desk(panes: ReadonlyMap<string, PaneDesk>): Desk {
  return {
    apps: async () => {
      const { applications } = await unwrap(api.GET('/v2/apps'));
      return applications.map(toApp).filter((app) => app !== undefined);
    },
    choose: async (room, choices) => {
      const pane = panes.get(room);
      if (pane === undefined) throw new Fdc3Error('ResolverUnavailable');
      return pane.choose(choices);
    },
    open: async (room, app, instance) => {
      const params = { path: { pool: poolOf(app.appId) } };
      const addins = await unwrap(api.GET('/api/v1/pools/{pool}/addins', { params }));
      const addin = addins.find(({ name, disabled }) => name === app.name && !disabled);
      const pane = panes.get(room);
      if (addin === undefined || pane === undefined) throw new Fdc3Error('ErrorOnLaunch');
      pane.open({ instance, addin });
    },
    host: { app: hostApp(), intents: hostIntents(panes) },
  };
}

/** The types of context that each intent of the chat takes. */
const HOST_INTENTS = {
  StartChat: ['fdc3.chat.initSettings', 'fdc3.contact', 'fdc3.contactList'],
  SendChatMessage: ['fdc3.chat.message'],
  ViewChat: ['fdc3.chat.room', 'fdc3.contact'],
  ViewMessages: ['fdc3.chat.searchCriteria', 'fdc3.instrument', 'fdc3.contact', 'fdc3.organization'],
  ViewContact: ['fdc3.contact'],
} as const;

function hostApp(): App {
  const intents = Object.entries(HOST_INTENTS).map(([name, contexts]) => {
    return { name, displayName: name.replace(/(?!^)([A-Z])/g, ' $1'), contexts, resultType: null };
  });
  return { appId: `perch@${location.hostname}`, name: 'Perch', intents, metadata: { title: 'Perch' } };
}

function hostIntents(panes: ReadonlyMap<string, PaneDesk>): Record<keyof typeof HOST_INTENTS, HostIntent> {
  const paneOf = (room: string): PaneDesk => {
    const pane = panes.get(room);
    if (pane === undefined) throw new Fdc3Error('IntentDeliveryFailed');
    return pane;
  };
  const search: HostIntent = async (context, room) => {
    const words = wordsOf(context);
    if (words === '') throw new Fdc3Error('MalformedContext');
    paneOf(room).search(words);
    return {};
  };
  return {
    // A chat with people is a room here: the one that the page is beside.
    StartChat: async (context, room) => {
      const text = textOf(context.message);
      if (text !== '') await paneOf(room).send(text);
      return roomResult(room);
    },
    SendChatMessage: async (context, room) => {
      const text = textOf(context.message);
      if (text === '') throw new Fdc3Error('MalformedContext');
      await paneOf(room).send(text);
      return {};
    },
    ViewChat: async (context, room) => {
      const wanted = context.type === 'fdc3.chat.room' ? context.id?.roomId : undefined;
      paneOf(room).goTo(typeof wanted === 'string' ? wanted : room);
      return {};
    },
    ViewMessages: search,
    ViewContact: search,
  };
}

function roomResult(room: string): IntentResult {
  return {
    context: {
      type: 'fdc3.chat.room',
      providerName: 'Perch',
      id: { roomId: room },
      url: `${location.origin}/room/${room}`,
    },
  };
}

/** The plain text of a message: a text, or `fdc3.message` with its `text/plain` part. */
function textOf(message: unknown): string {
  if (typeof message === 'string') return message;
  if (typeof message !== 'object' || message === null || !('text' in message)) return '';
  const { text } = message;
  if (typeof text === 'string') return text;
  const plain = typeof text === 'object' && text !== null ? Reflect.get(text, 'text/plain') : undefined;
  return typeof plain === 'string' ? plain : '';
}

const WORDS_MAX = 5;

/** What to look for: the criteria of a search, or what a context is called. */
function wordsOf(context: Context): string {
  if (Array.isArray(context.criteria)) {
    return context.criteria
      .slice(0, WORDS_MAX)
      .map((criterion) => (typeof criterion === 'string' ? criterion : nameOf(criterion)))
      .join(' ');
  }
  return nameOf(context);
}

function nameOf(context: unknown): string {
  if (typeof context !== 'object' || context === null) return '';
  const { id, name } = context as Partial<Context>;
  const ticker = id?.ticker;
  return typeof ticker === 'string' ? ticker : typeof name === 'string' ? name : '';
}
