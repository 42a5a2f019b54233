/**
 * The conversation: a window of real rows that slides over the room's history while one scrolls.
 *
 * Positions are kept by the browser's scroll anchoring; where that is missing (Safari), and wherever a target
 * must be reached, the layout effect below does it. Scrolling stays at the end while the reader is there.
 */
import { ArrowDown, ArrowUp } from 'lucide-react';
import {
  Fragment,
  type KeyboardEvent,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type WheelEvent,
} from 'react';
import { useTranslation } from 'react-i18next';
import { formatDay } from '../../i18n/format';
import { useConnection, useLive, useLiveSelector } from '../../live/hooks';
import type { PendingPost, RoomState } from '../../live/store';
import { hasNewer, hasOlder, newest } from '../../live/window';
import { Button } from '../../ui/Button';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorState } from '../../ui/ErrorState';
import { Loading } from '../../ui/Loading';
import { useSession } from '../session/useSession';
import styles from './MessageList.module.css';
import { MessageRow } from './MessageRow';
import type { ContextPress } from './MessageText';
import { PendingRow } from './PendingRow';
import { buildRows } from './rows';
import { useReading } from './useReading';

/** Closer to an end than this, the next page is asked for. */
const PREFETCH_PX = 1200;
const AT_END_PX = 24;
const PAGE_STEP = 10;
const anchorsNatively = typeof CSS !== 'undefined' && CSS.supports('overflow-anchor', 'auto');

export interface MessageListProps {
  state: RoomState;
  onContext: ContextPress;
  onEdit: (post: PendingPost) => void;
}

export function MessageList({ state, onContext, onEdit }: MessageListProps) {
  const { t, i18n } = useTranslation('message');
  const live = useLive();
  const session = useSession();
  const { word } = useConnection();
  const { room, window: held, following, newFrom, loading, failed } = state;
  const id = room.id;
  const list = useRef<HTMLDivElement>(null);
  const lastTop = useRef(0);
  const target = useRef<number | null>(null);
  const anchor = useRef<{ seq: string; top: number } | null>(null);
  const [tabStop, setTabStop] = useState<number | null>(null);
  const [newAbove, setNewAbove] = useState(false);
  const allPending = useLiveSelector((all) => all.pending);
  const pending = useMemo(() => allPending.filter((post) => post.room === id), [allPending, id]);
  const rows = useMemo(() => buildRows(held?.messages ?? [], newFrom), [held, newFrom]);
  const tabbed = rows.some((row) => row.message.seq === tabStop) ? tabStop : held && (newest(held) ?? null);
  const detached = held !== null && hasNewer(held);

  useReading(id, following && !detached, room.head, room.unread);

  const rowOf = useCallback(
    (seq: number | string) => list.current?.querySelector<HTMLElement>(`[data-seq="${seq}"]`) ?? null,
    [],
  );

  const look = useCallback(() => {
    const box = list.current;
    if (!box) return;
    const fromEnd = box.scrollHeight - box.scrollTop - box.clientHeight;
    // Only who scrolls up leaves the end; a composer that grows takes nobody away from it.
    const staysAtEnd = fromEnd < AT_END_PX || (following && box.scrollTop >= lastTop.current);
    lastTop.current = box.scrollTop;
    live.setFollowing(id, staysAtEnd && !detached);
    if (box.scrollTop < PREFETCH_PX) void live.load(id, 'older');
    if (fromEnd < PREFETCH_PX) void live.load(id, 'newer');
    // Browsers do not anchor at the very top, where a page put above would push everything down.
    if (box.scrollTop === 0 && held && hasOlder(held)) box.scrollTop = 1;
    if (!anchorsNatively) {
      const top = box.getBoundingClientRect().top;
      const row = [...box.querySelectorAll<HTMLElement>('[data-seq]')].find(
        (candidate) => candidate.getBoundingClientRect().bottom > top,
      );
      anchor.current = row
        ? { seq: row.dataset.seq ?? '', top: row.getBoundingClientRect().top - top }
        : null;
    }
    const line = box.querySelector('[data-new-line]');
    setNewAbove(
      newFrom !== null &&
        (line
          ? line.getBoundingClientRect().bottom < box.getBoundingClientRect().top
          : (held?.messages[0]?.seq ?? 0) > newFrom),
    );
  }, [live, id, detached, following, held, newFrom]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: must run whenever rows change, to hold the position
  useLayoutEffect(() => {
    const box = list.current;
    if (!box) return;
    const wanted = target.current === null ? null : rowOf(target.current);
    if (wanted) {
      target.current = null;
      box.scrollTop += wanted.getBoundingClientRect().top - box.getBoundingClientRect().top - 48;
    } else if (following && !detached) {
      box.scrollTop = box.scrollHeight;
    } else if (!anchorsNatively && anchor.current) {
      const row = rowOf(anchor.current.seq);
      if (row) {
        box.scrollTop +=
          row.getBoundingClientRect().top - box.getBoundingClientRect().top - anchor.current.top;
      }
    }
    look();
  }, [rows, pending, id]);

  // The box changes height when the composer grows, the window is resized, a font arrives.
  useEffect(() => {
    const box = list.current;
    const content = box?.firstElementChild;
    if (!box || !content) return;
    const observer = new ResizeObserver(() => {
      const now = live.state.rooms[id];
      if (now?.following && target.current === null) box.scrollTop = box.scrollHeight;
    });
    observer.observe(box);
    observer.observe(content);
    return () => observer.disconnect();
  }, [live, id]);

  const toEnd = useCallback(() => {
    live.goToEnd(id);
    const box = list.current;
    if (box && !detached) box.scrollTop = box.scrollHeight;
  }, [live, id, detached]);

  const toNew = () => {
    if (newFrom === null) return;
    live.setFollowing(id, false);
    const row = rowOf(newFrom);
    if (row && list.current) {
      list.current.scrollTop +=
        row.getBoundingClientRect().top - list.current.getBoundingClientRect().top - 48;
    } else {
      target.current = newFrom;
      void live.loadAround(id, newFrom);
    }
  };

  /** What floats above the conversation must not stop the wheel. */
  const onWheel = (event: WheelEvent) => list.current?.scrollBy({ top: event.deltaY });

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const row = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>('[data-seq]') : null;
    if (!row || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.target !== row) {
      if (event.key === 'Escape') row.focus();
      return;
    }
    if (event.key === 'Enter') {
      row.querySelector<HTMLElement>('button, a')?.focus();
      event.preventDefault();
      return;
    }
    const all = [...(list.current?.querySelectorAll<HTMLElement>('[data-seq]') ?? [])];
    const at = all.indexOf(row);
    const steps: Record<string, number> = {
      ArrowUp: at - 1,
      ArrowDown: at + 1,
      PageUp: Math.max(0, at - PAGE_STEP),
      PageDown: Math.min(all.length - 1, at + PAGE_STEP),
      Home: 0,
      End: all.length - 1,
    };
    const next = steps[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const chosen = all[next];
    if (!chosen) return;
    setTabStop(Number(chosen.dataset.seq));
    chosen.focus();
  };

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
            <div className={styles.edge} role="alert">
              {t('older_failed')}
              <Button variant="quiet" onPress={() => void live.load(id, 'older')}>
                {t('try_again')}
              </Button>
            </div>
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
            onFocus={(event) => {
              const row = event.target.closest<HTMLElement>('[data-seq]');
              if (row) setTabStop(Number(row.dataset.seq));
            }}
          >
            {rows.map(({ message, startsDay, startsNew, continues }) => (
              <Fragment key={message.seq}>
                {startsDay && (
                  <div className={styles.day}>
                    <time dateTime={message.at}>{formatDay(message.at)}</time>
                  </div>
                )}
                {startsNew && (
                  <div className={styles.new} data-new-line>
                    <span>{t('new')}</span>
                  </div>
                )}
                <MessageRow
                  message={message}
                  continues={continues}
                  isTabStop={message.seq === tabbed}
                  head={room.head}
                  language={i18n.language}
                  onContext={onContext}
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
                  onDiscard={() => live.dropPost(post.nonce)}
                />
              ))}
          </div>
          {failed?.end === 'newer' && (
            <div className={styles.edge} role="alert">
              {t('newer_failed')}
              <Button variant="quiet" onPress={() => void live.load(id, 'newer')}>
                {t('try_again')}
              </Button>
            </div>
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
