// Where the prices come from: one file with all tickers, or an address per ticker. Reading is pure and bounded by what
// is a date and what is a price; whatever else a row holds is passed over.

/** One closing price. */
export interface Price {
  /** The day, `2010-03-01`. */
  readonly day: string;
  readonly value: number;
}

/** What an administrator may configure, in `config.json` beside the page or by query parameters of the same names. */
export interface SourceConfig {
  /** An address of CSV or JSON, relative to the page or absolute; `{ticker}` in it makes it an address per ticker. */
  readonly source: string;
  /** The currency code shown behind prices. */
  readonly currency: string;
}

/** What was found for a ticker. `known` lists the tickers there are, when the source holds all of them. */
export type Found =
  | { readonly kind: 'prices'; readonly prices: readonly Price[] }
  | { readonly kind: 'unknown'; readonly known: readonly string[] };

const DEFAULTS: SourceConfig = { source: 'stocks.csv', currency: 'USD' };
const TIMEOUT_MS = 10_000;

/** Reads the configuration: the query wins over `config.json`, which wins over the prices that come with the add-in. */
export async function readConfig(query: URLSearchParams): Promise<SourceConfig> {
  const file = await configFile();
  const pick = (key: keyof SourceConfig): string => {
    const value = query.get(key) ?? file[key];
    return typeof value === 'string' && value !== '' ? value : DEFAULTS[key];
  };
  return { source: pick('source'), currency: pick('currency') };
}

async function configFile(): Promise<Readonly<Record<string, unknown>>> {
  try {
    const answer = await fetch('config.json', { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const value: unknown = answer.ok ? await answer.json() : {};
    return isRecord(value) ? value : {};
  } catch {
    // The file is optional; without it the add-in shows the prices that came with it.
    return {};
  }
}

/** Finds the prices of tickers. A source that holds all tickers is read once, again after a failure. */
export class PriceSource {
  readonly #address: string;
  #all: Promise<ReadonlyMap<string, readonly Price[]>> | null = null;

  constructor(address: string) {
    this.#address = address;
  }

  /** Rejects when the source cannot be reached or answers something else than prices. */
  async find(ticker: string): Promise<Found> {
    if (this.#address.includes('{ticker}')) {
      return this.#findOne(ticker);
    }
    this.#all ??= load(this.#address).then((text) => readPrices(text ?? '', ''));
    try {
      const all = await this.#all;
      const prices = all.get(ticker);
      return prices === undefined
        ? { kind: 'unknown', known: [...all.keys()].sort() }
        : { kind: 'prices', prices };
    } catch (error) {
      this.#all = null;
      throw error;
    }
  }

  async #findOne(ticker: string): Promise<Found> {
    const text = await load(
      this.#address.replaceAll('{ticker}', encodeURIComponent(ticker)),
      'absent is an answer',
    );
    const prices = text === null ? undefined : readPrices(text, ticker).get(ticker);
    return prices === undefined ? { kind: 'unknown', known: [] } : { kind: 'prices', prices };
  }
}

async function load(address: string, absent?: 'absent is an answer'): Promise<string | null> {
  const answer = await fetch(address, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (answer.status === 404 && absent !== undefined) {
    return null;
  }
  if (!answer.ok) {
    throw new Error(`The source answered ${answer.status}.`);
  }
  return answer.text();
}

/**
 * Reads prices by ticker, oldest first, one per day. CSV has a header naming the columns `date` and `price` (or `close`)
 * and, for several tickers, `symbol` (or `ticker`); JSON is an array of objects with the same names. Rows without a
 * ticker belong to `ticker`. Throws when it is neither.
 */
export function readPrices(text: string, ticker: string): ReadonlyMap<string, readonly Price[]> {
  const byTicker = new Map<string, Map<string, number>>();
  for (const row of rows(text)) {
    const symbol = (field(row, 'symbol', 'ticker') || ticker).toUpperCase();
    const day = readDay(field(row, 'date', 'day'));
    const digits = field(row, 'price', 'close');
    const value = Number(digits);
    if (symbol !== '' && day !== null && digits !== '' && Number.isFinite(value)) {
      const days = byTicker.get(symbol) ?? new Map<string, number>();
      days.set(day, value);
      byTicker.set(symbol, days);
    }
  }
  const sorted = new Map<string, readonly Price[]>();
  for (const [symbol, days] of byTicker) {
    const prices = [...days].map(([day, value]) => ({ day, value }));
    sorted.set(
      symbol,
      prices.sort((left, right) => left.day.localeCompare(right.day)),
    );
  }
  return sorted;
}

type Row = ReadonlyMap<string, string>;

function rows(text: string): Row[] {
  const trimmed = text.trim();
  if (trimmed.startsWith('[')) {
    const list: unknown = JSON.parse(trimmed);
    return (Array.isArray(list) ? list : []).filter(isRecord).map((item) => {
      return new Map(Object.entries(item).map(([key, value]) => [key.toLowerCase(), String(value ?? '')]));
    });
  }
  const [head = '', ...lines] = trimmed.split(/\r?\n/);
  const names = cells(head).map((name) => name.toLowerCase());
  if (!names.includes('date') || !(names.includes('price') || names.includes('close'))) {
    throw new Error('The source is neither CSV with the columns date and price nor a JSON array.');
  }
  return lines.map((line) => {
    const values = cells(line);
    return new Map(names.map((name, place) => [name, values[place] ?? '']));
  });
}

function cells(line: string): string[] {
  return line.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
}

function field(row: Row, name: string, otherName: string): string {
  return row.get(name) ?? row.get(otherName) ?? '';
}

/** Takes ISO dates as they are and lets the browser read the others ("Jan 1 2000"), as UTC so that no day shifts. */
function readDay(text: string): string | null {
  if (/^\d{4}-\d{2}-\d{2}/.test(text)) {
    return text.slice(0, 10);
  }
  const time = Date.parse(`${text} UTC`);
  return Number.isNaN(time) ? null : new Date(time).toISOString().slice(0, 10);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
