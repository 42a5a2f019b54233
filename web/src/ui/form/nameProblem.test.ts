import { expect, it } from 'vitest';
import { nameProblem } from './nameProblem';

it('A name has 1 to so many characters without control characters, spaces around it aside', () => {
  expect(nameProblem(' FX Spot ', 256)).toBeUndefined();
  expect(nameProblem('  ', 256)).toBe('name_missing');
  expect(nameProblem('é'.repeat(257), 256)).toBe('name_too_long');
  expect(nameProblem('🐟'.repeat(256), 256)).toBeUndefined();
  expect(nameProblem('FX\nSpot', 256)).toBe('name_characters');
});
