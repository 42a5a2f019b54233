/**
 * How components read the live state and act on it.
 *
 * - `useRoomState(room)`, `useLiveSelector(f)`, `useConnection()`: the state, re-rendering when it changes.
 * - `useRoomEvents(room, handler)`: every server frame about one room, after it has been applied to the
 *   state; frames are as in frames.ts. After a reconnect the missed messages come inside one `joined` frame.
 * - `useFrames(handler)`: every frame, for what concerns no room, such as `catalogue_changed`.
 * - `usePostMessage(room)`: posts; the row appears at once, the text returns to the composer if refused.
 */
import { createContext, useContext, useEffect, useRef, useSyncExternalStore } from 'react';
import type { LiveClient } from './client';
import { type Draft, roomOf, type ServerFrame } from './frames';
import type { Connection } from './socket';
import type { LiveState, RoomState } from './store';

export const LiveContext = createContext<LiveClient | null>(null);

export function useLive(): LiveClient {
  const live = useContext(LiveContext);
  if (!live) throw new Error('useLive needs a LiveProvider above it.');
  return live;
}

/** The selected part must be the same object while nothing in it changed. */
export function useLiveSelector<T>(select: (state: LiveState) => T): T {
  const live = useLive();
  return useSyncExternalStore(live.subscribe, () => select(live.state));
}

export function useRoomState(room: string): RoomState | undefined {
  return useLiveSelector((state) => state.rooms[room]);
}

export function useConnection(): Connection {
  const live = useLive();
  return useSyncExternalStore(live.subscribe, () => live.connection);
}

export function useFrames(handler: (frame: ServerFrame) => void): void {
  const live = useLive();
  const latest = useRef(handler);
  useEffect(() => {
    latest.current = handler;
  });
  useEffect(() => live.onFrame((frame) => latest.current(frame)), [live]);
}

export function useRoomEvents(room: string, handler: (frame: ServerFrame) => void): void {
  useFrames((frame) => {
    if (roomOf(frame) === room) handler(frame);
  });
}

export function usePostMessage(room: string): (draft: Draft) => string {
  const live = useLive();
  return (draft) => live.post(room, draft);
}
