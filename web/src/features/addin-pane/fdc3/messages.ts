/** What travels between an FDC3 page and the agent: the part of FDC3 2.2's Desktop Agent Communication Protocol used. */

export const FDC3_VERSION = '2.2';

/** Typed data that pages exchange. */
export interface Context {
  readonly type: string;
  readonly name?: string;
  readonly id?: Readonly<Record<string, unknown>>;
  readonly [more: string]: unknown;
}

/** An application, or one running instance of it. */
export interface AppIdentifier {
  readonly appId: string;
  readonly instanceId?: string;
}

export interface DisplayMetadata {
  readonly name: string;
  readonly color?: string;
  readonly glyph?: string;
}

export interface Channel {
  readonly id: string;
  readonly type: 'user' | 'app' | 'private';
  readonly displayMetadata?: DisplayMetadata;
}

export interface IntentResult {
  readonly context?: Context;
  readonly channel?: Channel;
}

/** Errors of the standard, by the text that pages are given. */
export type ErrorCode =
  | 'AccessDenied'
  | 'ApiTimeout'
  | 'AppNotFound'
  | 'AppTimeout'
  | 'CreationFailed'
  | 'ErrorOnLaunch'
  | 'IntentDeliveryFailed'
  | 'IntentHandlerRejected'
  | 'MalformedContext'
  | 'MalformedMessage'
  | 'NoAppsFound'
  | 'NoChannelFound'
  | 'NoResultReturned'
  | 'ResolverTimeout'
  | 'ResolverUnavailable'
  | 'TargetAppUnavailable'
  | 'TargetInstanceUnavailable'
  | 'UserCancelledResolution';

/** A refusal with one of the standard's errors. */
export class Fdc3Error extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode) {
    super(code);
    this.code = code;
  }
}

/** The payload of each request, as far as the agent reads it. */
export interface Requests {
  addContextListenerRequest: { channelId?: string | null; contextType?: string | null };
  addEventListenerRequest: { type?: string | null };
  addIntentListenerRequest: { intent: string };
  broadcastRequest: { channelId: string; context: Context };
  contextListenerUnsubscribeRequest: { listenerUUID: string };
  createPrivateChannelRequest: object;
  eventListenerUnsubscribeRequest: { listenerUUID: string };
  findInstancesRequest: { app: AppIdentifier };
  findIntentRequest: { intent: string; context?: Context | null; resultType?: string | null };
  findIntentsByContextRequest: { context: Context; resultType?: string | null };
  getAppMetadataRequest: { app: AppIdentifier };
  getCurrentChannelRequest: object;
  getCurrentContextRequest: { channelId: string; contextType?: string | null };
  getInfoRequest: object;
  getOrCreateChannelRequest: { channelId: string };
  getUserChannelsRequest: object;
  intentListenerUnsubscribeRequest: { listenerUUID: string };
  intentResultRequest: {
    intentEventUuid: string;
    raiseIntentRequestUuid: string;
    intentResult?: IntentResult | null;
  };
  joinUserChannelRequest: { channelId: string };
  leaveCurrentChannelRequest: object;
  openRequest: { app: AppIdentifier; context?: Context | null };
  privateChannelAddEventListenerRequest: { privateChannelId: string; listenerType: PrivateEvent | null };
  privateChannelDisconnectRequest: { channelId: string };
  privateChannelUnsubscribeEventListenerRequest: { listenerUUID: string };
  raiseIntentForContextRequest: { context: Context; app?: AppIdentifier | null };
  raiseIntentRequest: { intent: string; context: Context; app?: AppIdentifier | null };
}

export type PrivateEvent = 'addContextListener' | 'unsubscribe' | 'disconnect';

export type EventType =
  | 'broadcastEvent'
  | 'channelChangedEvent'
  | 'heartbeatEvent'
  | 'intentEvent'
  | 'privateChannelOnAddContextListenerEvent'
  | 'privateChannelOnDisconnectEvent'
  | 'privateChannelOnUnsubscribeEvent';
