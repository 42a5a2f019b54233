/** One running page: who it is, what it listens to, and how it is told. */
import type { AppIdentifier, EventType, PrivateEvent } from './messages';

export interface Instance {
  readonly id: string;
  /** A secret between the page and the agent, by which a page that loads again is known. */
  readonly uuid: string;
  readonly appId: string;
  /** The room in whose pane it runs, or whose pane opened it. */
  readonly room: string;
  /** It was opened beside the room's own page, and has no part of the room. */
  readonly beside: boolean;
  /** The user channel that it is on; the room is one of them. */
  channel: string | null;
  readonly contextListeners: Map<string, { channel: string | null; type: string | null }>;
  readonly intentListeners: Map<string, string>;
  readonly privateListeners: Map<string, { channel: string; event: PrivateEvent | null }>;
  tell(type: EventType, payload: object, eventUuid?: string): void;
  /** Answers a request once more, after its response. */
  answer(type: string, requestUuid: string, payload: object): void;
}

export function identifierOf({ appId, id }: Instance): AppIdentifier {
  return { appId, instanceId: id };
}

/** What a page may register at once, of each kind. */
export const LISTENERS_MAX = 200;
