/** What widgets of Matrix may ask for, and which of our capabilities each needs. What is not here is not approved. */
import type { Capability } from '@perch/addin/host';

const MESSAGE = 'm.room.message';
/** What of a room's properties Matrix has events for. */
export const PROPERTIES: readonly string[] = ['m.room.name', 'm.room.topic'];
const MEMBER = 'm.room.member';

/** The names of a capability by which an event of a kind is asked for: all of them, or one. */
function names(direction: 'send' | 'receive', kind: 'event' | 'state_event', type: string, key?: string) {
  const all = `org.matrix.msc2762.${direction}.${kind}:${type}`;
  return key === undefined ? [all] : [all, `${all}#${key}`];
}

export const SEND_MESSAGE = names('send', 'event', MESSAGE, 'm.text');
export const RECEIVE_MESSAGE = names('receive', 'event', MESSAGE, 'm.text');
/** A room has one name and one topic: their state key is empty. */
export function receiveProperty(type: string): readonly string[] {
  return names('receive', 'state_event', type, '');
}
export const RECEIVE_MEMBER = names('receive', 'state_event', MEMBER);

const NEEDS = new Map<string, Capability>([
  ...SEND_MESSAGE.map((name) => [name, 'messages.send'] as const),
  ...RECEIVE_MESSAGE.map((name) => [name, 'messages.live'] as const),
  ...PROPERTIES.flatMap(receiveProperty).map((name) => [name, 'room.info'] as const),
  ...RECEIVE_MEMBER.map((name) => [name, 'participants'] as const),
]);

/** Undefined for what no widget can have here. */
export function needOf(capability: string): Capability | undefined {
  return NEEDS.get(capability);
}
