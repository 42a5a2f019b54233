import { describe, expect, it } from 'vitest';
import { aMessage, aRoom } from '../test/builders';
import type { JoinedFrame } from './frames';
import { applyEvent, initialState, type LiveState, unreadTotal } from './store';

function joined(frame: Partial<JoinedFrame> = {}): LiveState {
  return applyEvent(initialState('amelie'), {
    type: 'frame',
    frame: {
      type: 'joined',
      id: 1,
      room: aRoom(),
      messages: [],
      head: 0,
      reload: false,
      participants: [],
      ...frame,
    },
  });
}

const messages = [aMessage({ seq: 1, alert: true }), aMessage({ seq: 2 }), aMessage({ seq: 3 })];

describe('a room that is joined', () => {
  it('is important while something of high importance is unread', () => {
    const state = joined({ room: aRoom({ head: 3, unread: 3 }), messages, head: 3 });
    expect(state.rooms.ops?.important).toBe(true);
  });

  it('is not important for what was read before', () => {
    const state = joined({ room: aRoom({ head: 3, unread: 2 }), messages, head: 3 });
    expect(state.rooms.ops?.important).toBe(false);
  });

  it('remembers where the new messages begin when it is opened, also after they are read', () => {
    let state = joined({ room: aRoom({ head: 3, unread: 2 }), messages, head: 3 });
    state = applyEvent(state, { type: 'opened', room: 'ops' });
    state = applyEvent(state, { type: 'read', room: 'ops', seq: 3 });
    expect(state.rooms.ops?.room.unread).toBe(0);
    expect(state.rooms.ops?.newFrom).toBe(2);
  });
});

describe('a message that arrives', () => {
  const state = joined();
  const arrives = (author: string) =>
    applyEvent(state, {
      type: 'frame',
      frame: {
        type: 'message',
        ...aMessage({ seq: 1, alert: true }),
        author: { id: author, address: `sip:${author}@contoso.example`, display_name: author },
      },
    });

  it('is unread, and important when it says so', () => {
    const { room, important } = arrives('idris').rooms.ops ?? {};
    expect([room?.unread, important]).toEqual([1, true]);
  });

  it('is never unread for its author', () => {
    expect(arrives('amelie').rooms.ops?.room.unread).toBe(0);
  });
});

describe('a room that is removed', () => {
  it('leaves nothing but the reason', () => {
    const state = applyEvent(joined({ messages, head: 3 }), {
      type: 'frame',
      frame: { type: 'removed', room: 'ops', code: 'NodeDisabled' },
    });
    expect(state.rooms).toEqual({});
    expect(state.absent.ops).toEqual({ code: 'NodeDisabled', detail: '', removed: true });
  });
});

describe('the number of unread messages', () => {
  it('counts the rooms that are followed', () => {
    const followed = joined({ room: aRoom({ unread: 3 }) });
    const rooms = {
      ...followed.rooms,
      ...joined({ room: aRoom({ id: 'rates', followed: false, unread: 9 }) }).rooms,
    };
    expect(unreadTotal({ ...followed, rooms })).toBe(3);
  });
});
