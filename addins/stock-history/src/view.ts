// The page: one of its states at a time, in one language and theme. It holds no prices between two tickers.
import type { ContextOrigin, Environment } from '@perch/addin';
import { type Post, post } from './card.js';
import { PriceChart } from './chart.js';
import { figures, PERIODS, within, type Years } from './period.js';
import type { Price } from './source.js';
import { moment, month, percent, price, stringsFor } from './strings.js';

/** What the page shows. */
export type Shown =
  | { readonly state: 'connecting' | 'waiting' | 'outside' }
  | { readonly state: 'failed'; readonly detail: string }
  | { readonly state: 'unknown'; readonly ticker: string; readonly known: readonly string[] }
  | { readonly state: 'unreachable'; readonly ticker: string; readonly source: string }
  | {
      readonly state: 'prices';
      readonly ticker: string;
      readonly prices: readonly Price[];
      readonly currency: string;
      readonly source: string;
      readonly message: ContextOrigin | null;
    };

type PricesShown = Extract<Shown, { state: 'prices' }>;

/** What somebody can do on the page. */
export interface Acts {
  retry: () => void;
  share: (post: Post) => void;
}

/** Draws what it is given, again whenever language, theme or period change. */
export class View {
  readonly #page = part('page', HTMLElement);
  readonly #acts: Acts;
  #chart: PriceChart | null = null;
  #environment: Environment;
  #years: Years = null;
  #shown: Shown = { state: 'connecting' };

  constructor(environment: Environment, acts: Acts) {
    this.#environment = environment;
    this.#acts = acts;
    part('retry', HTMLButtonElement).addEventListener('click', () => acts.retry());
    this.#buildPeriods();
    this.dress(environment);
  }

  /** Takes a language and a theme. */
  dress(environment: Environment): void {
    this.#environment = environment;
    document.documentElement.lang = environment.locale;
    document.documentElement.dataset.theme = environment.theme;
    this.#chart?.dress(environment.locale);
    this.show(this.#shown);
  }

  /** Offers to post what is shown, where the page may. */
  offerSharing(offered: boolean): void {
    part('share', HTMLElement).hidden = !offered;
  }

  /** Says what became of posting it; without a detail it was posted. */
  shared(detail?: string): void {
    write('outcome', detail ?? stringsFor(this.#environment.locale).shared);
  }

  /** Shows one state. */
  show(shown: Shown): void {
    this.#shown = shown;
    const strings = stringsFor(this.#environment.locale);
    document.title = strings.title;
    this.#page.dataset.state = shown.state;
    if ('ticker' in shown) {
      this.#page.dataset.ticker = shown.ticker;
    } else {
      delete this.#page.dataset.ticker;
    }
    part('prices', HTMLElement).hidden = shown.state !== 'prices';
    part('notice', HTMLElement).hidden = shown.state === 'prices' || shown.state === 'connecting';
    part('retry', HTMLElement).hidden = shown.state !== 'unreachable';
    switch (shown.state) {
      case 'connecting':
        break;
      case 'waiting':
        this.#notice(strings.waiting, strings.waitingHint);
        break;
      case 'outside':
        this.#notice(strings.outside, strings.outsideHint);
        break;
      case 'failed':
        this.#notice(strings.failed, shown.detail);
        break;
      case 'unknown':
        this.#notice(strings.unknown(shown.ticker), strings.unknownHint(shown.known));
        break;
      case 'unreachable':
        part('retry', HTMLElement).textContent = strings.retry;
        this.#notice(strings.unreachable, strings.unreachableHint(shown.source));
        break;
      case 'prices':
        this.#prices(shown);
        break;
    }
  }

  #notice(title: string, hint: string): void {
    write('notice-title', title);
    write('notice-hint', hint);
    write('summary', title);
  }

  #prices(shown: PricesShown): void {
    const { locale } = this.#environment;
    const strings = stringsFor(locale);
    const prices = within(shown.prices, this.#years);
    const said = figures(prices);
    if (said === null) {
      return;
    }
    const last = price(said.last.value, locale);
    const change = said.change === null ? '' : percent(said.change, locale);
    const range = strings.between(month(said.first.day, locale), month(said.last.day, locale));
    const priced = `${last} ${shown.currency}`;
    const words = [shown.ticker, priced, change].filter((word) => word !== '');
    const summary = `${words.join(', ')} (${range})`;
    const shared = { ...shown, price: priced, change, range, summary };
    part('share', HTMLButtonElement).onclick = () => this.#acts.share(post(shared, strings));

    write('ticker', shown.ticker);
    write('price', last);
    write('currency', shown.currency);
    write('change', change);
    part('change', HTMLElement).dataset.direction = Math.sign(said.change ?? 0) < 0 ? 'down' : 'up';
    write('range', range);
    write('summary', summary);
    write(
      'posted',
      shown.message === null
        ? ''
        : strings.posted(shown.message.author?.display_name, moment(shown.message.at, locale, new Date())),
    );
    write('share', strings.share);
    write('outcome', '');
    write('source', strings.source(shown.source));
    write('library', strings.library);
    this.#markPeriod();

    const frame = part('chart', HTMLElement);
    frame.setAttribute('aria-label', strings.chart(summary));
    if (this.#chart === null) {
      this.#chart = new PriceChart(frame);
      this.#chart.dress(locale);
    }
    this.#chart.draw(prices);
  }

  #buildPeriods(): void {
    for (const years of PERIODS) {
      const button = document.createElement('button');
      button.type = 'button';
      button.addEventListener('click', () => {
        this.#years = years;
        this.show(this.#shown);
      });
      part('periods', HTMLElement).append(button);
    }
  }

  #markPeriod(): void {
    const strings = stringsFor(this.#environment.locale);
    const group = part('periods', HTMLElement);
    group.setAttribute('aria-label', strings.periods);
    for (const [place, button] of [...group.children].entries()) {
      const years = PERIODS[place] ?? null;
      button.textContent = strings.years(years);
      button.setAttribute('aria-label', strings.yearsSpoken(years));
      button.setAttribute('aria-pressed', String(years === this.#years));
    }
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
