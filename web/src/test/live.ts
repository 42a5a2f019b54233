/** The server's side of a live connection, spoken by the test. */
import { vi } from 'vitest';
import { LiveClient } from '../live/client';
import type { SocketLike } from '../live/socket';

export function aSocket() {
  const socket: SocketLike = { onopen: null, onmessage: null, onclose: null, send: vi.fn(), close: vi.fn() };
  return {
    socket,
    says: (frame: object) => socket.onmessage?.(new MessageEvent('message', { data: JSON.stringify(frame) })),
    /** The connection is lost. */
    breaks: () => socket.onclose?.(new CloseEvent('close', { code: 1006 })),
    /** The frames that were sent since this was last asked. */
    sent: () => {
      const frames = vi.mocked(socket.send).mock.calls.map(([text]) => JSON.parse(text));
      vi.mocked(socket.send).mockClear();
      return frames;
    },
  };
}

/** A client that is welcome, and has no history. */
export function aLiveClient() {
  const { socket, ...server } = aSocket();
  const live = new LiveClient({
    me: 'amelie',
    connect: () => socket,
    fetchPage: () => new Promise(() => {}),
    turnedAway: () => {},
    unanswered: () => {},
  });
  live.start();
  server.says({ type: 'welcome', heartbeat_ms: 30_000 });
  return { live, ...server };
}
