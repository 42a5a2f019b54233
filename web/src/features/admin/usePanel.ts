/** What the address of a Control Panel page says: which pool is shown, and what is searched for. */
import { getRouteApi } from '@tanstack/react-router';
import type { Pool } from '../../api/types';
import { useSession } from '../session/useSession';

const route = getRouteApi('/signed-in/admin');

/** The pool that was asked for, or the default one. */
export function choosePool(pools: readonly Pool[], asked: string | undefined): Pool {
  const pool = pools.find((candidate) => candidate.fqdn === asked) ?? pools[0];
  if (!pool) throw new Error('A deployment has at least one pool.');
  return pool;
}

/** The address's search as a list has it: what only a form understands, such as what is copied, stays behind. */
export function ofList({ pool, search }: { pool?: string; search?: string }) {
  return { ...(pool && { pool }), ...(search && { search }) };
}

export function usePanel() {
  const { pools } = useSession();
  const { pool, search } = route.useSearch();
  return { pools, pool: choosePool(pools, pool), search: search ?? '' };
}
