/** The rail: the rooms a person follows or is a member of, with what is new in them, and the way to others. */
import { Link, useParams } from '@tanstack/react-router';
import { CircleAlert, PanelLeftClose, PanelLeftOpen, Plus } from 'lucide-react';
import { useEffect, useId, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Room } from '../../api/types';
import { openFinder } from '../../app/finder';
import { usePreference } from '../../app/preferences';
import { usePhone } from '../../app/useWidth';
import { formatNumber } from '../../i18n/format';
import { useRoomState } from '../../live/hooks';
import { Button } from '../../ui/Button';
import { cx } from '../../ui/cx';
import { ErrorState } from '../../ui/ErrorState';
import { IconButton } from '../../ui/IconButton';
import { Loading } from '../../ui/Loading';
import styles from './Rail.module.css';
import { initials } from './railRooms';
import type { RoomsRead } from './useRooms';

/** Beyond this a number says no more than that there is much. */
const COUNTED_MAX = 999;

export function Rail({ read }: { read: RoomsRead }) {
  const { t } = useTranslation('room');
  const phone = usePhone();
  const [preference, setFolded] = usePreference('rail_folded', 'no');
  const folded = preference === 'yes' && !phone;
  const { rooms, error, retry } = read;
  const { room: current } = useParams({ strict: false });
  const rail = useRef<HTMLElement>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another room is the reason to look for it
  useEffect(() => {
    rail.current?.querySelector('[aria-current=page]')?.scrollIntoView({ block: 'nearest' });
  }, [current]);

  return (
    <nav ref={rail} className={cx(styles.rail, folded && styles.folded)} aria-label={t('rooms')}>
      <div className={styles.lists}>
        {phone && <h1 className={styles.title}>{t('rooms')}</h1>}
        {!rooms && (error ? <ErrorState error={error} onRetry={retry} /> : <Loading />)}
        {rooms && (
          <Section title={t('followed')} rooms={rooms.followed} folded={folded} empty={t('followed_none')} />
        )}
        {rooms && rooms.member.length > 0 && (
          <Section title={t('member_of')} rooms={rooms.member} folded={folded} />
        )}
      </div>
      <footer className={styles.foot}>
        {folded ? (
          <IconButton label={t('find_or_create')} shortcut="Ctrl K" onPress={openFinder}>
            <Plus aria-hidden />
          </IconButton>
        ) : (
          <Button
            variant="quiet"
            className={styles.find ?? ''}
            icon={<Plus aria-hidden />}
            onPress={openFinder}
          >
            {t('find_or_create')}
          </Button>
        )}
        {!phone && (
          <IconButton
            label={t(folded ? 'unfold_rail' : 'fold_rail')}
            onPress={() => setFolded(folded ? 'no' : 'yes')}
          >
            {folded ? <PanelLeftOpen aria-hidden /> : <PanelLeftClose aria-hidden />}
          </IconButton>
        )}
      </footer>
    </nav>
  );
}

interface SectionProps {
  title: string;
  rooms: readonly Room[];
  folded: boolean;
  empty?: string;
}

function Section({ title, rooms, folded, empty }: SectionProps) {
  const heading = useId();
  return (
    <section className={styles.section} aria-labelledby={heading}>
      <h2 id={heading} className={styles.heading}>
        {title}
      </h2>
      {rooms.length === 0 && empty !== undefined && !folded && <p className={styles.empty}>{empty}</p>}
      <ul>
        {rooms.map((room) => (
          <li key={room.id}>
            <RailRoom room={room} folded={folded} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function RailRoom({ room, folded }: { room: Room; folded: boolean }) {
  const { t } = useTranslation('room');
  const state = useRoomState(room.id);
  const name = state?.room.name ?? room.name;
  // Only followed rooms say what is new in them; the others are silent until they are opened.
  const unread = room.followed ? (state?.room.unread ?? room.unread) : 0;
  const important = unread > 0 && state?.important === true;
  const words = [
    name,
    ...(unread > 0 ? [t('unread', { count: unread })] : []),
    ...(important ? [t('unread_important')] : []),
  ].join(', ');

  return (
    <Link
      to="/room/$room"
      params={{ room: room.id }}
      className={cx(styles.room, unread > 0 && styles.unread, important && styles.important)}
      aria-label={words}
      title={folded ? words : undefined}
    >
      <span className={styles.name} aria-hidden>
        {folded ? initials(name) : name}
      </span>
      {important && <CircleAlert aria-hidden />}
      {unread > 0 && !(important && folded) && (
        <span className={styles.count} aria-hidden>
          {unread > COUNTED_MAX ? `${formatNumber(COUNTED_MAX)}+` : formatNumber(unread)}
        </span>
      )}
    </Link>
  );
}
