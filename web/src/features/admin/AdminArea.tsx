/** The Control Panel: the tree at its left, the chosen page beside it. For administrators. */
import { Outlet } from '@tanstack/react-router';
import { NotAllowed } from '../../ui/NotAllowed';
import { useSession } from '../session/useSession';
import styles from './AdminArea.module.css';
import { AdminTree } from './AdminTree';

export function AdminArea() {
  const { administrator } = useSession();
  if (!administrator) return <NotAllowed />;
  return (
    <div className={styles.area}>
      <AdminTree />
      <main className={styles.page}>
        <Outlet />
      </main>
    </div>
  );
}
