/** Finds a room by name or description: type, choose by arrows, Enter opens. Also the way to create one. */
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Plus, Search, Star } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { GridList, GridListItem, Link } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { roomsQuery } from '../../api/queries';
import type { Room } from '../../api/types';
import { ButtonLink } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorState } from '../../ui/ErrorState';
import { IconToggle } from '../../ui/IconButton';
import { Loading } from '../../ui/Loading';
import { moveBetweenFieldAndRows } from '../../ui/moveBetweenFieldAndRows';
import { SearchField } from '../../ui/SearchField';
import { useSession } from '../session/useSession';
import { PrivacyWord } from './PrivacyWord';
import styles from './RoomFinder.module.css';
import { useFollow } from './useFollow';

const SHOWN_MAX = 50;

export function RoomFinder({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(['room', 'search']);
  const session = useSession();
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const name = useDeferredValue(typed.trim());
  const {
    data: rooms,
    error,
    refetch,
  } = useQuery(
    roomsQuery({
      relation: 'visible',
      search_description: true,
      limit: SHOWN_MAX,
      ...(name === '' ? {} : { name }),
    }),
  );

  const open = (room: string) => {
    onClose();
    void navigate({ to: '/room/$room', params: { room } });
  };

  const searchMessages = () => {
    onClose();
    void navigate({ to: '/search', search: { q: name } });
  };

  return (
    <Dialog
      title={t('find_room')}
      isOpen
      onClose={onClose}
      size="medium"
      actions={
        <div className={styles.foot}>
          <span className={styles.keys}>
            {rooms?.length === SHOWN_MAX ? t('finder_more', { count: SHOWN_MAX }) : t('finder_keys')}
          </span>
          {session.may_create_rooms && (
            <ButtonLink href="/manage/new" icon={<Plus aria-hidden />}>
              {t('create_room')}
            </ButtonLink>
          )}
        </div>
      }
    >
      <search onKeyDownCapture={moveBetweenFieldAndRows}>
        <SearchField
          label={t('finder_label')}
          value={typed}
          onChange={setTyped}
          onSubmit={() => {
            if (rooms?.[0]) open(rooms[0].id);
            else if (name !== '') searchMessages();
          }}
          autoFocus
          className={styles.search ?? ''}
        />
        {name !== '' && (
          <Link className={styles.messages ?? ''} onPress={searchMessages}>
            <Search aria-hidden />
            {t('search:for_typed', { typed: name })}
          </Link>
        )}
        {rooms ? (
          <GridList
            aria-label={t('finder_rooms')}
            items={rooms}
            className={styles.rooms ?? ''}
            onAction={(key) => open(String(key))}
            renderEmptyState={() => (
              <EmptyState title={t(name === '' ? 'finder_all' : 'finder_none')}>
                {t('finder_none_words')}
              </EmptyState>
            )}
          >
            {(room) => <Found room={room} />}
          </GridList>
        ) : error ? (
          <ErrorState error={error} onRetry={() => void refetch()} />
        ) : (
          <Loading />
        )}
      </search>
    </Dialog>
  );
}

function Found({ room }: { room: Room }) {
  const { t } = useTranslation('room');
  const follow = useFollow(room.id);
  return (
    <GridListItem textValue={room.name} className={styles.room ?? ''}>
      <span className={styles.words}>
        <span className={styles.first}>
          <span className={styles.name}>{room.name}</span>
          <span className={styles.facts}>
            <PrivacyWord room={room} />
            <span>{room.category.name}</span>
          </span>
        </span>
        {room.description !== '' && <span className={styles.description}>{room.description}</span>}
      </span>
      {room.permissions.join && (
        <IconToggle
          label={t('follow_room', { room: room.name })}
          isSelected={room.followed}
          isDisabled={follow.isPending}
          onChange={(followed) => follow.mutate(followed)}
          className={styles.follow ?? ''}
        >
          <Star aria-hidden />
        </IconToggle>
      )}
    </GridListItem>
  );
}
