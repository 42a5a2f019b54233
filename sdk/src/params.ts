// Validators for what a page asks: of use to the other side of the bridge alone, so apart from what pages load.
import { anything, type Check, card, flag, oneOf, optional, shape, text, whole } from './checks.js';
import { type FilterAnswer, LIMITS, type Methods, type NoParams } from './protocol.js';

function count(most: number): Check<number> {
  return (value): value is number => whole(value) && value >= 1 && value <= most;
}

function atMost(chars: number): Check<string> {
  return (value): value is string => text(value) && value.length <= chars;
}

const storageKey: Check<string> = (value): value is string =>
  text(value) && value.length >= 1 && value.length <= 128;
const none = shape<NoParams>({}, 'exact');
const answered = { id: text };
const passed = shape<{ id: string; action: 'passed' }>({ ...answered, action: oneOf('passed') }, 'exact');
const replaced = shape<{ id: string } & Extract<FilterAnswer, { action: 'replaced' }>>(
  { ...answered, action: oneOf('replaced'), text, title: optional(text) },
  'exact',
);
const canceled = shape<{ id: string } & Extract<FilterAnswer, { action: 'canceled' }>>(
  { ...answered, action: oneOf('canceled'), reason: atMost(LIMITS.reasonChars) },
  'exact',
);

/** What each method takes; fields it does not know are refused. */
export const paramsChecks: { readonly [M in keyof Methods]: Check<Methods[M]['params']> } = {
  'room.get': none,
  'user.get': none,
  'participants.list': shape<Methods['participants.list']['params']>({ after: optional(text) }, 'exact'),
  'messages.latest': shape<Methods['messages.latest']['params']>(
    { count: count(LIMITS.historyCount) },
    'exact',
  ),
  'messages.older': shape<Methods['messages.older']['params']>(
    { before: whole, count: count(LIMITS.historyCount) },
    'exact',
  ),
  'messages.send': shape<Methods['messages.send']['params']>(
    { text, alert: optional(flag), title: optional(text) },
    'exact',
  ),
  'cards.post': shape<Methods['cards.post']['params']>(
    { text, card, alert: optional(flag), updates: optional(whole) },
    'exact',
  ),
  'storage.get': shape<Methods['storage.get']['params']>({ key: storageKey }, 'exact'),
  'storage.set': shape<Methods['storage.set']['params']>(
    { key: storageKey, value: anything, version: whole },
    'exact',
  ),
  'token.get': none,
  'filter.set': shape<Methods['filter.set']['params']>({ enabled: flag }, 'exact'),
  'filter.answer': (value): value is Methods['filter.answer']['params'] =>
    passed(value) || replaced(value) || canceled(value),
  heartbeat: none,
  ready: none,
};
