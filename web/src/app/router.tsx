/**
 * The addresses. Each area (conversation, room management, Control Panel) is a bundle of its own, loaded
 * when it is first visited. Pages below an area are added here as child routes with lazy components.
 */
import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { sessionQuery } from '../api/queries';
import { Loading } from '../ui/Loading';
import { CrashPage } from './ErrorBoundary';
import { NotFoundPage } from './NotFoundPage';
import { SignedIn } from './SignedIn';

const rootRoute = createRootRouteWithContext<{ queries: QueryClient }>()({
  component: Outlet,
  errorComponent: CrashPage,
  notFoundComponent: NotFoundPage,
});

/** Only addresses of this application may be returned to after signing in. */
function ownPath(value: unknown): string | undefined {
  return typeof value === 'string' && /^\/(?![/\\])/.test(value) ? value : undefined;
}

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>): { next?: string } => {
    const next = ownPath(search.next);
    return next === undefined ? {} : { next };
  },
  component: lazyRouteComponent(() => import('../features/session/SignInPage'), 'SignInPage'),
});

const signedInRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'signed-in',
  beforeLoad: async ({ context, location }) => {
    const session = await context.queries.ensureQueryData(sessionQuery);
    if (!session) {
      throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { next: location.href } });
    }
  },
  component: SignedIn,
});

const clientRoute = createRoute({
  getParentRoute: () => signedInRoute,
  id: 'client',
  component: lazyRouteComponent(() => import('../features/room/ClientArea'), 'ClientArea'),
});

const homeRoute = createRoute({
  getParentRoute: () => clientRoute,
  path: '/',
  component: lazyRouteComponent(() => import('../features/room/ClientArea'), 'HomePage'),
});

const roomRoute = createRoute({
  getParentRoute: () => clientRoute,
  path: '/room/$room',
  component: lazyRouteComponent(() => import('../features/room/ClientArea'), 'RoomPage'),
});

const manageRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/manage',
  component: lazyRouteComponent(() => import('../features/manage/ManageArea'), 'ManageArea'),
});

const manageSplatRoute = createRoute({ getParentRoute: () => manageRoute, path: '$' });

const adminRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/admin',
  component: lazyRouteComponent(() => import('../features/addin/AdminArea'), 'AdminArea'),
});

const adminSplatRoute = createRoute({ getParentRoute: () => adminRoute, path: '$' });

const routeTree = rootRoute.addChildren([
  signInRoute,
  signedInRoute.addChildren([
    clientRoute.addChildren([homeRoute, roomRoute]),
    manageRoute.addChildren([manageSplatRoute]),
    adminRoute.addChildren([adminSplatRoute]),
  ]),
]);

export function createAppRouter(queries: QueryClient) {
  return createRouter({
    routeTree,
    context: { queries },
    defaultPreload: 'intent',
    defaultPendingComponent: Loading,
    defaultErrorComponent: CrashPage,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
