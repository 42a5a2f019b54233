/** The conversation area: the rail of rooms, and the room beside it. On a phone each is a screen of its own. */
import { Outlet, useLocation, useNavigate, useParams } from '@tanstack/react-router';
import { useEffect } from 'react';
import { usePhone } from '../../app/useWidth';
import { useLive } from '../../live/hooks';
import styles from './ClientArea.module.css';
import { Rail } from './Rail';
import { neighbour, type RailRooms } from './railRooms';
import { useRooms } from './useRooms';

export function ClientArea() {
  const live = useLive();
  const phone = usePhone();
  const { room } = useParams({ strict: false });
  const atHome = useLocation({ select: ({ pathname }) => pathname === '/' });
  const read = useRooms();
  const { rooms } = read;

  useEffect(() => {
    if (rooms) live.keepJoined(rooms.followed.map(({ id }) => id));
  }, [live, rooms]);
  useRoomKeys(rooms, room);

  if (phone && atHome) {
    return (
      <main className={styles.area}>
        <Rail read={read} />
      </main>
    );
  }
  return (
    <div className={styles.area}>
      {!phone && <Rail read={read} />}
      <Outlet />
    </div>
  );
}

/** Alt and the arrows go through the rooms of the rail; with Shift, through those with unread messages. */
function useRoomKeys(rooms: RailRooms | undefined, current: string | undefined): void {
  const live = useLive();
  const navigate = useNavigate();
  useEffect(() => {
    const go = (event: KeyboardEvent) => {
      if (!rooms || !event.altKey || event.ctrlKey || event.metaKey) return;
      if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
      const all = [...rooms.followed, ...rooms.member].map(({ id }) => id);
      const hasUnread = (id: string) => (live.state.rooms[id]?.room.unread ?? 0) > 0;
      const ids = event.shiftKey ? all.filter((id) => id === current || hasUnread(id)) : all;
      const room = neighbour(ids, current, event.key === 'ArrowDown' ? 1 : -1);
      if (room === undefined) return;
      event.preventDefault();
      void navigate({ to: '/room/$room', params: { room } });
    };
    window.addEventListener('keydown', go);
    return () => window.removeEventListener('keydown', go);
  }, [live, navigate, rooms, current]);
}
