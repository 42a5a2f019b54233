// The page: draws a state in one language and theme, and reports what the person does. Holds no note of its own.
import type { Environment } from '@perch/addin';
import { isChanged, type Note, type Refused, type State, type Stored } from './note.js';
import { moment, type Strings, stringsFor } from './strings.js';

/** What the person may do. */
export interface Acts {
  readonly edit: () => void;
  readonly typed: (draft: Note) => void;
  readonly save: () => void;
  readonly discard: () => void;
}

/** Draws states. */
export class View {
  readonly #title = part('title-field', HTMLInputElement);
  readonly #text = part('text-field', HTMLTextAreaElement);
  #environment: Environment;
  #state: State = { mode: 'loading' };

  constructor(environment: Environment, acts: Acts) {
    this.#environment = environment;
    part('edit', HTMLElement).addEventListener('click', acts.edit);
    part('write', HTMLElement).addEventListener('click', acts.edit);
    part('cancel', HTMLElement).addEventListener('click', acts.discard);
    const form = part('form', HTMLFormElement);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      acts.save();
    });
    form.addEventListener('input', () => acts.typed({ title: this.#title.value, text: this.#text.value }));
    form.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        form.requestSubmit();
      }
      // Escape leaves only what would lose nothing.
      if (event.key === 'Escape' && this.#state.mode === 'editing' && !isChanged(this.#state)) {
        acts.discard();
      }
    });
    this.dress(environment);
  }

  /** Takes a language and a theme. */
  dress(environment: Environment): void {
    this.#environment = environment;
    document.documentElement.lang = environment.locale;
    document.documentElement.dataset.theme = environment.theme;
    const strings = this.#strings();
    document.title = strings.name;
    write('label', strings.name);
    write('edit', strings.edit);
    write('write', strings.write);
    write('title-label', strings.title);
    write('text-label', strings.text);
    write('keys', strings.keys);
    this.show(this.#state);
  }

  /** Shows one state; focus follows the person between reading and writing. */
  show(state: State): void {
    const before = this.#state;
    this.#state = state;
    const reading = state.mode === 'reading' ? state.stored : null;
    part('page', HTMLElement).dataset.state = state.mode;
    part('note', HTMLElement).hidden = reading === null;
    part('form', HTMLElement).hidden = state.mode !== 'editing';
    part('notice', HTMLElement).hidden =
      reading !== null || state.mode === 'editing' || state.mode === 'loading';
    part('write', HTMLElement).hidden = state.mode !== 'reading';
    this.#notice(state);
    if (reading !== null) {
      this.#note(reading);
      this.#announce(before, reading);
    }
    if (state.mode === 'editing') {
      this.#editor(state, before);
    } else if (before.mode === 'editing') {
      part(reading === null ? 'write' : 'edit', HTMLElement).focus();
    }
  }

  #strings(): Strings {
    return stringsFor(this.#environment.locale);
  }

  #notice(state: State): void {
    const strings = this.#strings();
    if (state.mode === 'outside') {
      write('notice-title', strings.outside);
      write('notice-hint', strings.outsideHint);
    } else if (state.mode === 'failed') {
      write('notice-title', strings.failed);
      write('notice-hint', this.#sentence(state.refused));
    } else {
      write('notice-title', strings.empty);
      write('notice-hint', strings.emptyHint);
    }
  }

  #note({ note, by, at }: Stored): void {
    write('title', note.title);
    write('text', note.text);
    write('changed', this.#who(by, at));
  }

  #announce(before: State, reading: Stored): void {
    if (before.mode === 'reading' && reading.version > (before.stored?.version ?? 0)) {
      write('news', this.#strings().news(reading.by));
    }
  }

  #editor(state: Extract<State, { mode: 'editing' }>, before: State): void {
    const strings = this.#strings();
    if (before.mode !== 'editing') {
      this.#title.value = state.draft.title;
      this.#text.value = state.draft.text;
      this.#title.focus();
    }
    // A change that arrives while saving is either the person's own or will be answered with a collision.
    const theirs = state.saving ? null : state.theirs;
    part('theirs', HTMLElement).hidden = theirs === null;
    if (theirs !== null) {
      write('theirs-heading', strings.theirs);
      write('theirs-changed', this.#who(theirs.by, theirs.at));
      write('theirs-title', theirs.note.title);
      write('theirs-text', theirs.note.text);
    }
    part('refusal', HTMLElement).hidden = state.refused === null;
    write('refusal', state.refused === null ? '' : this.#sentence(state.refused));
    write('save', state.saving ? strings.saving : theirs === null ? strings.save : strings.keepMine);
    write('cancel', theirs === null ? strings.cancel : strings.takeTheirs);
    part('save', HTMLButtonElement).disabled = state.saving;
  }

  #who(name: string, at: string): string {
    const { locale } = this.#environment;
    return this.#strings().changed(name, moment(at, locale, new Date()));
  }

  #sentence(refused: Refused): string {
    return this.#strings().refusals[refused.code] ?? refused.detail;
  }
}

function part<T extends HTMLElement>(id: string, kind: new () => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) {
    throw new Error(`The page has no part "${id}".`);
  }
  return element;
}

/** Writes only what differs: a live region would say the same words again. */
function write(id: string, text: string): void {
  const element = part(id, HTMLElement);
  if (element.textContent !== text) {
    element.textContent = text;
  }
}
