/** Everything behind the sign-in: the session, the live connection, the shell. */
import { useQuery } from '@tanstack/react-query';
import { Navigate, Outlet, useRouterState } from '@tanstack/react-router';
import { sessionQuery } from '../api/queries';
import { WindowsProvider } from '../features/addin-pane/windows';
import { SessionContext } from '../features/session/useSession';
import { LiveProvider } from '../live/LiveProvider';
import { Shell } from './Shell';

export function SignedIn() {
  const { data: session } = useQuery(sessionQuery);
  const href = useRouterState({ select: (state) => state.location.href });
  if (!session) return <Navigate to="/sign-in" search={href === '/' ? {} : { next: href }} replace />;
  return (
    <SessionContext value={session}>
      <LiveProvider key={session.person.id} session={session}>
        <WindowsProvider>
          <Shell>
            <Outlet />
          </Shell>
        </WindowsProvider>
      </LiveProvider>
    </SessionContext>
  );
}
