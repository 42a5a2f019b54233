/** A room: its conversation, and beside it the pane with its add-in. */
import { useParams, useSearch } from '@tanstack/react-router';
import { useEffect, useLayoutEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { writePreference } from '../../app/preferences';
import { useTitle } from '../../app/useTitle';
import { useNarrow } from '../../app/useWidth';
import { useLive, useLiveSelector, useRoomState } from '../../live/hooks';
import { unreadTotal } from '../../live/store';
import { Loading } from '../../ui/Loading';
import { useSession } from '../session/useSession';
import { Conversation } from './Conversation';
import { PaneColumn } from './PaneColumn';
import { PaneSheet } from './PaneSheet';
import { RoomAbsent } from './RoomAbsent';
import styles from './RoomPage.module.css';
import { usePaneShown } from './usePaneShown';

export function RoomPage() {
  const { room } = useParams({ from: '/signed-in/client/room/$room' });
  const { at } = useSearch({ from: '/signed-in/client/room/$room' });
  // What one room had open or half chosen is not the next one's.
  return <OpenRoom key={room} id={room} at={at} />;
}

function OpenRoom({ id, at }: { id: string; at: number | undefined }) {
  const { t } = useTranslation('room');
  const session = useSession();
  const live = useLive();
  const narrow = useNarrow();
  const state = useRoomState(id);
  const absence = useLiveSelector((all) => all.absent[id]);
  const unread = useLiveSelector(unreadTotal);
  const [paneShown, showPane] = usePaneShown(state?.room.addin != null, narrow);
  const name = state?.room.name;
  useTitle(name === undefined ? session.deployment : `${name} · ${session.deployment}`, unread);

  // Before the conversation marks anything read: opening remembers where the new messages begin.
  useLayoutEffect(() => live.openRoom(id), [live, id]);
  useEffect(() => {
    if (name !== undefined) writePreference('last_room', id);
  }, [id, name]);

  if (!state) {
    return (
      <main className={styles.page}>
        {absence ? <RoomAbsent room={id} absence={absence} /> : <Loading label={t('opening')} />}
      </main>
    );
  }
  const pane = { room: state.room, session, onClose: () => showPane(false) };
  return (
    <main className={styles.page}>
      <Conversation state={state} at={at} paneShown={paneShown} onPane={showPane} />
      {paneShown && (narrow ? <PaneSheet {...pane} /> : <PaneColumn {...pane} />)}
    </main>
  );
}
