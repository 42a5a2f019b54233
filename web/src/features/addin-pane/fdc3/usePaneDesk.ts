/** What the pane of a room does for the FDC3 pages in it: asks the person, posts, goes to rooms, searches. */
import { useNavigate } from '@tanstack/react-router';
import { useCallback, useLayoutEffect, useRef, useState } from 'react';
import type { LiveClient } from '../../../live/client';
import type { May } from '../access';
import type { RoomAccess } from '../bridge';
import type { PagesBeside } from '../usePagesBeside';
import { attachPane } from './desk';
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
}

/** `beside`: the pages that are opened beside the room's own; none while its pane is not shown. */
export function usePaneDesk(live: LiveClient, room: string, beside: PagesBeside | undefined): PaneDeskState {
  const navigate = useNavigate();
  const pages = useRef(beside);
  useLayoutEffect(() => {
    pages.current = beside;
  });
  const asking = useRef<Question | null>(null);
  const [question, setQuestion] = useState<Question | null>(null);

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
          if (pages.current === undefined) throw new Fdc3Error('ErrorOnLaunch');
          pages.current.open(page);
        },
        goTo: (to) => void navigate({ to: '/room/$room', params: { room: to } }),
        search: (words) => void navigate({ to: '/search', search: { q: words, room } }),
      });
      return () => {
        detach();
        asking.current?.answer(null);
      };
    },
    [live, room, navigate],
  );
  return { attach, question };
}
