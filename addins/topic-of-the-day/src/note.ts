// The note and what can happen to it, as one pure function. The rule that must hold: what a person has written is never
// replaced by what somebody else wrote, and what somebody else wrote is never overwritten unseen.
import type { StorageEntry } from '@perch/addin';

/** What the room shares. */
export interface Note {
  readonly title: string;
  readonly text: string;
}

/** A stored note, with who and when. */
export interface Stored {
  readonly note: Note;
  readonly version: number;
  readonly at: string;
  readonly by: string;
}

/** Why saving was refused. */
export interface Refused {
  readonly code: string;
  readonly detail: string;
}

/** Where the page stands. */
export type State =
  | { readonly mode: 'loading' | 'outside' }
  | { readonly mode: 'failed'; readonly refused: Refused }
  | { readonly mode: 'reading'; readonly stored: Stored | null }
  | {
      readonly mode: 'editing';
      /** What the draft began from; saving replaces exactly this version. */
      readonly base: Stored | null;
      readonly draft: Note;
      /** A version that somebody stored after `base`. */
      readonly theirs: Stored | null;
      readonly saving: boolean;
      readonly refused: Refused | null;
    };

/** What can happen. */
export type Happening =
  | { readonly type: 'outside' }
  | { readonly type: 'failed'; readonly refused: Refused }
  /** The room's note is known, or somebody (this person included) changed it. */
  | { readonly type: 'stored'; readonly stored: Stored | null }
  | { readonly type: 'edit' }
  | { readonly type: 'typed'; readonly draft: Note }
  | { readonly type: 'save' }
  | { readonly type: 'saved'; readonly stored: Stored }
  /** Saving met another version, which is known by now. */
  | { readonly type: 'collided' }
  | { readonly type: 'refused'; readonly refused: Refused }
  /** Leave the editor for what is stored. */
  | { readonly type: 'discard' };

const EMPTY: Note = { title: '', text: '' };

/** Returns where the page stands after something happened. */
export function next(state: State, happening: Happening): State {
  switch (happening.type) {
    case 'outside':
      return { mode: 'outside' };
    case 'failed':
      return { mode: 'failed', refused: happening.refused };
    case 'stored':
      return stored(state, happening.stored);
    case 'edit':
      return state.mode === 'reading' ? editing(state.stored) : state;
    default:
      return state.mode === 'editing' ? edited(state, happening) : state;
  }
}

type Editing = Extract<State, { mode: 'editing' }>;
type WhileEditing = Exclude<Happening, { type: 'outside' | 'failed' | 'stored' | 'edit' }>;

function edited(state: Editing, happening: WhileEditing): State {
  switch (happening.type) {
    case 'typed':
      return { ...state, draft: happening.draft };
    case 'save':
      // Saving while theirs is shown means "keep mine": it replaces the version that the person has seen.
      return { ...state, base: state.theirs ?? state.base, theirs: null, saving: true, refused: null };
    case 'saved':
      return { mode: 'reading', stored: newer(happening.stored, state.theirs) };
    case 'collided':
      return { ...state, saving: false };
    case 'refused':
      return { ...state, saving: false, refused: happening.refused };
    case 'discard':
      return { mode: 'reading', stored: newer(state.base, state.theirs) };
  }
}

function stored(state: State, incoming: Stored | null): State {
  switch (state.mode) {
    case 'editing': {
      const known = versionOf(newer(state.base, state.theirs));
      return versionOf(incoming) > known ? { ...state, theirs: incoming } : state;
    }
    case 'reading':
      return { mode: 'reading', stored: newer(state.stored, incoming) };
    default:
      return { mode: 'reading', stored: incoming };
  }
}

function editing(base: Stored | null): State {
  return { mode: 'editing', base, draft: base?.note ?? EMPTY, theirs: null, saving: false, refused: null };
}

function newer(left: Stored | null, right: Stored | null): Stored | null {
  return versionOf(right) > versionOf(left) ? right : left;
}

function versionOf(note: Stored | null): number {
  return note?.version ?? 0;
}

/** Returns whether the draft says something else than what it began from. */
export function isChanged(state: Editing): boolean {
  const base = state.base?.note ?? EMPTY;
  return state.draft.title !== base.title || state.draft.text !== base.text;
}

/** Reads a stored entry; a value of another shape, written by another page, reads as an empty note. */
export function readEntry(entry: StorageEntry): Stored {
  const value: object = typeof entry.value === 'object' && entry.value !== null ? entry.value : {};
  const title: unknown = Reflect.get(value, 'title');
  const text: unknown = Reflect.get(value, 'text');
  return {
    note: { title: typeof title === 'string' ? title : '', text: typeof text === 'string' ? text : '' },
    version: entry.version,
    at: entry.updated_at,
    by: entry.updated_by.display_name,
  };
}
