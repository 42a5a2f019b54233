/** Choosing among what an add-in can be granted. */
import { CAPABILITIES } from '@perch/addin/host';
import type { Capability } from '../../api/types';

/** Those that include a lesser one. */
const INCLUDES: Partial<Record<Capability, Capability>> = {
  'user.identity.email': 'user.identity.basic',
  'messages.send.silent': 'messages.send',
  'messages.filter.silent': 'messages.filter',
};

/** What administrators usually grant, least first. */
export const PRESETS = {
  nothing: [],
  contexts: ['room.info', 'contexts', 'token.issue'],
  board: ['room.info', 'token.issue', 'storage'],
  reader: [
    'room.info',
    'contexts',
    'messages.live',
    'messages.history',
    'participants',
    'user.identity.basic',
    'token.issue',
  ],
} as const satisfies Record<string, readonly Capability[]>;

export type Preset = keyof typeof PRESETS;

const inOrder = (chosen: ReadonlySet<Capability>): Capability[] =>
  CAPABILITIES.filter((capability) => chosen.has(capability));

/** The same choice with one more, and with what that includes. */
export function withCapability(chosen: readonly Capability[], capability: Capability): Capability[] {
  const lesser = INCLUDES[capability];
  return inOrder(new Set([...chosen, capability, ...(lesser ? [lesser] : [])]));
}

/** The same choice without one, and without what includes it. */
export function withoutCapability(chosen: readonly Capability[], capability: Capability): Capability[] {
  return inOrder(new Set(chosen.filter((other) => other !== capability && INCLUDES[other] !== capability)));
}
