/** Why a room is not shown, and the next step. Tries again by itself when the person's rooms change. */

import { useQuery } from '@tanstack/react-query';
import { DoorClosed, Lock, PowerOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../api/problem';
import { roomQuery } from '../../api/queries';
import { openFinder } from '../../app/finder';
import { useFrames, useLive } from '../../live/hooks';
import type { Absence } from '../../live/store';
import { Button } from '../../ui/Button';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorState } from '../../ui/ErrorState';

export function RoomAbsent({ room, absence }: { room: string; absence: Absence }) {
  const { t } = useTranslation('room');
  const live = useLive();
  const { code, detail, removed } = absence;
  // A closed room is visible to more people than may read it: they are told its name.
  const seen = useQuery({ ...roomQuery(room), enabled: code === 'ErrorPermission' });
  const retry = () => live.retryRoom(room);
  useFrames((frame) => {
    if (frame.type === 'rooms_changed') retry();
  });
  const action = <Button onPress={openFinder}>{t('find_room')}</Button>;

  if (code === 'NodeDisabled') {
    return (
      <EmptyState isPage icon={<PowerOff aria-hidden />} title={t('disabled_title')} action={action}>
        {t('disabled_words')}
      </EmptyState>
    );
  }
  if (code === 'ErrorPermission') {
    const name = seen.data?.name;
    const title = name === undefined ? t('members_title') : t('members_title_named', { room: name });
    return (
      <EmptyState isPage icon={<Lock aria-hidden />} title={title} action={action}>
        {t('members_words')}
      </EmptyState>
    );
  }
  if (code === 'NoSuchNode') {
    return (
      <EmptyState
        isPage
        icon={<DoorClosed aria-hidden />}
        title={t(removed ? 'removed_title' : 'absent_title')}
        action={action}
      >
        {t(removed ? 'removed_words' : 'absent_words')}
      </EmptyState>
    );
  }
  const problem = new ProblemError({ type: 'about:blank', title: code, status: 400, code, detail });
  return <ErrorState error={problem} title={t('refused_title')} onRetry={retry} />;
}
