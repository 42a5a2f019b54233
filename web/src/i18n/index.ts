/**
 * Languages. A language's strings are one lazily loaded file per language; both have the same keys (tested),
 * so there is no fallback. The browser chooses first, the person afterwards.
 */
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { readPreference, writePreference } from '../app/preferences';

export const languages = [
  { id: 'en', name: 'English' },
  { id: 'fr', name: 'Français' },
] as const;

export type Language = (typeof languages)[number]['id'];

const loaders: Record<Language, () => Promise<{ resources: Record<string, object> }>> = {
  en: () => import('./en'),
  fr: () => import('./fr'),
};

function isLanguage(value: string | undefined): value is Language {
  return languages.some((language) => language.id === value);
}

/** The remembered language, or the first of the browser's that exists here. */
export function preferredLanguage(wanted: readonly string[] = navigator.languages): Language {
  const remembered = readPreference('language');
  if (isLanguage(remembered)) return remembered;
  const found = wanted.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLanguage);
  return found ?? 'en';
}

async function load(language: Language): Promise<void> {
  if (i18next.hasResourceBundle(language, 'common')) return;
  const { resources } = await loaders[language]();
  for (const [namespace, strings] of Object.entries(resources)) {
    i18next.addResourceBundle(language, namespace, strings);
  }
}

export async function startI18n(language: Language = preferredLanguage()): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: language,
    resources: {},
    defaultNS: 'common',
    fallbackLng: false,
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
  });
  await showLanguage(language);
}

async function showLanguage(language: Language): Promise<void> {
  await load(language);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}

export async function chooseLanguage(language: Language): Promise<void> {
  writePreference('language', language);
  await showLanguage(language);
}

export function currentLanguage(): Language {
  return isLanguage(i18next.language) ? i18next.language : 'en';
}
