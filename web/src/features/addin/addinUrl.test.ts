import { describe, expect, it } from 'vitest';
import fixtures from '../../../../api/fixtures/addin-url.json';
import { addinUrlProblem } from './addinUrl';

const BYTES_MAX = 2048;

function problem(url: string) {
  return addinUrlProblem(url, fixtures.own_origin, BYTES_MAX);
}

describe('An add-in’s URL', () => {
  for (const { url, repeat = 0, accepted, why = '' } of fixtures.cases) {
    it(`is ${accepted ? 'accepted' : 'refused'} as the server does: ${url} ${why}`, () => {
      expect(problem(url + 'x'.repeat(repeat)) === undefined).toBe(accepted);
    });
  }

  it('is told what is wrong with it', () => {
    expect(problem('')).toBe('missing');
    expect(problem('itchat')).toBe('scheme');
    expect(problem('https://')).toBe('host');
    expect(problem('https://prices.contoso.example/a b')).toBe('characters');
    expect(problem('https://user@prices.contoso.example/')).toBe('credentials');
    expect(problem('https://{room.id}.contoso.example/')).toBe('variable_place');
    expect(problem('https://prices.contoso.example/{room.id')).toBe('brace');
    expect(problem('https://prices.contoso.example/{user.password}')).toBe('variable');
    expect(problem('https://prices.contoso.example:port/')).toBe('unreadable');
    expect(problem('https://chat.contoso.example/anything')).toBe('own');
    expect(problem(`https://prices.contoso.example/${'é'.repeat(1020)}`)).toBe('too_long');
  });

  it('may have spaces around it', () => {
    expect(problem(' https://prices.contoso.example/ ')).toBeUndefined();
  });
});
