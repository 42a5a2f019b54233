/**
 * What the application reads, as TanStack Query options: one key per thing, used for reading and for
 * invalidating alike.
 */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, unwrap } from './client';
import { ProblemError } from './problem';
import type { RoomFilter, Session } from './types';

export const keys = {
  session: ['session'] as const,
  rooms: ['rooms'] as const,
  room: (room: string) => ['room', room] as const,
  roomDetail: (room: string) => ['room', room, 'detail'] as const,
  search: ['search'] as const,
  participants: (room: string) => ['room', room, 'participants'] as const,
  pools: ['pools'] as const,
  addins: (pool: string) => ['pools', pool, 'addins'] as const,
  /** Within the add-ins: what the server announces of them, it announces of their health. */
  addinHealth: (pool: string) => ['pools', pool, 'addins', 'health'] as const,
  webhook: (pool: string, id: string) => ['pools', pool, 'addins', id, 'webhook'] as const,
  triggers: (pool: string) => ['pools', pool, 'triggers'] as const,
  categories: (pool: string) => ['pools', pool, 'categories'] as const,
  principals: ['principals'] as const,
};

/** The signed-in session, or null. */
export const sessionQuery = queryOptions({
  queryKey: keys.session,
  queryFn: async ({ signal }): Promise<Session | null> => {
    try {
      return await unwrap(api.GET('/api/v1/session', { signal }));
    } catch (error) {
      if (error instanceof ProblemError && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: Number.POSITIVE_INFINITY,
});

export function roomsQuery(query: RoomFilter) {
  return queryOptions({
    queryKey: [...keys.rooms, query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/rooms', { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });
}

export function roomQuery(room: string) {
  return queryOptions({
    queryKey: keys.room(room),
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/rooms/{room}', { params: { path: { room } }, signal })),
  });
}

export function roomDetailQuery(room: string) {
  return queryOptions({
    queryKey: keys.roomDetail(room),
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/rooms/{room}/detail', { params: { path: { room } }, signal })),
  });
}

export function participantsQuery(room: string) {
  return queryOptions({
    queryKey: keys.participants(room),
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/rooms/{room}/participants', { params: { path: { room } }, signal })),
  });
}

export function addinsQuery(pool: string) {
  return queryOptions({
    queryKey: keys.addins(pool),
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/pools/{pool}/addins', { params: { path: { pool } }, signal })),
  });
}

export function addinQuery(pool: string, id: string) {
  return queryOptions({
    queryKey: [...keys.addins(pool), id],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/pools/{pool}/addins/{id}', { params: { path: { pool, id } }, signal })),
  });
}

/** Whether the pages of a pool's add-ins are shown. */
export function addinHealthsQuery(pool: string) {
  return queryOptions({
    queryKey: keys.addinHealth(pool),
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/pools/{pool}/addin-health', { params: { path: { pool } }, signal })),
  });
}

/** The same of one, with what was seen of its page for those who may see that. */
export function addinHealthQuery(pool: string, id: string) {
  return queryOptions({
    queryKey: [...keys.addinHealth(pool), id],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/pools/{pool}/addins/{id}/health', { params: { path: { pool, id } }, signal })),
  });
}

/** How often it is asked how a webhook fares: nothing announces that. */
const WEBHOOK_AGAIN_MS = 2_000;

/** The webhook of an add-in, or null when it has none. */
export function webhookQuery(pool: string, id: string) {
  return queryOptions({
    queryKey: keys.webhook(pool, id),
    queryFn: async ({ signal }) => {
      try {
        return await unwrap(
          api.GET('/api/v1/pools/{pool}/addins/{id}/webhook', { params: { path: { pool, id } }, signal }),
        );
      } catch (error) {
        if (error instanceof ProblemError && error.status === 404) return null;
        throw error;
      }
    },
    refetchInterval: WEBHOOK_AGAIN_MS,
  });
}

/** Whether the page of a room's add-in is shown, for whoever looks at it. */
/** Of the room's own add-in, or of another one whose page is beside it. */
export function roomAddinHealthQuery(room: string, addin: string, beside: boolean) {
  const params = { path: { room }, query: beside ? { beside: addin } : {} };
  return queryOptions({
    queryKey: [...keys.room(room), 'addin-health', addin],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/rooms/{room}/addin-health', { params, signal })),
  });
}

export function triggersQuery(pool: string) {
  return queryOptions({
    queryKey: keys.triggers(pool),
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/pools/{pool}/triggers', { params: { path: { pool } }, signal })),
  });
}

/** One trigger with its words, or null when the pool has none such. */
export function triggerQuery(pool: string, id: string) {
  return queryOptions({
    queryKey: [...keys.triggers(pool), id],
    queryFn: async ({ signal }) => {
      try {
        return await unwrap(
          api.GET('/api/v1/pools/{pool}/triggers/{id}', { params: { path: { pool, id } }, signal }),
        );
      } catch (error) {
        if (error instanceof ProblemError && error.status === 404) return null;
        throw error;
      }
    },
  });
}

export function categoriesQuery(pool: string) {
  return queryOptions({
    queryKey: keys.categories(pool),
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/pools/{pool}/categories', { params: { path: { pool } }, signal })),
  });
}

export function principalsQuery(search: string, limit = 20) {
  return queryOptions({
    queryKey: [...keys.principals, search, limit],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/principals', { params: { query: { search, limit } }, signal })),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
}

/** Messages that have what is looked for, newest first, in one room or in all. */
export function searchQuery(q: string, room: string | undefined) {
  return infiniteQueryOptions({
    queryKey: [...keys.search, q, room],
    queryFn: ({ signal, pageParam }) => {
      const query = {
        q,
        ...(room === undefined ? {} : { room }),
        ...(pageParam === '' ? {} : { cursor: pageParam }),
      };
      return unwrap(api.GET('/api/v1/search/messages', { params: { query }, signal }));
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  });
}
