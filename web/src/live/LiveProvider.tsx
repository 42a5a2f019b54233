/**
 * Starts the live client for the signed-in person and keeps what TanStack Query holds in step with what the
 * server announces.
 */
import { useQueryClient } from '@tanstack/react-query';
import i18next from 'i18next';
import { type ReactNode, useEffect, useState } from 'react';
import { api, unwrap } from '../api/client';
import { keys } from '../api/queries';
import type { Session } from '../api/types';
import { toast } from '../ui/toast';
import { LiveClient } from './client';
import { forgetContexts } from './contextBus';
import type { ServerFrame } from './frames';
import { LiveContext } from './hooks';
import { isLeaving } from './store';

function liveUrl(): string {
  const url = new URL('/api/v1/live', location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

export function LiveProvider({ session, children }: { session: Session; children: ReactNode }) {
  const queries = useQueryClient();
  const [live] = useState(
    () =>
      new LiveClient({
        me: session.person.id,
        connect: () => new WebSocket(liveUrl()),
        fetchPage: (room, query) =>
          unwrap(api.GET('/api/v1/rooms/{room}/messages', { params: { path: { room }, query } })),
        turnedAway: () => void queries.invalidateQueries({ queryKey: keys.session }),
        unanswered: (addin) => toast(i18next.t('message:filter_unanswered', { addin })),
      }),
  );

  useEffect(() => {
    // A first answer that is on its way may be of before, and is not asked for anew until it is there.
    const renew = async (queryKey: readonly unknown[]) => {
      const asked = queries.getQueryCache().findAll({ queryKey, fetchStatus: 'fetching' });
      await Promise.allSettled(asked.map((query) => query.promise));
      await queries.invalidateQueries({ queryKey });
    };
    const refresh = (frame: ServerFrame) => {
      if (frame.type === 'welcome' || frame.type === 'rooms_changed' || frame.type === 'removed') {
        void queries.invalidateQueries({ queryKey: keys.rooms });
      }
      // What changed while there was no connection was announced to nobody here.
      if (frame.type === 'welcome') void queries.invalidateQueries({ queryKey: keys.pools });
      if (frame.type === 'catalogue_changed') {
        if (frame.kind === 'room') void queries.invalidateQueries({ queryKey: keys.rooms });
        const list = {
          addin: keys.addins,
          trigger: keys.triggers,
          category: keys.categories,
          // A category says how many rooms it has.
          room: keys.categories,
        }[frame.kind];
        void renew(list(frame.pool));
      }
      if (frame.type === 'room_updated') {
        void queries.invalidateQueries({ queryKey: keys.room(frame.room.id) });
        void queries.invalidateQueries({ queryKey: keys.rooms });
      }
    };
    const unsubscribe = live.onFrame(refresh);
    live.start();
    return () => {
      unsubscribe();
      live.stop();
      forgetContexts();
    };
  }, [live, queries]);

  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      if (live.state.pending.some(isLeaving)) event.preventDefault();
    };
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [live]);

  return <LiveContext value={live}>{children}</LiveContext>;
}
