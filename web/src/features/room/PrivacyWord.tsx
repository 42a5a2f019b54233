/** Who may find and read a room, and who posts in it: an icon with its word. */
import { DoorOpen, EyeOff, Lock, Megaphone } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Room } from '../../api/types';
import styles from './PrivacyWord.module.css';

const icons = { open: DoorOpen, closed: Lock, secret: EyeOff };

export function PrivacyWord({ room }: { room: Pick<Room, 'privacy' | 'type'> }) {
  const { t } = useTranslation('room');
  const Icon = icons[room.privacy];
  return (
    <>
      <span className={styles.word}>
        <Icon aria-hidden />
        {t(`privacy_${room.privacy}`)}
      </span>
      {room.type === 'auditorium' && (
        <span className={styles.word}>
          <Megaphone aria-hidden />
          {t('auditorium')}
        </span>
      )}
    </>
  );
}
