import { describe, expect, it } from 'vitest';
import { aRoom } from '../../test/builders';
import { initials, neighbour, railRooms } from './railRooms';

describe('the rooms of the rail', () => {
  it('are ordered by name without regard to case and accents', () => {
    const rooms = ['settlements', 'Équipe', 'Desk 10', 'Desk 9'].map((name) => aRoom({ id: name, name }));
    const names = railRooms(rooms, [], 'fr').followed.map((room) => room.name);
    expect(names).toEqual(['Desk 9', 'Desk 10', 'Équipe', 'settlements']);
  });

  it('stand once, under the rooms that are followed', () => {
    const ops = aRoom({ id: 'ops' });
    const rates = aRoom({ id: 'rates' });
    expect(railRooms([ops], [ops, rates], 'en').member).toEqual([rates]);
  });
});

describe('the way from room to room', () => {
  it('goes around the ends', () => {
    expect(neighbour(['a', 'b', 'c'], 'c', 1)).toBe('a');
    expect(neighbour(['a', 'b', 'c'], 'a', -1)).toBe('c');
  });

  it('begins at the nearer end when no room is open', () => {
    expect(neighbour(['a', 'b'], undefined, 1)).toBe('a');
    expect(neighbour(['a', 'b'], undefined, -1)).toBe('b');
  });

  it('leads nowhere without rooms', () => {
    expect(neighbour([], undefined, 1)).toBeUndefined();
  });
});

describe('the initials of a room', () => {
  it.each([
    ['FX Spot', 'FS'],
    ['Équities', 'ÉQ'],
    ['#1 – desk', '1D'],
    ['…', '…'],
  ])('of %s are %s', (name, expected) => {
    expect(initials(name)).toBe(expected);
  });
});
