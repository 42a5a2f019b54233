/** What room this is, who may read it, how many are here, and what can be done with it. */
import {
  ArrowLeft,
  CheckCheck,
  Ellipsis,
  Link2,
  PanelRight,
  Search,
  Settings2,
  Star,
  Users,
} from 'lucide-react';
import { Link, ToggleButton } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { Room } from '../../api/types';
import { usePhone } from '../../app/useWidth';
import { useLive } from '../../live/hooks';
import type { RoomState } from '../../live/store';
import { cx } from '../../ui/cx';
import { IconButton, IconToggle } from '../../ui/IconButton';
import iconButton from '../../ui/IconButton.module.css';
import { Menu, MenuItem } from '../../ui/Menu';
import { Tooltip } from '../../ui/Tooltip';
import { toast } from '../../ui/toast';
import { PrivacyWord } from './PrivacyWord';
import styles from './RoomHeader.module.css';
import { useFollow } from './useFollow';

export interface RoomHeaderProps {
  state: RoomState;
  paneShown: boolean;
  onPane: (shown: boolean) => void;
  participantsShown: boolean;
  onParticipants: (shown: boolean) => void;
}

export function RoomHeader({ state, paneShown, onPane, participantsShown, onParticipants }: RoomHeaderProps) {
  const { t } = useTranslation(['room', 'search']);
  const phone = usePhone();
  const { room } = state;
  const here = t('here', { count: room.participant_count });
  return (
    <header className={styles.header}>
      {phone && (
        <Link href="/" aria-label={t('back_to_rooms')} className={iconButton.button ?? ''}>
          <ArrowLeft aria-hidden />
        </Link>
      )}
      <div className={styles.what}>
        <h1 className={styles.name}>{room.name}</h1>
        <p className={styles.facts}>
          <PrivacyWord room={room} />
          <span className={styles.category}>{room.category.name}</span>
          {room.description !== '' && (
            <span className={styles.description} title={room.description}>
              {room.description}
            </span>
          )}
        </p>
      </div>
      <div className={styles.acts}>
        <ToggleButton
          isSelected={participantsShown}
          onChange={onParticipants}
          aria-label={`${t('show_participants')}, ${here}`}
          className={styles.toggle ?? ''}
        >
          <Users aria-hidden />
          <span className={styles.number}>{phone ? room.participant_count : here}</span>
        </ToggleButton>
        <FollowToggle room={room} />
        {room.permissions.read_history && (
          <Tooltip text={t('search:in_this_room')}>
            <Link
              href={`/search?room=${room.id}`}
              aria-label={t('search:in_this_room')}
              className={iconButton.button ?? ''}
            >
              <Search aria-hidden />
            </Link>
          </Tooltip>
        )}
        <RoomMenu room={room} />
        <IconToggle label={t(paneShown ? 'hide_pane' : 'show_pane')} isSelected={paneShown} onChange={onPane}>
          <PanelRight aria-hidden />
        </IconToggle>
      </div>
    </header>
  );
}

function FollowToggle({ room }: { room: Room }) {
  const { t } = useTranslation('room');
  const follow = useFollow(room.id);
  return (
    <ToggleButton
      isSelected={room.followed}
      onChange={(followed) => follow.mutate(followed)}
      isDisabled={follow.isPending}
      aria-label={t('follow_room', { room: room.name })}
      className={cx(styles.toggle, styles.follow)}
    >
      <Star aria-hidden />
      <span className={styles.words}>{t(room.followed ? 'following' : 'follow')}</span>
    </ToggleButton>
  );
}

function RoomMenu({ room }: { room: Room }) {
  const { t } = useTranslation('room');
  const live = useLive();
  const copyLink = async () => {
    const link = `${location.origin}/room/${room.id}`;
    try {
      await navigator.clipboard.writeText(link);
      toast(t('link_copied'), { tone: 'ok' });
    } catch {
      // Browsers give the clipboard only to pages that came by https.
      toast(t('link_not_copied', { link }), { tone: 'error' });
    }
  };
  return (
    <Menu
      label={t('room_menu', { room: room.name })}
      placement="bottom end"
      trigger={
        <IconButton label={t('room_menu', { room: room.name })}>
          <Ellipsis aria-hidden />
        </IconButton>
      }
    >
      {room.permissions.manage && (
        <MenuItem href={`/manage/rooms/${room.id}`} icon={<Settings2 aria-hidden />}>
          {t('manage_room')}
        </MenuItem>
      )}
      <MenuItem icon={<Link2 aria-hidden />} onAction={() => void copyLink()}>
        {t('copy_link')}
      </MenuItem>
      <MenuItem
        icon={<CheckCheck aria-hidden />}
        isDisabled={room.unread === 0}
        onAction={() => live.markRead(room.id, room.head)}
      >
        {t('mark_read')}
      </MenuItem>
    </Menu>
  );
}
