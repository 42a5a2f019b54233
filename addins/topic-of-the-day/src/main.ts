// Joins the room's storage to the page: one key, read once, followed live, replaced version by version.
import '@fontsource-variable/inter/wght.css';
import './style.css';
import { AddinError, connect, type Environment, NotInRoomError, type RoomAddin } from '@perch/addin';
import { type Happening, next, type Refused, readEntry, type State } from './note.js';
import { View } from './view.js';

const KEY = 'topic';

const query = new URLSearchParams(location.search);
let state: State = { mode: 'loading' };
let room: RoomAddin | null = null;

const view = new View(environmentAtFirst(), {
  edit: () => happen({ type: 'edit' }),
  typed: (draft) => happen({ type: 'typed', draft }),
  save: () => void save(),
  discard: () => happen({ type: 'discard' }),
});

/** Until the room says better: what the address says (`{locale}` and `{theme}` are expanded there), else the browser. */
function environmentAtFirst(): Environment {
  const theme = query.get('theme') ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
  return { locale: query.get('locale') ?? navigator.language, theme: theme === 'dark' ? 'dark' : 'light' };
}

function happen(happening: Happening): void {
  state = next(state, happening);
  view.show(state);
}

async function save(): Promise<void> {
  if (room === null || state.mode !== 'editing' || state.saving) {
    return;
  }
  happen({ type: 'save' });
  const { draft, base } = state;
  try {
    happen({ type: 'saved', stored: readEntry(await room.storage.set(KEY, draft, base?.version ?? 0)) });
  } catch (error) {
    await refused(room, error);
  }
}

async function refused(from: RoomAddin, error: unknown): Promise<void> {
  const reason = reasonOf(error);
  if (reason.code !== 'DataCollision') {
    happen({ type: 'refused', refused: reason });
    return;
  }
  try {
    // The live event may have brought their version already; reading it makes sure.
    const entry = await from.storage.get(KEY);
    happen({ type: 'stored', stored: entry === null ? null : readEntry(entry) });
    happen({ type: 'collided' });
  } catch (again) {
    happen({ type: 'refused', refused: reasonOf(again) });
  }
}

function reasonOf(error: unknown): Refused {
  return error instanceof AddinError
    ? { code: error.code, detail: error.detail }
    : { code: 'Failed', detail: String(error) };
}

async function start(): Promise<void> {
  try {
    room = await connect({ wants: ['storage'] });
    view.dress(room.user);
    room.on('environmentChanged', (environment) => view.dress(environment));
    room.on('storageChanged', ({ entry }) => {
      if (entry.key === KEY) {
        happen({ type: 'stored', stored: readEntry(entry) });
      }
    });
    const entry = await room.storage.get(KEY);
    happen({ type: 'stored', stored: entry === null ? null : readEntry(entry) });
  } catch (error) {
    happen(
      error instanceof NotInRoomError ? { type: 'outside' } : { type: 'failed', refused: reasonOf(error) },
    );
  }
}

void start();
