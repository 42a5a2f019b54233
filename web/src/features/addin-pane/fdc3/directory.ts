/** The applications that the person may know of, as the server's application directory lists them, and their intents. */
import { isRecord } from '@perch/addin/host';
import { type AppIdentifier, type Context, Fdc3Error } from './messages';

/** An intent that an application says it handles. No types of context means any. */
export interface IntentOffer {
  readonly name: string;
  readonly displayName: string;
  readonly contexts: readonly string[];
  readonly resultType: string | null;
}

export interface App {
  readonly appId: string;
  readonly name: string;
  readonly intents: readonly IntentOffer[];
  /** What pages are told of it besides: title, description, icons and the like, as the directory has them. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** What of a directory's record is also in the metadata that pages get. */
const METADATA = ['title', 'version', 'description', 'tooltip', 'icons', 'screenshots'] as const;

/** Reads a record of the directory; undefined for one without the fields that every application has. */
export function toApp(record: unknown): App | undefined {
  if (!isRecord(record) || typeof record.appId !== 'string') return undefined;
  const { appId } = record;
  const name = typeof record.name === 'string' ? record.name : appId;
  const given = METADATA.filter((key) => record[key] !== undefined).map((key) => [key, record[key]]);
  return { appId, name, intents: offers(record.interop), metadata: Object.fromEntries(given) };
}

function offers(interop: unknown): IntentOffer[] {
  const intents = isRecord(interop) && isRecord(interop.intents) ? interop.intents.listensFor : undefined;
  return Object.entries(isRecord(intents) ? intents : {}).map(([name, told]) => {
    const { displayName, contexts, resultType } = isRecord(told) ? told : {};
    return {
      name,
      displayName: typeof displayName === 'string' ? displayName : name,
      contexts: Array.isArray(contexts) ? contexts.filter((type) => typeof type === 'string') : [],
      resultType: typeof resultType === 'string' ? resultType : null,
    };
  });
}

/** A name alone means the application of that name in the asking page's pool: the part after "@" is the pool. */
export function appNamed(apps: readonly App[], appId: string, askedBy: string): App | undefined {
  return (
    apps.find((app) => app.appId === appId) ?? apps.find((app) => app.appId === `${appId}@${poolOf(askedBy)}`)
  );
}

export function poolOf(appId: string): string {
  return appId.slice(appId.lastIndexOf('@') + 1);
}

export function accepts(offer: IntentOffer, context: Context | null | undefined): boolean {
  return !context || offer.contexts.length === 0 || offer.contexts.includes(context.type);
}

/** "channel" asks for a channel of whatever type; everything else for exactly itself. */
export function yields(offer: IntentOffer, resultType: string | null | undefined): boolean {
  if (!resultType) return true;
  if (resultType === 'channel') return offer.resultType?.startsWith('channel') === true;
  return offer.resultType === resultType;
}

export function appMetadata(app: App, instanceId?: string): object {
  const instance: Partial<AppIdentifier> = instanceId === undefined ? {} : { instanceId };
  return { ...app.metadata, name: app.name, appId: app.appId, ...instance };
}

/** As pages are answered when there is no such application. */
export function known(app: App | undefined, otherwise: 'AppNotFound' | 'TargetAppUnavailable'): App {
  if (app === undefined) throw new Fdc3Error(otherwise);
  return app;
}
