/** The conversation of an open room: header, messages, composer, and who is here. */
import { useEffect, useRef } from 'react';
import { usePreference } from '../../app/preferences';
import { usePhone } from '../../app/useWidth';
import { sendContext } from '../../live/contextBus';
import { asTyped } from '../../live/frames';
import { useLive } from '../../live/hooks';
import type { PendingPost, RoomState } from '../../live/store';
import { Announcer } from '../message/Announcer';
import { Composer, type ComposerHandle } from '../message/Composer';
import type { ContextPress } from '../message/ContextChip';
import { MessageList } from '../message/MessageList';
import { ParticipantPanel } from '../participant/ParticipantPanel';
import { RoomHeader } from './RoomHeader';
import styles from './RoomPage.module.css';

export interface ConversationProps {
  state: RoomState;
  /** The place of a message to go to. */
  at: number | undefined;
  paneShown: boolean;
  onPane: (shown: boolean) => void;
}

export function Conversation({ state, at, paneShown, onPane }: ConversationProps) {
  const live = useLive();
  const phone = usePhone();
  const { room } = state;
  const composer = useRef<ComposerHandle>(null);
  const [participants, setParticipants] = usePreference('participants_shown', 'no');
  const participantsShown = participants === 'yes';
  const showParticipants = (shown: boolean) => setParticipants(shown ? 'yes' : 'no');

  // Whoever opened the room can write at once; but keys that walk the rail stay there, and a phone shows no keyboard unasked.
  // Whoever comes to a message is taken there by the list.
  useEffect(() => {
    if (at !== undefined) return;
    if (!phone && !document.activeElement?.matches('nav :focus-visible')) composer.current?.focus();
  }, [phone, at]);

  const showContext: ContextPress = (context, { seq, author, at }) => {
    sendContext(room.id, context, { seq, author, at }, true);
    onPane(true);
  };
  const editAgain = (post: PendingPost) => {
    if (!composer.current?.restore(asTyped(post))) return;
    if (post.state === 'changed') live.decide(post.nonce, false);
    else live.dropPost(post.nonce);
  };

  return (
    <section className={styles.conversation} aria-label={room.name}>
      <RoomHeader
        state={state}
        paneShown={paneShown}
        onPane={onPane}
        participantsShown={participantsShown}
        onParticipants={showParticipants}
      />
      <div className={styles.body}>
        <div className={styles.messages}>
          <MessageList
            state={state}
            at={at}
            onContext={room.addin ? showContext : undefined}
            onEdit={editAgain}
          />
          <Composer ref={composer} room={room} onSent={() => live.goToEnd(room.id)} />
        </div>
        {participantsShown && <ParticipantPanel state={state} onClose={() => showParticipants(false)} />}
      </div>
      <Announcer room={room} />
    </section>
  );
}
