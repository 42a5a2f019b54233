/** The conversation: a window of real rows that slides over the room's history while one scrolls. */
import { ArrowDown, ArrowUp } from 'lucide-react';
import { Fragment, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDay } from '../../i18n/format';
import { useConnection, useLive, useLiveSelector } from '../../live/hooks';
import type { PendingPost, RoomState } from '../../live/store';
import { hasNewer, hasOlder } from '../../live/window';
import { Button } from '../../ui/Button';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorState } from '../../ui/ErrorState';
import { Loading } from '../../ui/Loading';
import { useSession } from '../session/useSession';
import type { ContextPress } from './ContextChip';
import styles from './MessageList.module.css';
import { MessageRow } from './MessageRow';
import { PendingRow } from './PendingRow';
import { buildRows } from './rows';
import { useMessageScroll } from './useMessageScroll';
import { useReading } from './useReading';
import { useRowKeys } from './useRowKeys';

export interface MessageListProps {
  state: RoomState;
  /** The place of a message to go to. */
  at: number | undefined;
  onContext: ContextPress | undefined;
  onEdit: (post: PendingPost) => void;
}

export function MessageList({ state, at, onContext, onEdit }: MessageListProps) {
  const { t, i18n } = useTranslation('message');
  const live = useLive();
  const session = useSession();
  const { word } = useConnection();
  const { room, window: held, following, newFrom, loading, failed } = state;
  const id = room.id;
  const allPending = useLiveSelector((all) => all.pending);
  const pending = useMemo(() => allPending.filter((post) => post.room === id), [allPending, id]);
  const rows = useMemo(() => buildRows(held?.messages ?? [], newFrom), [held, newFrom]);
  const detached = held !== null && hasNewer(held);

  useReading(id, following && !detached, room.head, room.unread);

  const { list, look, toEnd, toPlace, toNew, onWheel, newAbove } = useMessageScroll(state, rows, pending, at);
  const { tabStop, onKeyDown, onFocus } = useRowKeys(rows);

  if (!held) {
    return failed ? (
      <ErrorState error={failed.error} onRetry={() => void live.load(id, 'latest')} />
    ) : (
      <Loading label={t('loading')} />
    );
  }

  const offline = word === 'offline';
  return (
    <div className={styles.frame}>
      {newAbove && (
        <div className={styles.above} onWheel={onWheel}>
          <Button className={styles.jump ?? ''} icon={<ArrowUp aria-hidden />} onPress={toNew}>
            {t('jump_to_new')}
          </Button>
        </div>
      )}
      <div className={styles.list} ref={list} onScroll={look}>
        <div>
          {loading === 'older' && <div className={styles.edge}>{t('loading_older')}</div>}
          {failed?.end === 'older' && (
            <LoadFailed words={t('older_failed')} onRetry={() => void live.load(id, 'older')} />
          )}
          {!room.permissions.read_history && <div className={styles.edge}>{t('no_history')}</div>}
          {held.messages.length > 0 && !hasOlder(held) && room.permissions.read_history && (
            <div className={styles.edge}>{t('beginning', { room: room.name })}</div>
          )}
          {held.messages.length === 0 && pending.length === 0 && (
            <EmptyState title={t('empty_title')}>
              {room.permissions.post ? t('empty_words') : t('empty_words_reader')}
            </EmptyState>
          )}
          <div
            role="feed"
            aria-label={t('feed', { room: room.name })}
            aria-busy={loading !== null}
            onKeyDown={onKeyDown}
            onFocus={onFocus}
          >
            {rows.map(({ message, startsDay, startsNew, continues }) => (
              <Fragment key={message.seq}>
                {startsDay && <DayLine at={message.at} />}
                {startsNew && <NewLine />}
                <MessageRow
                  message={message}
                  continues={continues}
                  isTabStop={message.seq === tabStop}
                  isFound={message.seq === at}
                  head={room.head}
                  language={i18n.language}
                  onContext={onContext}
                  onPlace={toPlace}
                />
              </Fragment>
            ))}
            {!detached &&
              pending.map((post) => (
                <PendingRow
                  key={post.nonce}
                  post={post}
                  author={session.person.display_name}
                  offline={offline}
                  onEdit={onEdit}
                  onDiscard={() =>
                    post.state === 'changed' ? live.decide(post.nonce, false) : live.dropPost(post.nonce)
                  }
                  onAgree={() => live.decide(post.nonce, true)}
                />
              ))}
          </div>
          {failed?.end === 'newer' && (
            <LoadFailed words={t('newer_failed')} onRetry={() => void live.load(id, 'newer')} />
          )}
        </div>
      </div>
      {(!following || detached) && held.messages.length > 0 && (
        <div className={styles.below} onWheel={onWheel}>
          <Button className={styles.jump ?? ''} icon={<ArrowDown aria-hidden />} onPress={toEnd}>
            {room.unread > 0 ? t('jump_to_latest_new', { count: room.unread }) : t('jump_to_latest')}
          </Button>
        </div>
      )}
    </div>
  );
}

function LoadFailed({ words, onRetry }: { words: string; onRetry: () => void }) {
  const { t } = useTranslation('message');
  return (
    <div className={styles.edge} role="alert">
      {words}
      <Button variant="quiet" onPress={onRetry}>
        {t('try_again')}
      </Button>
    </div>
  );
}

function DayLine({ at }: { at: string }) {
  return (
    <div className={styles.day}>
      <time dateTime={at}>{formatDay(at)}</time>
    </div>
  );
}

function NewLine() {
  const { t } = useTranslation('message');
  return (
    <div className={styles.new} data-new-line>
      <span>{t('new')}</span>
    </div>
  );
}
