/** What the page is told of those who come and go, from the frames of a watched room. */
import { act, renderHook } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { LiveContext } from '../../live/hooks';
import { aParticipant, aRoom } from '../../test/builders';
import { aLiveClient } from '../../test/live';
import { type Told, useRoomTelling } from './useRoomTelling';

function telling(here: object) {
  const { live, says } = aLiveClient();
  live.openRoom('ops');
  says({ type: 'joined', id: 1, room: aRoom(), messages: [], head: 0, reload: false });
  says({ type: 'participants', room: 'ops', ...here });
  const told: Told = {
    tell: vi.fn(),
    grant: vi.fn(),
    tellRoom: vi.fn(),
    tellMessages: vi.fn(),
    tellContext: vi.fn(),
  };
  const options = {
    bridge: { current: told },
    room: aRoom(),
    addin: 'quotes',
    environment: { locale: 'en', theme: 'light' } as const,
  };
  renderHook(() => useRoomTelling(options), {
    wrapper: ({ children }) => <LiveContext value={live}>{children}</LiveContext>,
  });
  return (frame: object) => {
    vi.mocked(told.tell).mockClear();
    act(() => says({ room: 'ops', ...frame }));
    return vi
      .mocked(told.tell)
      .mock.calls.filter(([event]) => event === 'participants.changed')
      .map(([, params]) => params);
  };
}

describe('the page of a room', () => {
  const [amelie, idris, noor] = ['amelie', 'idris', 'noor'].map(aParticipant);
  const is = (id: string) => expect.objectContaining({ id });
  const presence = { type: 'presence', arrived: [], departed: [], large: false };

  it('is told who comes and goes', () => {
    const frame = telling({ participants: [amelie], count: 1 });
    expect(frame({ ...presence, arrived: [idris], count: 2 })).toEqual([
      { arrived: [is('idris')], departed: [], count: 2 },
    ]);
    expect(frame({ ...presence, departed: ['amelie'], count: 1 })).toEqual([
      { arrived: [], departed: ['amelie'], count: 1 },
    ]);
  });

  it('is told of a list that comes anew what is different from the one before', () => {
    const frame = telling({ participants: [amelie], count: 1 });
    frame({ ...presence, arrived: [idris], count: 2 });
    expect(frame({ type: 'participants', participants: [amelie, idris], count: 2 })).toEqual([]);
    expect(frame({ type: 'participants', participants: [noor, idris], count: 2 })).toEqual([
      { arrived: [is('noor')], departed: ['amelie'], count: 2 },
    ]);
  });

  it('is told of a large room only how many are there', () => {
    const frame = telling({ participants: [amelie], count: 1 });
    const large = { type: 'participants', participants: null, count: 90 };
    expect(frame(large)).toEqual([{ arrived: [], departed: [], count: 90 }]);
    expect(frame(large)).toEqual([]);
  });
});
