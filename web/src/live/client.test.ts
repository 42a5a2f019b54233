import { describe, expect, it } from 'vitest';
import { aParticipant, aRoom } from '../test/builders';
import { aLiveClient } from '../test/live';

describe('who has a room open', () => {
  const watch = { type: 'watch', room: 'ops', watching: true };
  const join = expect.objectContaining({ type: 'join' });
  const leave = { type: 'leave', room: 'ops' };

  it('is not asked of rooms in the background', () => {
    const { live, sent } = aLiveClient();
    live.keepJoined(['ops', 'rates']);
    expect(sent()).toEqual([join]);
  });

  it('is asked of a room that is opened for reading', () => {
    const { live, sent } = aLiveClient();
    live.openRoom('ops');
    expect(sent()).toEqual([join, watch]);
  });

  it('is asked of a room that is held for a window', () => {
    const { live, sent } = aLiveClient();
    live.holdRoom('ops');
    expect(sent()).toEqual([join, watch]);
  });

  it('is asked of a room of the background only while it is open, and known only as long', () => {
    const { live, says, sent } = aLiveClient();
    live.keepJoined(['ops']);
    says({ type: 'joined', id: 1, room: aRoom(), messages: [], head: 0, reload: false });
    sent();
    const close = live.openRoom('ops');
    expect(sent()).toEqual([watch]);
    says({ type: 'participants', room: 'ops', participants: [aParticipant('idris')], count: 1 });
    expect(live.state.rooms.ops?.participants).toEqual([aParticipant('idris')]);
    close();
    expect(sent()).toEqual([{ ...watch, watching: false }]);
    expect(live.state.rooms.ops?.participants).toBeNull();
  });

  it('is asked as long as the room is open or held', () => {
    const { live, sent } = aLiveClient();
    live.keepJoined(['ops']);
    const close = live.openRoom('ops');
    const release = live.holdRoom('ops');
    sent();
    close();
    expect(sent()).toEqual([]);
    release();
    expect(sent()).toEqual([{ ...watch, watching: false }]);
  });

  it('needs no word of its own when the room is left', () => {
    const { live, sent } = aLiveClient();
    const close = live.openRoom('ops');
    sent();
    close();
    expect(sent()).toEqual([leave]);
  });
});
