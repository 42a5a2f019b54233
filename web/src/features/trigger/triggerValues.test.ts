import { describe, expect, it } from 'vitest';
import { newTrigger, newTriggerValues, triggerBody, triggerPatch } from './triggerValues';

const tickets = {
  ...newTriggerValues,
  name: ' Tickets ',
  context_type: 'x.ticket',
  pattern: 'INC-\\d+ ',
  id_field: 'number',
};

describe('what is sent of a trigger', () => {
  it('keeps the pattern as it was typed, and nothing of the other kind of rule', () => {
    expect(newTrigger(triggerBody({ ...tickets, words: 'word,ticker' }))).toEqual({
      name: 'Tickets',
      enabled: true,
      context_type: 'x.ticket',
      rule: {
        kind: 'pattern',
        pattern: 'INC-\\d+ ',
        id_field: 'number',
        match_case: true,
        whole_words: true,
        before: '',
        after: '',
      },
    });
    expect(newTrigger(triggerBody({ ...tickets, kind: 'words', words: 'word,ticker' })).rule).toEqual({
      kind: 'words',
      words: 'word,ticker',
    });
  });

  it('is the whole rule if any of it was changed, and else none of it', () => {
    const body = triggerBody({ ...tickets, match_case: false });
    expect(triggerPatch(body, { match_case: false })).toEqual({ rule: newTrigger(body).rule });
    expect(triggerPatch(body, { name: 'Calls' })).toEqual({ name: 'Calls' });
  });
});
