/** Searches messages, in one room or in all: type, choose by arrows, Enter opens the message in its room. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { ArrowLeft, CircleAlert, Search, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Button as AriaButton, GridList, GridListItem, Link } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../api/problem';
import { searchQuery } from '../../api/queries';
import type { FoundMessage } from '../../api/types';
import { useTitle } from '../../app/useTitle';
import { usePhone } from '../../app/useWidth';
import { formatDay, formatMoment, formatTime } from '../../i18n/format';
import { useRoomState } from '../../live/hooks';
import { Button } from '../../ui/Button';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorState } from '../../ui/ErrorState';
import iconButton from '../../ui/IconButton.module.css';
import { Loading } from '../../ui/Loading';
import { moveBetweenFieldAndRows } from '../../ui/moveBetweenFieldAndRows';
import { SearchField } from '../../ui/SearchField';
import { useSession } from '../session/useSession';
import { excerpt } from './excerpt';
import styles from './SearchPage.module.css';

/** How long typing rests before it is searched for. */
const REST_MS = 300;
/** Pages without a message that are passed over unasked: a search of rare words looks at a part of a long history at a time. */
const EMPTY_PAGES_MAX = 20;

export function SearchPage() {
  const { t } = useTranslation(['search', 'room']);
  const session = useSession();
  const phone = usePhone();
  const navigate = useNavigate();
  const { q = '', room } = useSearch({ from: '/signed-in/client/search' });
  const [typed, setTyped] = useState(q);
  const searched = useRef(q);
  useTitle(`${t('title')} · ${session.deployment}`);

  const search = (next: { q?: string; room?: string | undefined }) => {
    const words = (next.q ?? typed).trim();
    searched.current = words;
    const where = 'room' in next ? next.room : room;
    void navigate({
      to: '/search',
      search: { ...(words !== '' && { q: words }), ...(where !== undefined && { room: where }) },
      replace: true,
    });
  };
  // The finder and the browser's own buttons change what is searched for, too.
  useEffect(() => {
    if (searched.current === q) return;
    searched.current = q;
    setTyped(q);
  }, [q]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is typed sets the clock
  useEffect(() => {
    if (typed.trim() === q) return;
    const timer = setTimeout(() => search({ q: typed }), REST_MS);
    return () => clearTimeout(timer);
  }, [typed]);

  return (
    <main className={styles.page}>
      <search className={styles.search} onKeyDownCapture={moveBetweenFieldAndRows}>
        <header className={styles.head}>
          <div className={styles.first}>
            {phone && (
              <Link href="/" aria-label={t('room:back_to_rooms')} className={iconButton.button ?? ''}>
                <ArrowLeft aria-hidden />
              </Link>
            )}
            <h1 className={styles.title}>{t('title')}</h1>
          </div>
          <SearchField
            label={t('label')}
            placeholder={t('placeholder')}
            value={typed}
            onChange={setTyped}
            onSubmit={(words) => search({ q: words })}
            autoFocus
          />
          <p className={styles.where}>
            {room === undefined ? (
              t('everywhere')
            ) : (
              <OneRoom room={room} onAll={() => search({ room: undefined })} />
            )}
          </p>
        </header>
        {q === '' ? (
          <EmptyState icon={<Search aria-hidden />} title={t('start_title')}>
            {t('start_words')}
          </EmptyState>
        ) : (
          <Results q={q} room={room} />
        )}
      </search>
    </main>
  );
}

function OneRoom({ room, onAll }: { room: string; onAll: () => void }) {
  const { t } = useTranslation('search');
  const name = useRoomState(room)?.room.name;
  return (
    <>
      {name === undefined ? t('in_one_room') : t('in_room', { room: name })}
      <AriaButton className={styles.all ?? ''} onPress={onAll}>
        <X aria-hidden />
        {t('search_all')}
      </AriaButton>
    </>
  );
}

function Results({ q, room }: { q: string; room: string | undefined }) {
  const { t } = useTranslation('search');
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage, isPlaceholderData } =
    useInfiniteQuery(searchQuery(q, room));
  const found = data?.pages.flatMap((page) => page.found) ?? [];
  const pages = data?.pages.length ?? 0;
  const looksOn = found.length === 0 && hasNextPage && pages < EMPTY_PAGES_MAX;

  useEffect(() => {
    if (looksOn && !isFetchingNextPage && !error) void fetchNextPage();
  }, [looksOn, isFetchingNextPage, error, fetchNextPage]);

  if (error && !data) {
    const wrong = error instanceof ProblemError && error.code === 'InvalidArgument';
    return wrong ? (
      <div role="alert" className={styles.state}>
        <EmptyState icon={<CircleAlert aria-hidden />} title={t('wrong_title')}>
          {t('wrong_words')}
        </EmptyState>
      </div>
    ) : (
      <ErrorState error={error} onRetry={() => void refetch()} />
    );
  }
  if (!data || (looksOn && !error)) return <Loading label={t('searching')} />;
  return (
    <>
      <p role="status" className={styles.count}>
        {found.length === 0
          ? t('none_title')
          : t(hasNextPage ? 'found_first' : 'found', { count: found.length })}
      </p>
      <GridList
        aria-label={t('results')}
        aria-busy={isPlaceholderData}
        items={found.map((result) => ({ ...result, id: `${result.message.room} ${result.message.seq}` }))}
        className={styles.results ?? ''}
        renderEmptyState={() => <EmptyState title={t('none_title')}>{t('none_words')}</EmptyState>}
      >
        {(result) => <Result result={result} showRoom={room === undefined} />}
      </GridList>
      {hasNextPage && (
        <div className={styles.more}>
          <Button isDisabled={isFetchingNextPage} onPress={() => void fetchNextPage()}>
            {t(isFetchingNextPage ? 'searching' : found.length === 0 ? 'further' : 'more')}
          </Button>
        </div>
      )}
    </>
  );
}

function Result({ result, showRoom }: { result: FoundMessage; showRoom: boolean }) {
  const { message, room_name } = result;
  const { author, at, title, text } = message;
  return (
    <GridListItem
      textValue={`${room_name}, ${author.display_name}, ${formatMoment(at)}: ${title ?? text}`}
      href={`/room/${message.room}?at=${message.seq}`}
      className={styles.result ?? ''}
    >
      <span className={styles.facts}>
        {showRoom && <span className={styles.room}>{room_name}</span>}
        <span className={styles.author}>{author.display_name}</span>
        <time dateTime={at} title={formatMoment(at)}>
          {formatDay(at)}, {formatTime(at)}
        </time>
      </span>
      {title != null && (
        <span className={styles.story}>
          <Marked text={title} spans={result.title_spans} />
        </span>
      )}
      <span className={styles.text}>
        <Marked text={text} spans={result.spans} />
      </span>
    </GridListItem>
  );
}

function Marked({ text, spans }: { text: string; spans: FoundMessage['spans'] }) {
  return excerpt(text, spans).map((piece) =>
    piece.marked ? <mark key={piece.start}>{piece.text}</mark> : <span key={piece.start}>{piece.text}</span>,
  );
}
