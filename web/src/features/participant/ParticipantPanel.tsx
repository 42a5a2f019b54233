/** Who is in the room now. Large rooms keep no live list; theirs is fetched when somebody asks. */
import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { participantsQuery } from '../../api/queries';
import type { Participant } from '../../api/types';
import type { RoomState } from '../../live/store';
import { Button } from '../../ui/Button';
import { Chip } from '../../ui/Chip';
import { ErrorState } from '../../ui/ErrorState';
import { IconButton } from '../../ui/IconButton';
import { Loading } from '../../ui/Loading';
import { authorHue } from '../message/rows';
import styles from './ParticipantPanel.module.css';

export interface ParticipantPanelProps {
  state: RoomState;
  onClose: () => void;
}

export function ParticipantPanel({ state, onClose }: ParticipantPanelProps) {
  const { t, i18n } = useTranslation(['room', 'common']);
  const { room, participants, large } = state;
  const [asked, setAsked] = useState(false);
  const fetched = useQuery({ ...participantsQuery(room.id), enabled: large && asked });
  const shown = participants ?? (large ? fetched.data : undefined);
  const sorted = useMemo(() => {
    const collator = new Intl.Collator(i18n.language, { sensitivity: 'base' });
    return [...(shown ?? [])].sort((a, b) => collator.compare(a.display_name, b.display_name));
  }, [shown, i18n.language]);

  return (
    <aside className={styles.panel} aria-label={t('participants')}>
      <header className={styles.head}>
        <h2 className={styles.title}>{t('here', { count: room.participant_count })}</h2>
        <IconButton label={t('hide_participants')} onPress={onClose}>
          <X aria-hidden />
        </IconButton>
      </header>
      {shown ? (
        <ul className={styles.list} aria-label={t('participants')}>
          {sorted.map((participant) => (
            <Person key={participant.id} participant={participant} />
          ))}
        </ul>
      ) : large && fetched.isError ? (
        <ErrorState error={fetched.error} onRetry={() => void fetched.refetch()} />
      ) : large && !asked ? (
        <div className={styles.large}>
          <p>{t('large_room')}</p>
          <Button onPress={() => setAsked(true)}>{t('show_list')}</Button>
        </div>
      ) : (
        <Loading />
      )}
    </aside>
  );
}

function Person({ participant }: { participant: Participant }) {
  const { t } = useTranslation('room');
  return (
    <li className={styles.person} title={participant.address}>
      <span className={styles.initial} data-hue={authorHue(participant.id)} aria-hidden>
        {participant.display_name.slice(0, 1).toUpperCase()}
      </span>
      <span className={styles.name}>{participant.display_name}</span>
      {participant.manager && <Chip>{t('manager')}</Chip>}
      {participant.presenter && <Chip>{t('presenter')}</Chip>}
    </li>
  );
}
