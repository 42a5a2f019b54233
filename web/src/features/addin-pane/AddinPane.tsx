/**
 * The conversation extensibility pane of one room. Its head is drawn by us, where the add-in's page cannot draw:
 * name, origin, the context that was sent last, reload, a window of its own, close. Below it the page, or an honest
 * sentence why there is none.
 */
import { Blocks, ExternalLink, RotateCw, X } from 'lucide-react';
import { useEffect, useId, useLayoutEffect, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import type { Room, RoomAddin, Session } from '../../api/types';
import { useEffectiveTheme } from '../../app/preferences';
import { formatTime } from '../../i18n/format';
import { type ContextSent, latestContext, onContext } from '../../live/contextBus';
import { Banner } from '../../ui/Banner';
import { Button, ButtonLink } from '../../ui/Button';
import { EmptyState } from '../../ui/EmptyState';
import { IconButton } from '../../ui/IconButton';
import { AddinFrame } from './AddinFrame';
import styles from './AddinPane.module.css';
import { OpenedPages } from './OpenedPages';
import { originOf } from './origin';
import { IN_PLACE, NoPage, PageNotices } from './PageNotices';
import { useHandshake } from './useHandshake';
import { useLoads } from './useLoads';
import { usePagesBeside } from './usePagesBeside';
import { showsOf, useAddinWindow } from './windows';

export interface AddinPaneProps {
  room: Room;
  session: Session;
  onClose: () => void;
}

/** How long a page that is taken away may live, unseen and without the room, to hear why. */
const ENDING_MS = 2_000;

export function AddinPane({ room, session, onClose }: AddinPaneProps) {
  const { t, i18n } = useTranslation('pane');
  const environment = { locale: i18n.language, theme: useEffectiveTheme() };
  const heading = useId();
  const addin = room.addin ?? null;
  const shows = addin === null ? undefined : showsOf(addin);
  // Something else, or a reload, is another load.
  const { load, phase: framed, reload, note } = useLoads(shows ?? '');
  const beside = usePagesBeside();
  const own = useAddinWindow(room.id, shows, beside.pages);
  const isInWindow = own.isOpen;
  const phase = isInWindow ? own.phase : framed;
  const origin = addin === null ? undefined : originOf(addin.url, location.protocol, addin.proxied);
  const usable = addin !== null && !addin.disabled && origin !== undefined;
  const isFramed = usable && !origin.blocked && !isInWindow;
  const handshake = useHandshake({ room: room.id, addin: isFramed ? addin.id : undefined, load, phase });
  const shown = isFramed && !IN_PLACE.includes(phase) ? { load, addin } : null;
  // What comes back after it was taken away is another load, even if it is the same page.
  const ending = useEnding(shown, () => {
    if (!isFramed) reload();
  });
  const frames = [ending, shown].filter((frame) => frame !== null);
  // What it opened beside itself stays when it moves into a window and back, and ends with it.
  const opener = usable && (isInWindow || shown !== null) ? shows : undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever it is another
  useLayoutEffect(() => beside.end, [opener, beside.end]);
  const again = () => {
    beside.end();
    reload();
  };

  return (
    <section
      className={styles.pane}
      aria-labelledby={heading}
      data-phase={addin === null || addin.disabled ? 'none' : phase}
    >
      <header className={styles.head}>
        <div className={styles.names}>
          <h2 id={heading} className={styles.name}>
            {addin?.name ?? t('title')}
          </h2>
          {origin !== undefined && (
            <p className={styles.origin} title={origin.label}>
              {origin.label}
            </p>
          )}
        </div>
        {(phase === 'connected' || phase === 'silent') && <ContextShown room={room.id} />}
        {addin !== null && !addin.disabled && !origin?.blocked && !isInWindow && (
          <IconButton label={t('reload')} onPress={again}>
            <RotateCw aria-hidden />
          </IconButton>
        )}
        {usable && !isInWindow && !addin.proxied && (
          <IconButton label={t('open_window')} onPress={own.open} isDisabled={!own.isReady}>
            <ExternalLink aria-hidden />
          </IconButton>
        )}
        <IconButton label={t('close')} onPress={onClose}>
          <X aria-hidden />
        </IconButton>
      </header>
      <div className={styles.body}>
        {addin === null ? (
          <NoAddin room={room} />
        ) : !usable || origin.blocked ? (
          <NoPage
            name={addin.name}
            disabled={addin.disabled}
            origin={origin}
            action={
              <Button onPress={isInWindow ? own.close : own.open} isDisabled={!own.isReady}>
                {t(isInWindow ? 'window_close' : 'open_window')}
              </Button>
            }
          />
        ) : isInWindow ? null : (
          <PageNotices
            key={load}
            room={room}
            addin={addin.id}
            origin={origin.label}
            phase={phase}
            handshake={handshake}
            reload={again}
          >
            {addin.pending && <Banner tone="warning">{t('pending_words')}</Banner>}
          </PageNotices>
        )}
        {addin !== null && opener !== undefined && (
          <OpenedPages
            room={room}
            own={addin.name}
            pages={beside.opened}
            shown={beside.shown}
            onShow={beside.show}
            onClose={beside.close}
            environment={environment}
          />
        )}
        {isInWindow && usable && !origin.blocked && beside.shown === null && (
          <EmptyState
            icon={<ExternalLink aria-hidden />}
            title={t('window_title')}
            action={<Button onPress={own.close}>{t('window_back')}</Button>}
          >
            {t('window_words')}
          </EmptyState>
        )}
        {frames.map((frame) => (
          <AddinFrame
            key={frame.load}
            room={room}
            addin={frame.addin}
            session={session}
            isEnding={frame !== shown}
            beside={beside.pages}
            isCovered={beside.shown !== null}
            onPhase={(next) => note(frame.load, next)}
          />
        ))}
      </div>
    </section>
  );
}

interface Shown {
  load: string;
  addin: RoomAddin;
}

/** The frame that was shown until now, for as long as its page needs to hear why it goes. */
function useEnding(shown: Shown | null, onGone: () => void): Shown | null {
  const [last, setLast] = useState(shown);
  const [ending, setEnding] = useState<Shown | null>(null);
  if (last?.load !== shown?.load) {
    setLast(shown);
    setEnding(last);
    if (shown === null) onGone();
  }
  useEffect(() => {
    if (ending === null) return;
    const timer = setTimeout(() => setEnding(null), ENDING_MS);
    return () => clearTimeout(timer);
  }, [ending]);
  return ending?.load === shown?.load ? null : ending;
}

function NoAddin({ room }: { room: Room }) {
  const { t } = useTranslation('pane');
  const { manage } = room.permissions;
  return (
    <EmptyState
      icon={<Blocks aria-hidden />}
      title={t('none_title')}
      action={
        manage ? <ButtonLink href={`/manage/rooms/${room.id}`}>{t('none_manage')}</ButtonLink> : undefined
      }
    >
      {manage ? t('none_words_manager') : t('none_words')}
    </EmptyState>
  );
}

function ContextShown({ room }: { room: string }) {
  const { t } = useTranslation('pane');
  const sent: ContextSent | undefined = useSyncExternalStore(
    (changed) => onContext(room, changed),
    () => latestContext(room),
  );
  if (sent === undefined) return null;
  const { context, message } = sent;
  return (
    <p className={styles.context}>
      {t('shows')} <strong>{context.name}</strong>
      {message !== null && <span className={styles.from}>{formatTime(message.at)}</span>}
    </p>
  );
}
