// The page as a person meets it, without the chart (a canvas, which the browser tests look at).
import { readFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { figures, within } from '../src/period.js';
import { type Shown, View } from '../src/view.js';

const drawn = vi.hoisted(() => vi.fn());
vi.mock('../src/chart.js', () => ({
  PriceChart: class {
    draw = drawn;
    dress(): void {}
  },
}));

const PRICES = [
  { day: '2005-03-01', value: 20 },
  { day: '2008-03-01', value: 40 },
  { day: '2009-03-01', value: 50 },
  { day: '2010-03-01', value: 30.25 },
];
const MSFT: Shown = {
  state: 'prices',
  ticker: 'MSFT',
  prices: PRICES,
  currency: 'USD',
  source: 'stocks.csv',
  message: {
    seq: 7,
    author: { id: 'u2', address: 'sip:idris@contoso.com', display_name: 'Idris K.' },
    at: '2026-11-24T09:14:00Z',
  },
};

let view: View;
const retry = vi.fn();
const share = vi.fn();

function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) {
    throw new Error(`no #${id}`);
  }
  return element;
}

beforeEach(async () => {
  const page = await readFile('index.html', 'utf8');
  document.body.innerHTML = /<body>([\s\S]*)<\/body>/.exec(page)?.[1] ?? '';
  drawn.mockClear();
  view = new View({ locale: 'en', theme: 'light' }, { retry, share });
  share.mockClear();
});

describe('the page', () => {
  it('waits for a ticker', () => {
    view.show({ state: 'waiting' });
    expect(byId('notice-title').textContent).toBe('Post a ticker such as $MSFT');
    expect(byId('prices').hidden).toBe(true);
  });

  it('says the ticker, its price and its change, to eyes, ears and tests', () => {
    view.show(MSFT);
    expect(byId('page').dataset).toMatchObject({ ticker: 'MSFT', state: 'prices' });
    expect(byId('summary').textContent).toBe('MSFT, 30.25 USD, +51.3% (Mar 2005 – Mar 2010)');
    expect(byId('posted').textContent).toContain('Posted by Idris K.');
    expect(drawn).toHaveBeenLastCalledWith(PRICES);
  });

  it('says it in French', () => {
    view.show(MSFT);
    view.dress({ locale: 'fr', theme: 'dark' });
    expect(byId('summary').textContent?.replaceAll(/\s/g, ' ')).toBe(
      'MSFT, 30,25 USD, +51,3 % (mars 2005 – mars 2010)',
    );
    expect(document.documentElement.dataset.theme).toBe('dark');
  });

  it('shows a period, and its change', () => {
    view.show(MSFT);
    byId('periods').querySelector('button')?.click();
    expect(drawn).toHaveBeenLastCalledWith(PRICES.slice(2));
    expect(byId('change').textContent).toBe('−39.5%');
    expect(byId('change').dataset.direction).toBe('down');
    expect(byId('periods').querySelector('[aria-pressed="true"]')?.textContent).toBe('1Y');
  });

  it('names the tickers there are when one is unknown', () => {
    view.show({ state: 'unknown', ticker: 'TSLA', known: ['AAPL', 'IBM'] });
    expect(byId('notice-title').textContent).toBe('No prices for TSLA');
    expect(byId('notice-hint').textContent).toBe('The source of this add-in has AAPL and IBM.');
    expect(byId('page').dataset.ticker).toBe('TSLA');
  });

  it('offers to try again when the source cannot be reached', () => {
    view.show({ state: 'unreachable', ticker: 'MSFT', source: 'stocks.csv' });
    byId('retry').click();
    expect(retry).toHaveBeenCalledOnce();
    view.show({ state: 'outside' });
    expect(byId('retry').hidden).toBe(true);
    expect(byId('page').dataset.ticker).toBeUndefined();
  });
});

describe('sharing', () => {
  it('is offered where the page may post cards only', () => {
    view.show(MSFT);
    expect(byId('share').hidden).toBe(true);
    view.offerSharing(true);
    expect(byId('share').hidden).toBe(false);
    expect(byId('share').textContent).toBe('Post in the room');
  });

  it('posts the figures of the period that is shown, and the ticker to press', () => {
    view.show(MSFT);
    byId('periods').querySelector('button')?.click();
    byId('share').click();
    expect(share).toHaveBeenCalledExactlyOnceWith({
      text: 'MSFT, 30.25 USD, −39.5% (Mar 2009 – Mar 2010)',
      card: {
        title: 'MSFT 30.25 USD',
        fields: [
          { label: 'Change', value: '−39.5%' },
          { label: 'Period', value: 'Mar 2009 – Mar 2010' },
        ],
        footer: 'Prices: stocks.csv',
        actions: [
          {
            label: 'Price history',
            context: { type: 'fdc3.instrument', name: 'MSFT', id: { ticker: 'MSFT' } },
          },
        ],
      },
    });
  });

  it('says what became of it until something else is shown', () => {
    view.show(MSFT);
    view.shared();
    expect(byId('outcome').textContent).toBe('Posted in the room');
    view.shared('You may not post in this room.');
    expect(byId('outcome').textContent).toBe('You may not post in this room.');
    view.show(MSFT);
    expect(byId('outcome').textContent).toBe('');
  });
});

describe('periods', () => {
  it('include the price they start from', () => {
    expect(within(PRICES, 1).map(({ day }) => day)).toEqual(['2009-03-01', '2010-03-01']);
    expect(within(PRICES, null)).toBe(PRICES);
    expect(within([], 5)).toEqual([]);
  });

  it('have no change from nothing', () => {
    expect(figures([])).toBeNull();
    expect(figures([{ day: '2024-01-01', value: 0 }])?.change).toBeNull();
  });
});
