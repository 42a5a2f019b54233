import { describe, expect, it } from 'vitest';
import { changes } from './changes';

const room = { name: 'FX Spot', addin: null as string | null, members: ['idris', 'amelie'], disabled: false };

describe('The changes of a form', () => {
  it('are empty when nothing was changed', () => {
    expect(changes(room, { ...room, members: ['idris', 'amelie'] })).toEqual({});
  });

  it('have only the fields that differ', () => {
    expect(changes(room, { ...room, name: 'FX Forward' })).toEqual({ name: 'FX Forward' });
  });

  it('have the whole of a list of which one entry differs', () => {
    expect(changes(room, { ...room, members: ['idris'] })).toEqual({ members: ['idris'] });
  });

  it('have null where something was set to none', () => {
    expect(changes({ ...room, addin: 'prices' }, room)).toEqual({ addin: null });
  });
});
