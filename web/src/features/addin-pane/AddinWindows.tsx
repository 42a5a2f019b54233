/** The documents that open add-ins' pages in windows of their own: never seen themselves, and gone with their rooms. */
import { useEffect } from 'react';
import { useLive, useRoomState } from '../../live/hooks';
import { useSession } from '../session/useSession';
import { AddinFrame } from './AddinFrame';
import { originOf } from './origin';
import { IN_PLACE } from './PageNotices';
import { showsOf, useWindows } from './windows';

export function AddinWindows() {
  const { panes, open } = useWindows();
  return [...new Set([...panes.keys(), ...open.keys()])].map((room) => <RoomWindow key={room} room={room} />);
}

function RoomWindow({ room }: { room: string }) {
  const { panes, open, setOpen, note } = useWindows();
  const live = useLive();
  const session = useSession();
  const held = useRoomState(room)?.room;
  const addin = held?.addin ?? undefined;
  // A proxied page is bound to its frame.
  const isUsable =
    addin !== undefined &&
    !addin.disabled &&
    !addin.proxied &&
    originOf(addin.url, location.protocol) !== undefined;
  const shows = isUsable ? showsOf(addin) : undefined;
  const asked = open.get(room);
  const isOpen = asked !== undefined && asked === shows;

  // The person may be in another room.
  useEffect(() => (isOpen ? live.holdRoom(room) : undefined), [live, room, isOpen]);
  useEffect(() => {
    // What is gone or another does not open by itself when it comes back.
    if (asked !== undefined && !isOpen) setOpen(room, undefined);
  }, [asked, isOpen, room, setOpen]);

  // Another document is not ready because the one before was.
  useEffect(() => (shows === undefined ? undefined : () => note(room, undefined)), [room, shows, note]);

  if (held === undefined || !isUsable || shows === undefined) return null;
  const close = () => setOpen(room, undefined);
  return (
    <AddinFrame
      key={shows}
      room={held}
      addin={addin}
      session={session}
      beside={panes.get(room)}
      window={{ isOpen, onClosed: close }}
      onPhase={(phase) => {
        if (isOpen && IN_PLACE.includes(phase)) close();
        note(room, { shows, phase });
      }}
    />
  );
}
