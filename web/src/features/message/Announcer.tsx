/**
 * A polite voice for screen readers: "3 new messages in Ops", gathered over two seconds. The conversation
 * itself is no live region, since a busy room would never stop talking.
 */
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Room } from '../../api/types';
import { useRoomEvents } from '../../live/hooks';
import { VisuallyHidden } from '../../ui/VisuallyHidden';
import { useSession } from '../session/useSession';

const GATHER_MS = 2000;

export function Announcer({ room }: { room: Room }) {
  const { t } = useTranslation('message');
  const me = useSession().person.id;
  const [words, setWords] = useState('');
  const arrived = useRef({ count: 0, important: false });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  useRoomEvents(room.id, (frame) => {
    if (frame.type !== 'message' || frame.author.id === me) return;
    arrived.current.count += 1;
    arrived.current.important ||= frame.alert;
    timer.current ??= setTimeout(() => {
      const { count, important } = arrived.current;
      const key = important ? 'announce_important' : 'announce';
      setWords(t(key, { count, room: room.name }));
      arrived.current = { count: 0, important: false };
      timer.current = undefined;
    }, GATHER_MS);
  });

  return (
    <VisuallyHidden>
      <span role="status" aria-live="polite">
        {words}
      </span>
    </VisuallyHidden>
  );
}
