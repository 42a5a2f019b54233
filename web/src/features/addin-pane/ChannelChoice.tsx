/** On which channel an FDC3 page is: what is broadcast on it by one page reaches the others there. */
import { useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { useLive } from '../../live/hooks';
import { Select } from '../../ui/Select';
import styles from './AddinPane.module.css';
import { roomChannel } from './fdc3/channels';
import { agentOf } from './fdc3/desk';

/** In the list, where no channel has no identifier. */
const NONE = 'none';
/** As many as FDC3 recommends. */
const NUMBERS = [1, 2, 3, 4, 5, 6, 7, 8];

/** The channel of a room's own page, or of an instance beside it; undefined while that does not speak FDC3. */
export function useChannel(room: string, instance: string | null): string | null | undefined {
  const agent = agentOf(useLive());
  return useSyncExternalStore(
    (changed) => agent.watch(changed),
    () => agent.channelOf(room, instance),
  );
}

export interface ChannelChoiceProps {
  room: string;
  instance: string | null;
  channel: string | null;
}

export function ChannelChoice({ room, instance, channel }: ChannelChoiceProps) {
  const { t } = useTranslation('pane');
  const agent = agentOf(useLive());
  const own = { id: roomChannel(room), label: t('channel_room') };
  return (
    <Select
      label={t('channel')}
      labelHidden
      className={styles.channel ?? ''}
      options={[
        ...(instance === null ? [own] : []),
        ...NUMBERS.map((n) => ({ id: `fdc3.channel.${n}`, label: t('channel_number', { n }) })),
        { id: NONE, label: t('channel_none') },
      ]}
      value={channel ?? NONE}
      onChange={(id) => agent.putOn(room, instance, id === NONE ? null : id)}
    />
  );
}
