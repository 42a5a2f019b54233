/** Why a session with an add-in's page ends, in words for its author. */
import type { Closed } from '@perch/addin/host';
import type { RoomAddin } from '../../api/types';
import type { LiveState } from '../../live/store';

export const CLOSED: Closed = {
  code: 'closed',
  detail: 'The pane was closed, or its page was loaded again.',
};
const LEFT: Closed = { code: 'left', detail: 'The person is no longer in this room.' };
const DISABLED: Closed = { code: 'disabled', detail: 'An administrator disabled this add-in.' };
const REPLACED: Closed = { code: 'replaced', detail: 'The room shows another add-in or address now.' };

/** What has happened to a room since `addin` was shown in it. */
export function whyClosed(state: LiveState, room: string, addin: RoomAddin): Closed {
  if (state.absent[room] !== undefined) return LEFT;
  const held = state.rooms[room]?.room;
  if (held === undefined) return CLOSED;
  if (held.addin?.id !== addin.id || held.addin.url !== addin.url) return REPLACED;
  return held.addin.disabled ? DISABLED : CLOSED;
}
