/** The queue of short notices. `toast()` may be called from anywhere; ToastRegion shows them. */

export interface ToastNotice {
  id: number;
  tone: 'info' | 'ok' | 'error';
  text: string;
  /** One thing that can be done about it. */
  action?: { label: string; run: () => void };
}

type Listener = (notices: readonly ToastNotice[]) => void;

const SHOWN_MS = 6000;
let notices: readonly ToastNotice[] = [];
let nextId = 1;
const listeners = new Set<Listener>();

function publish(next: readonly ToastNotice[]) {
  notices = next;
  for (const listener of listeners) listener(next);
}

export function toast(text: string, options: Partial<Pick<ToastNotice, 'tone' | 'action'>> = {}): void {
  const notice: ToastNotice = { tone: 'info', ...options, id: nextId++, text };
  publish([...notices.slice(-2), notice]);
  // Errors and offers stay until they are dismissed: reading speed differs.
  if (notice.tone !== 'error' && !notice.action) {
    setTimeout(() => dismissToast(notice.id), SHOWN_MS);
  }
}

export function dismissToast(id: number): void {
  publish(notices.filter((notice) => notice.id !== id));
}

export function subscribeToasts(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function currentToasts(): readonly ToastNotice[] {
  return notices;
}
