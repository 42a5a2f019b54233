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
  component: lazyRouteComponent(() => import('../features/room/HomePage'), 'HomePage'),
});

const roomRoute = createRoute({
  getParentRoute: () => clientRoute,
  path: '/room/$room',
  /** The place of a message to go to. */
  validateSearch: ({ at }: Record<string, unknown>): { at?: number } =>
    typeof at === 'number' && Number.isSafeInteger(at) && at > 0 ? { at } : {},
  component: lazyRouteComponent(() => import('../features/room/RoomPage'), 'RoomPage'),
});

const searchRoute = createRoute({
  getParentRoute: () => clientRoute,
  path: '/search',
  validateSearch: ({ q, room }: Record<string, unknown>): { q?: string; room?: string } => ({
    // In an address a word may look like a number.
    ...(['string', 'number', 'boolean'].includes(typeof q) && { q: `${q}` }),
    ...(typeof room === 'string' && { room }),
  }),
  component: lazyRouteComponent(() => import('../features/search/SearchPage'), 'SearchPage'),
});

/** What a list page shows: of which pool, and what is searched for. */
interface ListSearch {
  pool?: string;
  search?: string;
}

function listSearch({ pool, search }: Record<string, unknown>): ListSearch {
  return {
    ...(typeof pool === 'string' && { pool }),
    ...(typeof search === 'string' && { search }),
  };
}

const manageRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/manage',
  validateSearch: (search: Record<string, unknown>): ListSearch & { rooms?: 'all' } => ({
    ...listSearch(search),
    ...(search.rooms === 'all' && { rooms: 'all' }),
  }),
  component: lazyRouteComponent(() => import('../features/manage/ManageArea'), 'ManageArea'),
});

const myRoomsRoute = createRoute({
  getParentRoute: () => manageRoute,
  path: '/',
  component: lazyRouteComponent(() => import('../features/manage/MyRoomsPage'), 'MyRoomsPage'),
});

const newRoomRoute = createRoute({
  getParentRoute: () => manageRoute,
  path: 'new',
  component: lazyRouteComponent(() => import('../features/manage/RoomPages'), 'NewRoomPage'),
});

const editRoomRoute = createRoute({
  getParentRoute: () => manageRoute,
  path: 'room/$room',
  component: lazyRouteComponent(() => import('../features/manage/RoomPages'), 'EditRoomPage'),
});

const adminRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/admin',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('../features/admin/AdminArea'), 'AdminArea'),
});

const adminIndexRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/admin/addin' });
  },
});

/** What a new thing is a copy of. */
function copySearch({ copy }: Record<string, unknown>): { copy?: string } {
  return typeof copy === 'string' ? { copy } : {};
}

const addinsRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: 'addin',
  component: lazyRouteComponent(() => import('../features/addin/AddinPage'), 'AddinPage'),
});

const newAddinRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: 'addin/new',
  validateSearch: copySearch,
  component: lazyRouteComponent(() => import('../features/addin/AddinForm'), 'NewAddinPage'),
});

const editAddinRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: 'addin/$addin',
  component: lazyRouteComponent(() => import('../features/addin/AddinForm'), 'EditAddinPage'),
});

const triggersRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: 'trigger',
  component: lazyRouteComponent(() => import('../features/trigger/TriggerPage'), 'TriggerPage'),
});

const newTriggerRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: 'trigger/new',
  validateSearch: copySearch,
  component: lazyRouteComponent(() => import('../features/trigger/TriggerForm'), 'NewTriggerPage'),
});

const editTriggerRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: 'trigger/$trigger',
  component: lazyRouteComponent(() => import('../features/trigger/TriggerForm'), 'EditTriggerPage'),
});

const categoriesRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: 'category',
  component: lazyRouteComponent(() => import('../features/category/CategoryPage'), 'CategoryPage'),
});

const newCategoryRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: 'category/new',
  validateSearch: copySearch,
  component: lazyRouteComponent(() => import('../features/category/CategoryForm'), 'NewCategoryPage'),
});

const editCategoryRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: 'category/$category',
  component: lazyRouteComponent(() => import('../features/category/CategoryForm'), 'EditCategoryPage'),
});

const authorRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'author',
  component: lazyRouteComponent(() => import('../features/author/AuthorArea'), 'AuthorArea'),
});

const guideRoute = createRoute({
  getParentRoute: () => authorRoute,
  path: '/sdk',
  component: lazyRouteComponent(() => import('../features/author/GuidePage'), 'GuidePage'),
});

const examplesRoute = createRoute({
  getParentRoute: () => authorRoute,
  path: '/sdk/examples',
  component: lazyRouteComponent(() => import('../features/author/ExamplesPage'), 'ExamplesPage'),
});

const simulatorRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/sdk/simulator',
  component: lazyRouteComponent(() => import('../features/simulator/SimulatorPage'), 'SimulatorPage'),
});

const routeTree = rootRoute.addChildren([
  signInRoute,
  authorRoute.addChildren([guideRoute, examplesRoute]),
  signedInRoute.addChildren([
    simulatorRoute,
    clientRoute.addChildren([homeRoute, roomRoute, searchRoute]),
    manageRoute.addChildren([myRoomsRoute, newRoomRoute, editRoomRoute]),
    adminRoute.addChildren([
      adminIndexRoute,
      addinsRoute,
      newAddinRoute,
      editAddinRoute,
      triggersRoute,
      newTriggerRoute,
      editTriggerRoute,
      categoriesRoute,
      newCategoryRoute,
      editCategoryRoute,
    ]),
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
