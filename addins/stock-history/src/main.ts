// Joins the room to the page: the ticker last posted or chosen there is the one whose history is shown here.
import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './style.css';
import { AddinError, type ContextOrigin, connect, type Environment, NotInRoomError } from '@perch/addin';
import type { Post } from './card.js';
import { PriceSource, readConfig } from './source.js';
import { View } from './view.js';

const query = new URLSearchParams(location.search);

/** Until the room says better: what the address says (`{locale}` and `{theme}` are expanded there), else the browser. */
function environmentAtFirst(): Environment {
  const theme = query.get('theme') ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
  return { locale: query.get('locale') ?? navigator.language, theme: theme === 'dark' ? 'dark' : 'light' };
}

/** Says what went wrong. */
function detailOf(error: unknown): string {
  return error instanceof AddinError ? error.detail : String(error);
}

async function start(): Promise<void> {
  let again = (): void => {};
  let share = (_: Post): void => {};
  const view = new View(environmentAtFirst(), {
    retry: () => again(),
    share: (post) => share(post),
  });
  const [config, room] = await Promise.all([readConfig(query), connect({ wants: ['contexts'] })]).catch(
    (error: unknown) => {
      view.show(
        error instanceof NotInRoomError ? { state: 'outside' } : { state: 'failed', detail: detailOf(error) },
      );
      return [null, null];
    },
  );
  if (config === null || room === null) {
    return;
  }
  const source = new PriceSource(config.source);
  let latest = 0;

  const display = async (ticker: string, message: ContextOrigin | null): Promise<void> => {
    latest += 1;
    const turn = latest;
    again = () => void display(ticker, message);
    try {
      const found = await source.find(ticker);
      // Another ticker was posted while this one was looked up: its answer is the one to show.
      if (turn === latest) {
        view.show(
          found.kind === 'prices'
            ? { state: 'prices', ticker, prices: found.prices, message, ...config }
            : { state: 'unknown', ticker, known: found.known },
        );
      }
    } catch {
      if (turn === latest) {
        view.show({ state: 'unreachable', ticker, source: config.source });
      }
    }
  };

  share = (post) => {
    room.postCard(post.text, post.card).then(
      () => view.shared(),
      (error: unknown) => {
        // That the person would rather not is no failure.
        const declined = error instanceof AddinError && error.code === 'ActionDeclined';
        view.shared(declined ? '' : detailOf(error));
      },
    );
  };
  view.offerSharing(room.granted.includes('cards.post'));
  room.on('grantsChanged', () => view.offerSharing(room.granted.includes('cards.post')));
  view.dress(room.user);
  view.show({ state: 'waiting' });
  room.on('environmentChanged', (environment) => view.dress(environment));
  room.on('context', ({ context, message }) => {
    if (context.type === 'fdc3.instrument') {
      void display((context.id.ticker ?? context.name).toUpperCase(), message);
    }
  });
}

void start();
