/** Has a webhook told everything again from a message of a room on. */
import { RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { WebhookRoom } from '../../api/types';
import { formatNumber } from '../../i18n/format';
import { Button } from '../../ui/Button';
import { Select } from '../../ui/Select';
import { TextField } from '../../ui/TextField';
import styles from './WebhookPanel.module.css';

interface ReplayProps {
  rooms: readonly WebhookRoom[];
  isPending: boolean;
  onReplay: (room: string, from: number) => void;
}

export function Replay({ rooms, isPending, onReplay }: ReplayProps) {
  const { t } = useTranslation('webhook');
  const [chosen, setChosen] = useState(rooms[0]?.room ?? '');
  const [typed, setTyped] = useState('');
  const room = rooms.find((candidate) => candidate.room === chosen);
  const from = Number(typed);
  const isPlace = /^\d+$/.test(typed) && from >= 1 && room !== undefined && from <= room.head;
  return (
    <details className={styles.more}>
      <summary>{t('replay_title')}</summary>
      <div className={styles.replay}>
        <Select
          label={t('replay_room')}
          options={rooms.map(({ room: id, name }) => ({ id, label: name }))}
          value={chosen}
          onChange={setChosen}
        />
        <TextField
          label={t('replay_from')}
          inputMode="numeric"
          value={typed}
          onChange={setTyped}
          {...(room && {
            description: t('replay_from_words', {
              seq: formatNumber(room.seq),
              head: formatNumber(room.head),
            }),
          })}
          {...(typed !== '' && !isPlace && { error: t('replay_from_wrong') })}
        />
        <Button
          icon={<RotateCcw aria-hidden />}
          isDisabled={!isPlace || isPending}
          onPress={() => {
            onReplay(chosen, from);
            setTyped('');
          }}
        >
          {t('replay')}
        </Button>
      </div>
    </details>
  );
}
