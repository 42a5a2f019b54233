// What can happen to the note: nothing a person wrote is lost, nothing is overwritten unseen.
import type { StorageEntry } from '@perch/addin';
import { describe, expect, it } from 'vitest';
import { type Happening, isChanged, next, readEntry, type State, type Stored } from '../src/note.js';

function version(number: number, title = `Topic ${number}`): Stored {
  return { note: { title, text: 'text' }, version: number, at: '2026-11-24T09:14:00Z', by: 'Idris K.' };
}

function reached(...happenings: readonly Happening[]): State {
  return happenings.reduce(next, { mode: 'loading' } as State);
}

const mine = { title: 'Mine', text: 'my words' };

describe('reading', () => {
  it('shows what is stored, and what others store', () => {
    expect(reached({ type: 'stored', stored: null })).toEqual({ mode: 'reading', stored: null });
    expect(reached({ type: 'stored', stored: null }, { type: 'stored', stored: version(1) })).toEqual({
      mode: 'reading',
      stored: version(1),
    });
  });

  it('ignores an older version that arrives late', () => {
    const state = reached({ type: 'stored', stored: version(3) }, { type: 'stored', stored: version(2) });
    expect(state).toEqual({ mode: 'reading', stored: version(3) });
  });
});

describe('editing', () => {
  const begun: readonly Happening[] = [
    { type: 'stored', stored: version(1) },
    { type: 'edit' },
    { type: 'typed', draft: mine },
  ];

  it('begins from what is stored', () => {
    const state = reached({ type: 'stored', stored: version(1) }, { type: 'edit' });
    expect(state).toMatchObject({ mode: 'editing', draft: version(1).note, saving: false });
    expect(state.mode === 'editing' && isChanged(state)).toBe(false);
  });

  it('keeps the draft when someone else stores a version, and shows theirs', () => {
    const state = reached(...begun, { type: 'stored', stored: version(2) });
    expect(state).toMatchObject({ mode: 'editing', draft: mine, theirs: version(2), base: version(1) });
    expect(state.mode === 'editing' && isChanged(state)).toBe(true);
  });

  it('keeping mine replaces exactly the version that was seen', () => {
    const state = reached(...begun, { type: 'stored', stored: version(2) }, { type: 'save' });
    expect(state).toMatchObject({
      mode: 'editing',
      base: version(2),
      theirs: null,
      saving: true,
      draft: mine,
    });
  });

  it('taking theirs leaves the draft', () => {
    const state = reached(...begun, { type: 'stored', stored: version(2) }, { type: 'discard' });
    expect(state).toEqual({ mode: 'reading', stored: version(2) });
  });

  it('a collision leads back to the draft, with theirs beside it', () => {
    const state = reached(
      ...begun,
      { type: 'save' },
      { type: 'stored', stored: version(2) },
      { type: 'collided' },
    );
    expect(state).toMatchObject({ mode: 'editing', draft: mine, theirs: version(2), saving: false });
  });

  it('the live event of its own save is no conflict', () => {
    const saved = version(2, 'Mine');
    const state = reached(
      ...begun,
      { type: 'save' },
      { type: 'stored', stored: saved },
      { type: 'saved', stored: saved },
    );
    expect(state).toEqual({ mode: 'reading', stored: saved });
  });

  it('a refusal keeps the draft', () => {
    const refused = { code: 'ErrorPermission', detail: 'Only members may write.' };
    const state = reached(...begun, { type: 'save' }, { type: 'refused', refused });
    expect(state).toMatchObject({ mode: 'editing', draft: mine, refused, saving: false });
  });

  it('writing happens only in the editor', () => {
    const reading = reached({ type: 'stored', stored: version(1) });
    expect(next(reading, { type: 'typed', draft: mine })).toBe(reading);
    expect(next({ mode: 'loading' }, { type: 'edit' })).toEqual({ mode: 'loading' });
  });
});

describe('readEntry', () => {
  const entry: StorageEntry = {
    key: 'topic',
    value: { title: 'Fixing', text: 'moved to 16:00' },
    version: 4,
    updated_at: '2026-11-24T09:14:00Z',
    updated_by: { id: 'u2', address: 'sip:idris@contoso.com', display_name: 'Idris K.' },
  };

  it('reads a note', () => {
    expect(readEntry(entry)).toEqual({
      note: { title: 'Fixing', text: 'moved to 16:00' },
      version: 4,
      at: '2026-11-24T09:14:00Z',
      by: 'Idris K.',
    });
  });

  it.each([null, 'text', 7, [], { title: 1 }])('reads %j as an empty note', (value) => {
    expect(readEntry({ ...entry, value }).note).toEqual({ title: '', text: '' });
  });
});
