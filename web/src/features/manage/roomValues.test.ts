import { describe, expect, it } from 'vitest';
import type { Principal } from '../../api/types';
import { changes } from '../../ui/form/changes';
import { newRoomValues, roomBody } from './roomValues';

function principal(id: string): Principal {
  return {
    id,
    kind: 'user',
    address: `sip:${id}@contoso.example`,
    display_name: id,
    administrator: false,
    disabled: false,
  };
}

const idris = principal('idris');
const amelie = principal('amelie');
const start = newRoomValues(idris, 'trading');

describe('A new room', () => {
  it('is closed, with its creator as manager and member', () => {
    expect(roomBody(start)).toMatchObject({ privacy: 'closed', managers: ['idris'], members: ['idris'] });
  });
});

describe('What is sent of a room', () => {
  it('is only what was changed', () => {
    const values = { ...start, name: ' FX Spot ', members: [idris, amelie] };
    expect(changes(roomBody(start), roomBody(values))).toEqual({
      name: 'FX Spot',
      members: ['idris', 'amelie'],
    });
  });

  it('has null for an add-in that was taken away', () => {
    const before = { ...start, addin: 'stock-history' };
    expect(changes(roomBody(before), roomBody({ ...before, addin: null }))).toEqual({ addin: null });
  });

  it('has no members when the room became open', () => {
    expect(changes(roomBody(start), roomBody({ ...start, privacy: 'open' }))).toEqual({
      privacy: 'open',
      members: [],
    });
  });

  it('has no presenters unless it is an auditorium', () => {
    expect(roomBody({ ...start, presenters: [amelie] }).presenters).toEqual([]);
    expect(roomBody({ ...start, type: 'auditorium', presenters: [amelie] }).presenters).toEqual(['amelie']);
  });
});
