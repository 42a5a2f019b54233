/** What the pane of a room does for the FDC3 pages in it: asks the person, posts, goes to rooms, searches. */
import { useNavigate } from '@tanstack/react-router';
import { useCallback, useLayoutEffect, useRef, useState } from 'react';
import type { LiveClient } from '../../../live/client';
import type { May } from '../access';
import type { RoomAccess } from '../bridge';
import { attachPane, type Opened } from './desk';
import type { Choice } from './intents';
import { Fdc3Error } from './messages';

/** Who shall answer an intent. */
export interface Question {
  choices: readonly Choice[];
  answer: (choice: Choice | null) => void;
}

export interface PaneRights {
  access: RoomAccess;
  may: May;
}

export interface PaneDeskState {
  attach: (rights: PaneRights) => () => void;
  question: Question | null;
  /** The pages that were opened beside the room's own. */
  opened: readonly Opened[];
  /** The one of them that is shown; null for the room's own. */
  shown: string | null;
  show: (instance: string | null) => void;
  close: (instance: string) => void;
}

/** Pages beside the room's own: a page cannot open them without end. */
const OPENED_MAX = 8;

/** `isShown`: there is a place for the pages that a page opens beside itself. */
export function usePaneDesk(live: LiveClient, room: string, isShown: boolean): PaneDeskState {
  const navigate = useNavigate();
  const hasPlace = useRef(isShown);
  useLayoutEffect(() => {
    hasPlace.current = isShown;
  });
  const asking = useRef<Question | null>(null);
  const [question, setQuestion] = useState<Question | null>(null);
  const pages = useRef<readonly Opened[]>([]);
  const [opened, setOpened] = useState(pages.current);
  const [shown, show] = useState<string | null>(null);
  const hold = useCallback((next: readonly Opened[]) => {
    pages.current = next;
    setOpened(next);
  }, []);
  const close = useCallback(
    (instance: string) => {
      hold(pages.current.filter((page) => page.instance !== instance));
      show((current) => (current === instance ? null : current));
    },
    [hold],
  );

  const attach = useCallback(
    ({ access, may }: PaneRights) => {
      const detach = attachPane(live, room, {
        choose: (choices) => {
          // One question at a time: a page cannot bury the person in them.
          if (asking.current !== null) return Promise.reject(new Fdc3Error('ResolverUnavailable'));
          return new Promise((resolve) => {
            const answer = (choice: Choice | null) => {
              asking.current = null;
              setQuestion(null);
              resolve(choice);
            };
            asking.current = { choices, answer };
            setQuestion(asking.current);
          });
        },
        send: async (text) => {
          if (!may('messages.send')) throw new Fdc3Error('IntentDeliveryFailed');
          const draft = { text, alert: false };
          if (!may('messages.send.silent') && !(await access.confirm(draft))) {
            throw new Fdc3Error('UserCancelledResolution');
          }
          await access.send(draft).catch(() => {
            throw new Fdc3Error('IntentDeliveryFailed');
          });
        },
        open: (page) => {
          if (!hasPlace.current || pages.current.length >= OPENED_MAX) throw new Fdc3Error('ErrorOnLaunch');
          hold([...pages.current, page]);
          show(page.instance);
        },
        goTo: (to) => void navigate({ to: '/room/$room', params: { room: to } }),
        search: (words) => void navigate({ to: '/search', search: { q: words, room } }),
      });
      return () => {
        detach();
        asking.current?.answer(null);
      };
    },
    [live, room, navigate, hold],
  );
  return { attach, question, opened, shown, show, close };
}
