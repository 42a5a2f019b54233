/** Room management: My Rooms and the form of a room. For creators, managers and administrators. */
import { Outlet } from '@tanstack/react-router';
import { NotAllowed } from '../../ui/NotAllowed';
import { useSession } from '../session/useSession';
import styles from './ManageArea.module.css';

export function ManageArea() {
  const { may_create_rooms, may_manage_rooms } = useSession();
  if (!may_create_rooms && !may_manage_rooms) return <NotAllowed />;
  return (
    <main className={styles.area}>
      <Outlet />
    </main>
  );
}
