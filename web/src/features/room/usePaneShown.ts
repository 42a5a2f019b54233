/**
 * Whether the pane is open. Beside a room with an add-in that is remembered for this browser; a room without one, and a
 * narrow window, where the pane covers the conversation, open it only when asked, and for this visit.
 */
import { useState } from 'react';
import { usePreference } from '../../app/preferences';

export function usePaneShown(hasAddin: boolean, narrow: boolean): [boolean, (shown: boolean) => void] {
  const [remembered, remember] = usePreference('pane_shown', 'yes');
  const [asked, ask] = useState(false);
  if (narrow || !hasAddin) return [asked, ask];
  return [remembered === 'yes', (shown) => remember(shown ? 'yes' : 'no')];
}
