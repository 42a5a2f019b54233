/** No room is chosen: goes on to the one that was open last, or to the first; without any, says how to find one. */
import { Navigate } from '@tanstack/react-router';
import { MessagesSquare, Plus, Search } from 'lucide-react';
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

  if (!rooms) {
    return (
      <main className={styles.page}>
        {error ? <ErrorState error={error} onRetry={retry} /> : <Loading />}
      </main>
    );
  }
  const all = [...rooms.followed, ...rooms.member];
  const last = readPreference('last_room');
  const room = all.find(({ id }) => id === last) ?? all[0];
  if (room) return <Navigate to="/room/$room" params={{ room: room.id }} replace />;
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
