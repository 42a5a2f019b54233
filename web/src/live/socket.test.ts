import { describe, expect, it, vi } from 'vitest';
import { aSocket } from '../test/live';
import { LiveSocket } from './socket';

function connected() {
  const { socket, says, breaks, sent } = aSocket();
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
  live.start();
  says({ type: 'welcome', heartbeat_ms: 30_000 });
  const comesBack = () => {
    breaks();
    live.hurry();
    says({ type: 'welcome', heartbeat_ms: 30_000 });
  };
  return { live, events, says, sent, comesBack };
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

describe('a room that is watched', () => {
  const watch = { type: 'watch', room: 'ops', watching: true };

  it('is asked for once, behind its join', () => {
    const { live, sent } = connected();
    live.joinRooms(['ops', 'rates'], 30);
    live.watchRoom('ops', true);
    live.watchRoom('ops', true);
    expect(sent()).toEqual([expect.objectContaining({ type: 'join' }), watch]);
  });

  it('is asked for again behind the joins of a new connection, as no other room is', () => {
    const { live, sent, comesBack } = connected();
    live.joinRooms(['ops', 'rates'], 30);
    live.watchRoom('ops', true);
    sent();
    comesBack();
    expect(sent()).toEqual([expect.objectContaining({ type: 'join' }), watch]);
  });

  it('is asked for again when it is joined again, also after it was removed', () => {
    const { live, says, sent } = connected();
    live.joinRooms(['ops'], 30);
    live.watchRoom('ops', true);
    says({ type: 'removed', room: 'ops', code: 'NodeDisabled' });
    sent();
    live.rejoinRoom('ops', 30);
    expect(sent()).toEqual([expect.objectContaining({ type: 'join' }), watch]);
  });

  it('is not asked for before it is joined', () => {
    const { live, sent } = connected();
    live.watchRoom('ops', true);
    expect(sent()).toEqual([]);
    live.joinRooms(['ops'], 30);
    expect(sent()).toEqual([expect.objectContaining({ type: 'join' }), watch]);
  });

  it('is no longer watched when that ends, also by a new connection', () => {
    const { live, sent, comesBack } = connected();
    live.joinRooms(['ops'], 30);
    live.watchRoom('ops', true);
    sent();
    live.watchRoom('ops', false);
    expect(sent()).toEqual([{ ...watch, watching: false }]);
    comesBack();
    expect(sent()).toEqual([expect.objectContaining({ type: 'join' })]);
  });

  it('is no longer watched when it was left', () => {
    const { live, sent } = connected();
    live.joinRooms(['ops'], 30);
    live.watchRoom('ops', true);
    live.leaveRoom('ops');
    sent();
    live.joinRooms(['ops'], 30);
    expect(sent()).toEqual([expect.objectContaining({ type: 'join' })]);
  });
});
