import { expect, it } from 'vitest';
import { matching } from './matching';

const names = ['Stock history', 'Topic of the day', 'History of topics'];
const find = (search: string) => matching(names, search, (name) => name);

it('A search finds the rows that contain all its words, in any letter case and order', () => {
  expect(find('HISTORY')).toEqual(['Stock history', 'History of topics']);
  expect(find('topic history')).toEqual(['History of topics']);
  expect(find('  ')).toEqual(names);
  expect(find('rates')).toEqual([]);
});
