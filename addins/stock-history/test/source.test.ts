// Reading prices from what a source answers, and what becomes of a source that does not answer.
import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { PriceSource, readConfig, readPrices } from '../src/source.js';

afterEach(() => {
  vi.unstubAllGlobals();
});

function answering(...answers: readonly (Response | Error)[]): ReturnType<typeof vi.fn> {
  const queue = [...answers];
  const fetched = vi.fn(async () => {
    const answer = queue.shift();
    if (answer === undefined || answer instanceof Error) {
      throw answer ?? new Error('asked too often');
    }
    return answer;
  });
  vi.stubGlobal('fetch', fetched);
  return fetched;
}

describe('readPrices', () => {
  it('reads the prices that come with the add-in', async () => {
    const all = readPrices(await readFile('node_modules/vega-datasets/data/stocks.csv', 'utf8'), '');
    expect([...all.keys()].sort()).toEqual(['AAPL', 'AMZN', 'GOOG', 'IBM', 'MSFT']);
    expect(all.get('MSFT')?.[0]).toEqual({ day: '2000-01-01', value: 39.81 });
    expect(all.get('MSFT')).toHaveLength(123);
    expect(all.get('GOOG')?.at(-1)).toEqual({ day: '2010-03-01', value: 560.19 });
  });

  it('sorts, keeps one price a day and passes over what is none', () => {
    const csv =
      '"Date","Close"\r\n2024-02-01,3\r\n2024-01-01,1\r\n2024-01-01,2\r\nsoon,4\r\n2024-03-01,\r\n2024-03-01,n/a\r\n';
    expect(readPrices(csv, 'abc').get('ABC')).toEqual([
      { day: '2024-01-01', value: 2 },
      { day: '2024-02-01', value: 3 },
    ]);
  });

  it('reads JSON', () => {
    const json =
      '[{"symbol":"abc","date":"2024-01-01T00:00:00Z","price":1.5},{"symbol":"abc","date":null},null,7]';
    expect(readPrices(json, '').get('ABC')).toEqual([{ day: '2024-01-01', value: 1.5 }]);
  });

  it.each(['', '<!doctype html><title>Sign in</title>', '{"error":"no"}'])('refuses %j', (text) => {
    expect(() => readPrices(text, 'ABC')).toThrow();
  });
});

describe('PriceSource', () => {
  it('reads a source of all tickers once and says what it knows', async () => {
    const fetched = answering(new Response('symbol,date,price\nABC,2024-01-01,1\nXYZ,2024-01-01,2'));
    const source = new PriceSource('stocks.csv');
    expect(await source.find('ABC')).toEqual({ kind: 'prices', prices: [{ day: '2024-01-01', value: 1 }] });
    expect(await source.find('MSFT')).toEqual({ kind: 'unknown', known: ['ABC', 'XYZ'] });
    expect(fetched).toHaveBeenCalledOnce();
  });

  it('asks again after a failure', async () => {
    answering(
      new Error('unreachable'),
      new Response('', { status: 500 }),
      new Response('symbol,date,price\nABC,2024-01-01,1'),
    );
    const source = new PriceSource('stocks.csv');
    await expect(source.find('ABC')).rejects.toThrow('unreachable');
    await expect(source.find('ABC')).rejects.toThrow('500');
    expect(await source.find('ABC')).toMatchObject({ kind: 'prices' });
  });

  it('puts the ticker into an address per ticker, encoded', async () => {
    const fetched = answering(new Response('date,price\n2024-01-01,1'), new Response('', { status: 404 }));
    const source = new PriceSource('/prices/{ticker}.csv');
    expect(await source.find('BRK/B')).toMatchObject({ kind: 'prices' });
    expect(fetched.mock.calls[0]?.[0]).toBe('/prices/BRK%2FB.csv');
    expect(await source.find('NONE')).toEqual({ kind: 'unknown', known: [] });
  });
});

describe('readConfig', () => {
  it.each([
    [
      'the query',
      'source=mine.csv',
      '{"source":"file.csv","currency":"EUR"}',
      { source: 'mine.csv', currency: 'EUR' },
    ],
    ['the file', '', '{"source":"file.csv"}', { source: 'file.csv', currency: 'USD' }],
    ['what comes with the add-in', '', 'not JSON', { source: 'stocks.csv', currency: 'USD' }],
  ])('takes %s', async (_, query, file, expected) => {
    answering(new Response(file));
    expect(await readConfig(new URLSearchParams(query))).toEqual(expected);
  });
});
