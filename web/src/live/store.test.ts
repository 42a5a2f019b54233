import { describe, expect, it } from 'vitest';
import { aMessage, aParticipant, aRoom } from '../test/builders';
import type { JoinedFrame, ParticipantsFrame, PresenceFrame, ServerFrame } from './frames';
import { applyEvent, initialState, type LiveState, unreadTotal } from './store';

function joinedFrame(frame: Partial<JoinedFrame> = {}): JoinedFrame {
  return { type: 'joined', id: 1, room: aRoom(), messages: [], head: 0, reload: false, ...frame };
}

function hears(state: LiveState, ...frames: ServerFrame[]): LiveState {
  return frames.reduce((held, frame) => applyEvent(held, { type: 'frame', frame }), state);
}

function joined(frame: Partial<JoinedFrame> = {}): LiveState {
  return hears(initialState('amelie'), joinedFrame(frame));
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

describe('who has a room open', () => {
  const [amelie, idris] = [aParticipant('amelie'), aParticipant('idris')];
  const here: ParticipantsFrame = { type: 'participants', room: 'ops', participants: [amelie], count: 1 };
  const large = { ...here, participants: null, count: 90 };
  const presence: PresenceFrame = {
    type: 'presence',
    room: 'ops',
    arrived: [],
    departed: [],
    count: 0,
    large: false,
  };
  const shown = (state: LiveState) => {
    const { room, participants, large } = state.rooms.ops ?? {};
    return { count: room?.participant_count, participants, large };
  };

  it('is not known until the room was watched, only how many', () => {
    const state = joined({ room: aRoom({ participant_count: 3 }) });
    expect(shown(state)).toEqual({ count: 3, participants: null, large: false });
  });

  it('is what was answered, and who came and went since', () => {
    const comes = { ...presence, arrived: [idris], count: 2 };
    const goes = { ...presence, departed: ['amelie'], count: 1 };
    const state = hears(joined(), here, comes, goes);
    expect(shown(state)).toEqual({ count: 1, participants: [idris], large: false });
  });

  it('is kept over a reconnect until it is told anew', () => {
    const back = hears(joined(), here, joinedFrame({ room: aRoom({ participant_count: 1 }) }));
    expect(shown(back)).toEqual({ count: 1, participants: [amelie], large: false });
    const state = hears(back, { ...here, participants: [idris, amelie], count: 2 });
    expect(shown(state)).toEqual({ count: 2, participants: [idris, amelie], large: false });
  });

  it('is not listed in a large room', () => {
    expect(shown(hears(joined(), large))).toEqual({ count: 90, participants: null, large: true });
    const grown = hears(joined(), here, { ...presence, count: 76, large: true });
    expect(shown(grown)).toEqual({ count: 76, participants: null, large: true });
  });

  it('is listed in a room that is no longer large as soon as the list is there', () => {
    const shrunk = hears(joined(), large, { ...presence, count: 59 });
    expect(shown(shrunk)).toEqual({ count: 59, participants: null, large: true });
    expect(shown(hears(shrunk, here))).toEqual({ count: 1, participants: [amelie], large: false });
  });

  it('is not known any more when the room is not watched any more', () => {
    for (const frame of [here, large]) {
      const state = applyEvent(hears(joined(), frame), { type: 'unwatched', room: 'ops' });
      expect(shown(state)).toEqual({ count: frame.count, participants: null, large: false });
    }
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
