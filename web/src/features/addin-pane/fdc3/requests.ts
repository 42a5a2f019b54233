/** Narrow validators of what FDC3 pages ask: a payload either has the declared shape or is refused. */
import { type Check, isRecord, nullable, oneOf, optional, shape, text } from '@perch/addin/host';
import type { AppIdentifier, Channel, Context, IntentResult, Requests } from './messages';

/** Identifiers, names of intents, types of contexts. */
const NAME_CHARS_MAX = 512;

const name: Check<string> = (value): value is string =>
  text(value) && value !== '' && value.length <= NAME_CHARS_MAX;
const perhapsName = optional(nullable(name));

export const isContext: Check<Context> = (value): value is Context =>
  isRecord(value) &&
  name(value.type) &&
  (value.name === undefined || text(value.name)) &&
  (value.id === undefined || isRecord(value.id));

const perhapsContext = optional(nullable(isContext));
const app = shape<AppIdentifier>({ appId: name, instanceId: optional(name) });
const perhapsApp = optional(nullable(app));
const none: Check<object> = isRecord;
const listener = shape<{ listenerUUID: string }>({ listenerUUID: name });
const channel = shape<{ channelId: string }>({ channelId: name });
const intentResult = shape<IntentResult>({
  context: optional(isContext),
  channel: optional(
    shape<Channel>({ id: name, type: oneOf('user', 'app', 'private'), displayMetadata: anything() }),
  ),
});

function anything<T>(): Check<T | undefined> {
  return (_: unknown): _ is T | undefined => true;
}

export const requestChecks: { readonly [R in keyof Requests]: Check<Requests[R]> } = {
  addContextListenerRequest: shape<Requests['addContextListenerRequest']>({
    channelId: perhapsName,
    contextType: perhapsName,
  }),
  addEventListenerRequest: shape<Requests['addEventListenerRequest']>({ type: perhapsName }),
  addIntentListenerRequest: shape<Requests['addIntentListenerRequest']>({ intent: name }),
  broadcastRequest: shape<Requests['broadcastRequest']>({ channelId: name, context: isContext }),
  contextListenerUnsubscribeRequest: listener,
  createPrivateChannelRequest: none,
  eventListenerUnsubscribeRequest: listener,
  findInstancesRequest: shape<Requests['findInstancesRequest']>({ app }),
  findIntentRequest: shape<Requests['findIntentRequest']>({
    intent: name,
    context: perhapsContext,
    resultType: perhapsName,
  }),
  findIntentsByContextRequest: shape<Requests['findIntentsByContextRequest']>({
    context: isContext,
    resultType: perhapsName,
  }),
  getAppMetadataRequest: shape<Requests['getAppMetadataRequest']>({ app }),
  getCurrentChannelRequest: none,
  getCurrentContextRequest: shape<Requests['getCurrentContextRequest']>({
    channelId: name,
    contextType: perhapsName,
  }),
  getInfoRequest: none,
  getOrCreateChannelRequest: channel,
  getUserChannelsRequest: none,
  intentListenerUnsubscribeRequest: listener,
  intentResultRequest: shape<Requests['intentResultRequest']>({
    intentEventUuid: name,
    raiseIntentRequestUuid: name,
    intentResult: optional(nullable(intentResult)),
  }),
  joinUserChannelRequest: channel,
  leaveCurrentChannelRequest: none,
  openRequest: shape<Requests['openRequest']>({ app, context: perhapsContext }),
  privateChannelAddEventListenerRequest: shape<Requests['privateChannelAddEventListenerRequest']>({
    privateChannelId: name,
    listenerType: nullable(oneOf('addContextListener', 'unsubscribe', 'disconnect')),
  }),
  privateChannelDisconnectRequest: channel,
  privateChannelUnsubscribeEventListenerRequest: listener,
  raiseIntentForContextRequest: shape<Requests['raiseIntentForContextRequest']>({
    context: isContext,
    app: perhapsApp,
  }),
  raiseIntentRequest: shape<Requests['raiseIntentRequest']>({
    intent: name,
    context: isContext,
    app: perhapsApp,
  }),
};
