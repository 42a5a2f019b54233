/** Intents: who can answer one, who is asked, and how the result comes back. */
import { v4 as newUuid } from 'uuid';
import type { Channels } from './channels';
import { type App, accepts, appMetadata, appNamed, known, yields } from './directory';
import { type Instance, identifierOf, LISTENERS_MAX } from './instance';
import { type AppIdentifier, type Context, Fdc3Error, type IntentResult, type Requests } from './messages';

/** One answer to "who shall do it": a running page, or an application to be opened. */
export interface Choice {
  readonly intent: string;
  readonly intentName: string;
  readonly app: App;
  readonly instance: Instance | null;
}

/** What the chat itself does when it is asked; rejects with an `Fdc3Error`. */
export type HostIntent = (context: Context, room: string) => Promise<IntentResult>;

export interface IntentsOptions {
  instances: ReadonlyMap<string, Instance>;
  channels: Channels;
  apps: () => Promise<readonly App[]>;
  /** Opens an application beside a page; rejects with an `Fdc3Error`. */
  launch: (by: Instance, app: App) => Promise<Instance>;
  /** Lets the person choose; null when they did not want to. */
  choose: (room: string, choices: readonly Choice[]) => Promise<Choice | null>;
  /** The chat as an application. */
  host: { app: App; intents: Readonly<Record<string, HostIntent>> };
  /** How long a page may take to listen for what it was opened for, in milliseconds. */
  patience: number;
}

interface Pending {
  readonly raiser: Instance;
  readonly request: string;
  readonly target: Instance;
}

const PENDING_MAX = 1_000;

export class Intents {
  readonly #options: IntentsOptions;
  /** Results that are waited for, by the event that asked. */
  readonly #pending = new Map<string, Pending>();
  /** Woken whenever a page begins to listen for an intent. */
  readonly #waiting = new Set<() => void>();

  constructor(options: IntentsOptions) {
    this.#options = options;
  }

  addListener(
    instance: Instance,
    { intent }: Requests['addIntentListenerRequest'],
  ): { listenerUUID: string } {
    if (instance.intentListeners.size >= LISTENERS_MAX) throw new Fdc3Error('IntentDeliveryFailed');
    const listenerUUID = newUuid();
    instance.intentListeners.set(listenerUUID, intent);
    // The page hears of its listener before the intent: the answer to this request is sent first.
    setTimeout(() => {
      for (const wake of [...this.#waiting]) wake();
    });
    return { listenerUUID };
  }

  async find(by: Instance, { intent, context, resultType }: Requests['findIntentRequest']): Promise<object> {
    const choices = (await this.#choices(by, context, resultType)).filter(
      ({ intent: name }) => name === intent,
    );
    return { appIntent: appIntentOf(intent, choices) };
  }

  async findByContext(
    by: Instance,
    { context, resultType }: Requests['findIntentsByContextRequest'],
  ): Promise<object> {
    const choices = await this.#choices(by, context, resultType);
    const names = [...new Set(choices.map(({ intent }) => intent))];
    return {
      appIntents: names.map((name) =>
        appIntentOf(
          name,
          choices.filter(({ intent }) => intent === name),
        ),
      ),
    };
  }

  async raise(
    by: Instance,
    request: string,
    { intent, context, app }: Requests['raiseIntentRequest'],
  ): Promise<{ intentResolution: object; after: () => void }> {
    const all = await this.#choices(by, context);
    return this.#resolve(
      by,
      request,
      context,
      app ?? null,
      all.filter(({ intent: name }) => name === intent),
      intent,
    );
  }

  async raiseForContext(
    by: Instance,
    request: string,
    { context, app }: Requests['raiseIntentForContextRequest'],
  ): Promise<{ intentResolution: object; after: () => void }> {
    return this.#resolve(by, request, context, app ?? null, await this.#choices(by, context), null);
  }

  /** The result of an intent, from the page that handled it. */
  result(target: Instance, { intentEventUuid, intentResult }: Requests['intentResultRequest']): void {
    const pending = this.#pending.get(intentEventUuid);
    if (pending === undefined || pending.target !== target) throw new Fdc3Error('NoResultReturned');
    this.#pending.delete(intentEventUuid);
    const { raiser, request } = pending;
    let shown: IntentResult = {};
    if (intentResult?.channel) {
      shown = { channel: this.#options.channels.hand(target, intentResult.channel.id, raiser) };
    } else if (intentResult?.context) shown = { context: intentResult.context };
    raiser.answer('raiseIntentResultResponse', request, { intentResult: shown });
  }

  /** A page is gone: whoever waits for its results is told that there will be none. */
  forget(instance: Instance): void {
    for (const [event, { raiser, request, target }] of this.#pending) {
      if (target !== instance && raiser !== instance) continue;
      this.#pending.delete(event);
      if (raiser !== instance) {
        raiser.answer('raiseIntentResultResponse', request, { error: 'NoResultReturned' });
      }
    }
    for (const wake of [...this.#waiting]) wake();
  }

  /** Hands an intent of the chat's own to a running page, if that listens for it; answers whether it did. */
  deliverFromHost(target: Instance, intent: string, context: Context): boolean {
    if (!listensFor(target, intent)) return false;
    const originatingApp = { appId: this.#options.host.app.appId };
    target.tell('intentEvent', {
      intent,
      context,
      originatingApp,
      raiseIntentRequestUuid: newUuid(),
    });
    return true;
  }

  async #resolve(
    by: Instance,
    request: string,
    context: Context,
    target: AppIdentifier | null,
    choices: readonly Choice[],
    intent: string | null,
  ): Promise<{ intentResolution: object; after: () => void }> {
    const choice = await this.#chosen(by, await this.#narrowed(by, choices, target), target, intent);
    if (choice.app === this.#options.host.app) return this.#askHost(by, request, choice.intent, context);
    const instance = choice.instance ?? (await this.#options.launch(by, choice.app));
    await this.#listening(instance, choice.intent);
    const source = identifierOf(instance);
    return {
      intentResolution: { source, intent: choice.intent },
      after: () => this.#deliver(by, request, instance, choice.intent, context),
    };
  }

  /** Of all who could answer, those that the page asks for. */
  async #narrowed(
    by: Instance,
    choices: readonly Choice[],
    target: AppIdentifier | null,
  ): Promise<readonly Choice[]> {
    if (target === null) return choices.filter(({ instance }) => instance !== by);
    const app = known(
      appNamed([...(await this.#options.apps()), this.#options.host.app], target.appId, by.appId),
      'TargetAppUnavailable',
    );
    const ofApp = choices.filter((choice) => choice.app.appId === app.appId);
    if (target.instanceId === undefined) return ofApp;
    const instance = this.#options.instances.get(target.instanceId);
    if (instance === undefined || instance.appId !== app.appId) {
      throw new Fdc3Error('TargetInstanceUnavailable');
    }
    const exact = ofApp.filter((choice) => choice.instance === instance);
    // An application that offers the intent may be about to listen.
    return exact.length > 0 ? exact : ofApp.slice(0, 1).map((choice) => ({ ...choice, instance }));
  }

  /** One is asked without a question if it is the only one: the application that does not run, or its only page. */
  async #chosen(
    by: Instance,
    choices: readonly Choice[],
    target: AppIdentifier | null,
    intent: string | null,
  ): Promise<Choice> {
    const running = choices.filter(({ instance }) => instance !== null);
    const apps = new Set(choices.map(({ app, intent: name }) => `${name} ${app.appId}`));
    const [first] = running.length > 0 ? running : choices;
    if (first === undefined) throw new Fdc3Error('NoAppsFound');
    const alone = apps.size === 1 && running.length <= 1;
    if (alone || (target?.instanceId !== undefined && intent !== null)) return first;
    const choice = await this.#options.choose(by.room, choices);
    if (choice === null) throw new Fdc3Error('UserCancelledResolution');
    return choice;
  }

  /** Everyone who could take a context: applications that say so, the chat, and pages that listen. */
  async #choices(by: Instance, context?: Context | null, resultType?: string | null): Promise<Choice[]> {
    const { apps, host, instances } = this.#options;
    const choices: Choice[] = [];
    // The chat answers the room's own page, whose grants say what it may do there.
    const answering = by.beside ? [] : [host.app];
    for (const app of [...(await apps()), ...answering]) {
      const running = [...instances.values()].filter(
        ({ appId, room }) => appId === app.appId && room === by.room,
      );
      for (const offer of app.intents) {
        if (!accepts(offer, context) || !yields(offer, resultType)) continue;
        const choice = { intent: offer.name, intentName: offer.displayName, app };
        choices.push({ ...choice, instance: null });
        for (const instance of running) {
          if (listensFor(instance, offer.name)) choices.push({ ...choice, instance });
        }
      }
      if (resultType) continue;
      for (const instance of running) {
        const undeclared = new Set(instance.intentListeners.values());
        for (const { name } of app.intents) undeclared.delete(name);
        for (const name of undeclared) choices.push({ intent: name, intentName: name, app, instance });
      }
    }
    return choices;
  }

  async #askHost(
    by: Instance,
    request: string,
    intent: string,
    context: Context,
  ): Promise<{ intentResolution: object; after: () => void }> {
    const { host } = this.#options;
    const run = host.intents[intent];
    if (run === undefined) throw new Fdc3Error('NoAppsFound');
    const intentResult = await run(context, by.room);
    return {
      intentResolution: { source: { appId: host.app.appId }, intent },
      after: () => by.answer('raiseIntentResultResponse', request, { intentResult }),
    };
  }

  #listening(instance: Instance, intent: string): Promise<void> {
    if (listensFor(instance, intent)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
      };
      const fail = () => {
        end();
        reject(new Fdc3Error('IntentDeliveryFailed'));
      };
      const wake = () => {
        if (!this.#options.instances.has(instance.id)) fail();
        else if (listensFor(instance, intent)) {
          end();
          resolve();
        }
      };
      const timer = setTimeout(fail, this.#options.patience);
      this.#waiting.add(wake);
    });
  }

  #deliver(raiser: Instance, request: string, target: Instance, intent: string, context: Context): void {
    const event = newUuid();
    const [oldest] = this.#pending.keys();
    if (this.#pending.size >= PENDING_MAX && oldest !== undefined) this.#pending.delete(oldest);
    this.#pending.set(event, { raiser, request, target });
    const payload = {
      intent,
      context,
      originatingApp: identifierOf(raiser),
      raiseIntentRequestUuid: request,
    };
    target.tell('intentEvent', payload, event);
  }
}

function listensFor(instance: Instance, intent: string): boolean {
  return [...instance.intentListeners.values()].includes(intent);
}

/** Applications and the pages that listen although their application does not say so. */
function appIntentOf(name: string, choices: readonly Choice[]): object {
  const displayName = choices[0]?.intentName ?? name;
  const declared = new Set(choices.filter(({ instance }) => instance === null).map(({ app }) => app.appId));
  const apps = choices
    .filter(({ app, instance }) => instance === null || !declared.has(app.appId))
    .map(({ app, instance }) => {
      const resultType = app.intents.find((offer) => offer.name === name)?.resultType;
      return { ...appMetadata(app, instance?.id), ...(resultType == null ? {} : { resultType }) };
    });
  return { intent: { name, displayName }, apps };
}
