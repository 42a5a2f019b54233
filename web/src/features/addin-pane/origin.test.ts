/** What is said of an add-in's address before anything is loaded. */
import { describe, expect, it } from 'vitest';
import { originOf } from './origin';

describe('originOf', () => {
  it.each([
    [
      'https://prices.contoso.example/a?room={room.id}',
      'https:',
      { label: 'prices.contoso.example', blocked: false },
    ],
    [
      'https://prices.contoso.example:8443/',
      'http:',
      { label: 'prices.contoso.example:8443', blocked: false },
    ],
    ['http://intranet/itchat', 'http:', { label: 'http://intranet', blocked: false }],
    ['http://intranet/itchat', 'https:', { label: 'http://intranet', blocked: true }],
    ['http://127.0.0.1:8081/stock-history/', 'https:', { label: 'http://127.0.0.1:8081', blocked: false }],
    ['http://localhost:8081/', 'https:', { label: 'http://localhost:8081', blocked: false }],
    ['http://localhost.evil.example/', 'https:', { label: 'http://localhost.evil.example', blocked: true }],
    ['javascript:alert(1)', 'https:', undefined],
    ['/relative', 'https:', undefined],
  ])('%s under %s', (url, protocol, expected) => {
    expect(originOf(url, protocol)).toEqual(expected);
  });
});
