import type { Principal } from '../../api/types';

/** An address as people write it, without its scheme. */
export function shortAddress(address: string): string {
  return address.replace(/^sip:/i, '');
}

/** The one principal that a typed name or address means: the one it names exactly, or the only one it finds. */
export function findTyped(found: readonly Principal[], typed: string): Principal | undefined {
  const wanted = shortAddress(typed.trim()).toLocaleLowerCase();
  const exact = found.filter(({ address, email, display_name }) =>
    [shortAddress(address), email, display_name].some((name) => name?.toLocaleLowerCase() === wanted),
  );
  const [first, second] = exact.length > 0 ? exact : found;
  return second === undefined ? first : undefined;
}
