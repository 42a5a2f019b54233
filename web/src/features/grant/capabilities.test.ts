import { describe, expect, it } from 'vitest';
import { withCapability, withoutCapability } from './capabilities';

describe('Choosing what an add-in may do', () => {
  it('takes the lesser with the greater, and lets both go with the lesser', () => {
    const silent = withCapability(['contexts'], 'messages.send.silent');
    expect(silent).toEqual(['contexts', 'messages.send', 'messages.send.silent']);
    expect(withoutCapability(silent, 'messages.send')).toEqual(['contexts']);
    expect(withoutCapability(silent, 'messages.send.silent')).toEqual(['contexts', 'messages.send']);
    expect(withCapability([], 'messages.filter.silent')).toEqual([
      'messages.filter',
      'messages.filter.silent',
    ]);
  });
});
