/**
 * What a person set for this browser: theme, density, language, widths. Kept in localStorage, mirrored on
 * <html> where the style sheets read it. A browser that refuses storage loses only the memory.
 */
import { useSyncExternalStore } from 'react';

export type Theme = 'system' | 'light' | 'dark';
export type Density = 'compact' | 'comfortable';

export interface Preferences {
  theme: Theme;
  density: Density;
  language: string;
  pane_width: string;
  pane_shown: string;
  participants_shown: string;
  rail_folded: string;
  last_room: string;
}

const PREFIX = 'perch.';
const listeners = new Set<() => void>();
const unsaved = new Map<string, string>();

export function readPreference<K extends keyof Preferences>(name: K): Preferences[K] | undefined {
  const kept = unsaved.get(name);
  if (kept !== undefined) return kept as Preferences[K];
  try {
    return (localStorage.getItem(PREFIX + name) ?? undefined) as Preferences[K] | undefined;
  } catch {
    return undefined;
  }
}

export function writePreference<K extends keyof Preferences>(name: K, value: Preferences[K]): void {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    unsaved.set(name, value);
  }
  applyPreferences();
  for (const listener of listeners) listener();
}

/** Puts theme and density on <html>. */
export function applyPreferences(): void {
  const root = document.documentElement;
  root.dataset.theme = readPreference('theme') ?? 'system';
  root.dataset.density = readPreference('density') ?? 'compact';
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', listener);
  };
}

export function usePreference<K extends keyof Preferences>(
  name: K,
  initial: Preferences[K],
): [Preferences[K], (value: Preferences[K]) => void] {
  const value = useSyncExternalStore(subscribe, () => readPreference(name) ?? initial);
  return [value, (next) => writePreference(name, next)];
}

/** The theme in effect, with "system" resolved. */
export function effectiveTheme(theme: Theme): 'light' | 'dark' {
  if (theme !== 'system') return theme;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

function subscribeScheme(listener: () => void): () => void {
  const query = matchMedia('(prefers-color-scheme: dark)');
  query.addEventListener('change', listener);
  const unsubscribe = subscribe(listener);
  return () => {
    query.removeEventListener('change', listener);
    unsubscribe();
  };
}

/** The theme in effect, followed as it changes; for what cannot read our style sheets, such as add-ins. */
export function useEffectiveTheme(): 'light' | 'dark' {
  return useSyncExternalStore(subscribeScheme, () => effectiveTheme(readPreference('theme') ?? 'system'));
}
