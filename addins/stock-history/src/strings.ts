// Every word of the page, in English and French, and how each language writes numbers and dates.

/** The words of one language. */
export interface Strings {
  readonly title: string;
  readonly waiting: string;
  readonly waitingHint: string;
  readonly unknown: (ticker: string) => string;
  readonly unknownHint: (known: readonly string[]) => string;
  readonly unreachable: string;
  readonly unreachableHint: (source: string) => string;
  readonly retry: string;
  readonly outside: string;
  readonly outsideHint: string;
  readonly failed: string;
  readonly years: (years: number | null) => string;
  readonly yearsSpoken: (years: number | null) => string;
  readonly periods: string;
  readonly between: (first: string, last: string) => string;
  /** Without a name when the room does not say who it was. */
  readonly posted: (name: string | undefined, time: string) => string;
  readonly source: (source: string) => string;
  readonly library: string;
  readonly chart: (summary: string) => string;
  readonly share: string;
  readonly shared: string;
  readonly change: string;
  readonly period: string;
  readonly history: string;
}

const ENGLISH: Strings = {
  title: 'Stock history',
  waiting: 'Post a ticker such as $MSFT',
  waitingHint: 'The price history of the ticker last posted in this room appears here.',
  unknown: (ticker) => `No prices for ${ticker}`,
  unknownHint: (known) =>
    known.length > 0
      ? `The source of this add-in has ${list(known, 'en')}.`
      : 'The source of this add-in does not have this ticker.',
  unreachable: 'The prices cannot be reached',
  unreachableHint: (source) =>
    `${source} did not answer with prices. Try again, or tell whoever looks after this add-in.`,
  retry: 'Try again',
  outside: 'This page belongs beside a room',
  outsideHint:
    'Stock history is an add-in for Perch: open a room that has it, and it shows the ticker last posted there.',
  failed: 'The room does not answer',
  years: (years) => (years === null ? 'All' : `${years}Y`),
  yearsSpoken: (years) => (years === null ? 'Everything' : years === 1 ? '1 year' : `${years} years`),
  periods: 'Period',
  between: (first, last) => `${first} – ${last}`,
  posted: (name, time) => (name === undefined ? `Posted ${time}` : `Posted by ${name}, ${time}`),
  source: (source) => `Prices: ${source}`,
  library: 'Charts by TradingView',
  chart: (summary) => `Price history. ${summary}`,
  share: 'Post in the room',
  shared: 'Posted in the room',
  change: 'Change',
  period: 'Period',
  history: 'Price history',
};

const FRENCH: Strings = {
  title: 'Historique des cours',
  waiting: 'Publiez un symbole tel que $MSFT',
  waitingHint: 'L’historique des cours du dernier symbole publié dans cette salle s’affiche ici.',
  unknown: (ticker) => `Aucun cours pour ${ticker}`,
  unknownHint: (known) =>
    known.length > 0
      ? `La source de ce complément contient ${list(known, 'fr')}.`
      : 'La source de ce complément ne contient pas ce symbole.',
  unreachable: 'Les cours sont inaccessibles',
  unreachableHint: (source) =>
    `${source} n’a pas fourni de cours. Réessayez, ou prévenez la personne qui gère ce complément.`,
  retry: 'Réessayer',
  outside: 'Cette page a sa place à côté d’une salle',
  outsideHint:
    'Historique des cours est un complément pour Perch\u202f: ouvrez une salle qui l’utilise, et il montre le dernier symbole publié.',
  failed: 'La salle ne répond pas',
  years: (years) => (years === null ? 'Tout' : years === 1 ? '1\u00a0an' : `${years}\u00a0ans`),
  yearsSpoken: (years) => (years === null ? 'Tout l’historique' : years === 1 ? '1 an' : `${years} ans`),
  periods: 'Période',
  between: (first, last) => `${first} – ${last}`,
  posted: (name, time) => (name === undefined ? `Publié ${time}` : `Publié par ${name}, ${time}`),
  source: (source) => `Cours\u202f: ${source}`,
  library: 'Graphiques par TradingView',
  chart: (summary) => `Historique des cours. ${summary}`,
  share: 'Publier dans la salle',
  shared: 'Publié dans la salle',
  change: 'Variation',
  period: 'Période',
  history: 'Historique des cours',
};

/** Returns the words for a BCP 47 tag: French for French, English for everything else. */
export function stringsFor(locale: string): Strings {
  return locale.toLowerCase().startsWith('fr') ? FRENCH : ENGLISH;
}

/** Writes a price with two decimals. */
export function price(value: number, locale: string): string {
  return new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(value);
}

/** Writes a change with its sign; less is the minus sign, as wide as the plus. */
export function percent(ratio: number, locale: string): string {
  return new Intl.NumberFormat(locale, {
    style: 'percent',
    signDisplay: 'exceptZero',
    maximumFractionDigits: Math.abs(ratio) < 10 ? 1 : 0,
  })
    .format(ratio)
    .replace('-', '−');
}

/** Writes a month, "Mar 2010". */
export function month(day: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { month: 'short', year: 'numeric', timeZone: 'UTC' }).format(
    new Date(day),
  );
}

/** Writes when a message was posted: the time, and the day unless it is today. */
export function moment(at: string, locale: string, now: Date): string {
  const time = new Date(at);
  const today = time.toDateString() === now.toDateString();
  return new Intl.DateTimeFormat(locale, {
    ...(today ? {} : { day: 'numeric', month: 'short' }),
    hour: '2-digit',
    minute: '2-digit',
  }).format(time);
}

function list(words: readonly string[], locale: string): string {
  const shown = words.slice(0, 12);
  return new Intl.ListFormat(locale).format(words.length > shown.length ? [...shown, '…'] : shown);
}
