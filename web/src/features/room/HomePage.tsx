/** No room is chosen: goes on to the one that was open last, or to the first; without any, says how to find one. */
import { useNavigate } from '@tanstack/react-router';
import { MessagesSquare, Plus, Search } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { openFinder } from '../../app/finder';
import { readPreference } from '../../app/preferences';
import { useTitle } from '../../app/useTitle';
import { Button, ButtonLink } from '../../ui/Button';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorState } from '../../ui/ErrorState';
import { Loading } from '../../ui/Loading';
import { useSession } from '../session/useSession';
import styles from './RoomPage.module.css';
import { useRooms } from './useRooms';

export function HomePage() {
  const { t } = useTranslation('room');
  const session = useSession();
  const { rooms, error, retry } = useRooms();
  useTitle(session.deployment);

  const all = rooms === undefined ? [] : [...rooms.followed, ...rooms.member];
  const last = readPreference('last_room');
  const room = (all.find(({ id }) => id === last) ?? all[0])?.id;
  const navigate = useNavigate();
  const left = useRef(false);
  useEffect(() => {
    // Once: the list changes with every message, and whoever has chosen another room meanwhile is not brought back.
    if (room === undefined || left.current) return;
    left.current = true;
    void navigate({ to: '/room/$room', params: { room }, replace: true });
  }, [navigate, room]);

  if (!rooms || room !== undefined) {
    return (
      <main className={styles.page}>
        {error ? <ErrorState error={error} onRetry={retry} /> : <Loading />}
      </main>
    );
  }
  return (
    <main className={styles.page}>
      <EmptyState
        isPage
        icon={<MessagesSquare aria-hidden />}
        title={t('home_empty_title')}
        action={
          <>
            <Button variant="primary" icon={<Search aria-hidden />} onPress={openFinder}>
              {t('find_room')}
            </Button>
            {session.may_create_rooms && (
              <ButtonLink href="/manage/new" icon={<Plus aria-hidden />}>
                {t('create_room')}
              </ButtonLink>
            )}
          </>
        }
      >
        {t(session.may_create_rooms ? 'home_empty_words_creator' : 'home_empty_words')}
      </EmptyState>
    </main>
  );
}
