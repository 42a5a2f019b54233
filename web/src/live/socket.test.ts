import { describe, expect, it, vi } from 'vitest';
import { LiveSocket, type SocketLike } from './socket';

function connected() {
  const socket: SocketLike = { onopen: null, onmessage: null, onclose: null, send: vi.fn(), close: vi.fn() };
  const events = {
    frame: vi.fn(),
    connection: vi.fn(),
    posted: vi.fn(),
    refused: vi.fn(),
    turnedAway: vi.fn(),
  };
  const live = new LiveSocket(
    () => socket,
    events,
    () => 0,
  );
  const says = (frame: object) =>
    socket.onmessage?.(new MessageEvent('message', { data: JSON.stringify(frame) }));
  live.start();
  says({ type: 'welcome', heartbeat_ms: 30_000 });
  const sent = () => vi.mocked(socket.send).mock.calls.map(([text]) => JSON.parse(text));
  return { live, events, says, sent };
}

describe('the live connection', () => {
  it('joins many rooms with one frame', () => {
    const { live, sent } = connected();
    live.joinRooms(['ops', 'rates'], 30);
    expect(sent()).toEqual([
      {
        type: 'join',
        id: 1,
        rooms: [
          { room: 'ops', latest: 30 },
          { room: 'rates', latest: 30 },
        ],
      },
    ]);
  });

  it('leaves a room without expecting an answer', () => {
    const { live, sent } = connected();
    live.joinRooms(['ops'], 30);
    live.leaveRoom('ops');
    expect(sent().at(-1)).toEqual({ type: 'leave', room: 'ops' });
  });

  it('knows by its number which post was acknowledged', () => {
    const { live, events, says, sent } = connected();
    live.post('ops', 'nonce', { text: 'morning' });
    expect(sent()).toEqual([{ type: 'post', id: 1, room: 'ops', nonce: 'nonce', text: 'morning' }]);
    says({ type: 'posted', id: 1, room: 'ops', seq: 7, at: '2026-11-24T09:00:00Z' });
    expect(events.posted).toHaveBeenCalledExactlyOnceWith('nonce', 7);
  });

  it('hands back a post that was refused', () => {
    const { live, events, says } = connected();
    live.post('ops', 'nonce', { text: 'morning' });
    says({ type: 'error', id: 1, room: 'ops', code: 'ErrorPermission', detail: 'No.' });
    expect(events.refused).toHaveBeenCalledExactlyOnceWith('nonce', 'ErrorPermission', 'No.');
  });
});
