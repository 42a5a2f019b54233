import { describe, expect, it } from 'vitest';
import { deniedOf, type Granting } from './grants';

const ADDIN: Granting = { granted: ['contexts'], withheld: ['storage'], pending: false, disabled: false };

describe('Why an add-in may not do something', () => {
  it('is said for each thing that it wants and was not granted', () => {
    expect(deniedOf(ADDIN, ['contexts', 'storage', 'participants', 'everything'])).toEqual([
      { capability: 'storage', why: 'room' },
      { capability: 'participants', why: 'maximum' },
      { capability: 'everything', why: 'unknown' },
    ]);
  });

  it('is that it moved, or is disabled, before anything else', () => {
    const why = (addin: Granting) => deniedOf(addin, ['storage'])[0]?.why;
    expect(why({ ...ADDIN, granted: [], pending: true })).toBe('pending');
    expect(why({ ...ADDIN, granted: [], pending: true, disabled: true })).toBe('disabled');
  });
});
