/** What a room's add-in may do, as the server says, and why it may not do the rest. */
import { CAPABILITIES, type Capability, type Denied } from '@perch/addin/host';
import type { RoomAddin } from '../../api/types';

/** What of it concerns grants. */
export type Granting = Pick<RoomAddin, 'granted' | 'withheld' | 'pending' | 'disabled'>;

const isCapability = (name: string): name is Capability => CAPABILITIES.some((known) => known === name);

/** Why the add-in may not do something; null: it may. */
export function denial(addin: Granting, name: string): Denied['why'] | null {
  if (!isCapability(name)) return 'unknown';
  if (addin.granted.includes(name)) return null;
  if (addin.disabled) return 'disabled';
  if (addin.pending) return 'pending';
  return addin.withheld.includes(name) ? 'room' : 'maximum';
}

export function deniedOf(addin: Granting, wants: readonly string[]): readonly Denied[] {
  return wants.flatMap((capability) => {
    const why = denial(addin, capability);
    return why === null ? [] : [{ capability, why }];
  });
}
