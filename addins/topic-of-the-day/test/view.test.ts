// The page as a person meets it: what is hidden, what is said, where the focus goes.
import { readFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it, type Mock, vi } from 'vitest';
import type { State, Stored } from '../src/note.js';
import { type Acts, View } from '../src/view.js';

const HOSTILE: Stored = {
  note: { title: '<img src=x onerror=alert(1)>', text: 'line one\nline two' },
  version: 1,
  at: '2026-11-24T09:14:00Z',
  by: 'Idris K.',
};

let acts: { [K in keyof Acts]: Mock<Acts[K]> };
let view: View;

function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) {
    throw new Error(`no #${id}`);
  }
  return element;
}

function editing(change: Partial<Extract<State, { mode: 'editing' }>> = {}): State {
  return {
    mode: 'editing',
    base: null,
    draft: { title: '', text: '' },
    theirs: null,
    saving: false,
    refused: null,
    ...change,
  };
}

beforeEach(async () => {
  const page = await readFile('index.html', 'utf8');
  document.body.innerHTML = /<body>([\s\S]*)<\/body>/.exec(page)?.[1] ?? '';
  acts = { edit: vi.fn(), typed: vi.fn(), save: vi.fn(), discard: vi.fn() };
  view = new View({ locale: 'en', theme: 'dark' }, acts);
});

describe('the page', () => {
  it('shows nothing before it knows', () => {
    expect(['note', 'form', 'notice'].every((id) => byId(id).hidden)).toBe(true);
    expect(document.documentElement.dataset.theme).toBe('dark');
  });

  it('offers to write the first topic', () => {
    view.show({ mode: 'reading', stored: null });
    expect(byId('notice-title').textContent).toBe('No topic yet');
    byId('write').click();
    expect(acts.edit).toHaveBeenCalledOnce();
  });

  it('shows text as text', () => {
    view.show({ mode: 'reading', stored: HOSTILE });
    expect(byId('title').children).toHaveLength(0);
    expect(byId('title').textContent).toBe(HOSTILE.note.title);
    expect(byId('changed').textContent).toContain('Idris K.');
  });

  it('says aloud that someone changed the topic', () => {
    view.show({ mode: 'reading', stored: HOSTILE });
    view.show({ mode: 'reading', stored: { ...HOSTILE, version: 2 } });
    expect(byId('news').textContent).toBe('Idris K. changed the topic.');
  });

  it('says honestly that it is outside a room, in French too', () => {
    view.show({ mode: 'outside' });
    expect(byId('notice-title').textContent).toBe('This page belongs beside a room');
    view.dress({ locale: 'fr-CA', theme: 'light' });
    expect(byId('notice-title').textContent).toBe('Cette page a sa place à côté d’une salle');
    expect(document.documentElement.lang).toBe('fr-CA');
    expect(byId('write').hidden).toBe(true);
  });
});

describe('the editor', () => {
  it('takes the focus, gives it back, and reports what is typed', () => {
    view.show({ mode: 'reading', stored: HOSTILE });
    view.show(editing({ base: HOSTILE, draft: HOSTILE.note }));
    expect(document.activeElement).toBe(byId('title-field'));
    byId('text-field').dispatchEvent(new Event('input', { bubbles: true }));
    expect(acts.typed).toHaveBeenCalledWith(HOSTILE.note);
    view.show({ mode: 'reading', stored: HOSTILE });
    expect(document.activeElement).toBe(byId('edit'));
  });

  it('Escape leaves an unchanged draft and stays in a changed one', () => {
    view.show(editing({ draft: { title: 'x', text: '' } }));
    byId('title-field').dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    expect(acts.discard).not.toHaveBeenCalled();
    view.show(editing());
    byId('title-field').dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    expect(acts.discard).toHaveBeenCalledOnce();
  });

  it('shows theirs beside mine and names both ways out', () => {
    view.show(editing({ theirs: HOSTILE }));
    expect(byId('theirs').hidden).toBe(false);
    expect(byId('theirs-text').textContent).toBe(HOSTILE.note.text);
    expect([byId('save').textContent, byId('cancel').textContent]).toEqual(['Keep mine', 'Take theirs']);
  });

  it("shows the server's sentence when it refuses", () => {
    view.show(editing({ refused: { code: 'ErrorPermission', detail: 'Ask a manager.' } }));
    expect(byId('refusal').textContent).toBe('Ask a manager.');
    view.dress({ locale: 'fr', theme: 'light' });
    expect(byId('refusal').textContent).toBe('Vous n’avez pas le droit de modifier le sujet de cette salle.');
  });
});
