import { describe, expect, it } from 'vitest';
import { intentsOf, intentsText } from './intents';

describe('the intents of an add-in as text', () => {
  it('are those of a record as others publish it, without what is not kept', () => {
    const pasted = `{"ViewChart": {"displayName": "Chart", "contexts": ["fdc3.instrument"], "resultType": null,
      "customConfig": {"x": 1}}, "ViewNews": {}}`;
    const intents = intentsOf(pasted);
    expect(intents).toEqual({
      ViewChart: { displayName: 'Chart', contexts: ['fdc3.instrument'] },
      ViewNews: { contexts: [] },
    });
    expect(intentsOf(intentsText(intents ?? {}))).toEqual(intents);
  });

  it('are none when nothing is typed', () => {
    expect(intentsOf(' ')).toEqual({});
    expect(intentsText({})).toBe('');
  });

  it.each([
    '{',
    '[]',
    '"ViewChart"',
    '{"ViewChart": true}',
    '{"ViewChart": {"contexts": "fdc3.instrument"}}',
  ])('are not %s', (text) => expect(intentsOf(text)).toBeNull());
});
