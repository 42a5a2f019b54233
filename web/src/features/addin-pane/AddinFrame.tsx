/** The page of a room's add-in, in whatever dialect it speaks: a bridge to the room, and the pages that it opens beside it. */
import { useLayoutEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { useTranslation } from 'react-i18next';
import type { Room, RoomAddin, Session } from '../../api/types';
import { useEffectiveTheme } from '../../app/preferences';
import type { Draft } from '../../live/frames';
import { useLive } from '../../live/hooks';
import { type May, roomAccess } from './access';
import { Bridge } from './bridge';
import { ChooseDialog } from './ChooseDialog';
import { whyClosed } from './closed';
import { openFdc3 } from './fdc3/open';
import { usePaneDesk } from './fdc3/usePaneDesk';
import { WidgetSession } from './matrix/session';
import { OpenedPages } from './OpenedPages';
import { type Arrival, PageFrame, type PageSession, type Phase } from './PageFrame';
import { type Asked, SendDialog } from './SendDialog';
import { type Told, useRoomTelling } from './useRoomTelling';

export interface AddinFrameProps {
  room: Room;
  addin: RoomAddin;
  session: Session;
  /** It is being taken away: its page hears why, and nothing else any more. */
  isEnding?: boolean;
  /** It is in a window of its own, or may be. */
  window?: {
    /** The person wants it there; opened in answer to a press, or browsers do not open it. */
    isOpen: boolean;
    /** Where the room's pane shows the pages that it opens beside itself, while there is one. */
    place: HTMLElement | null;
    onClosed: () => void;
  };
  onPhase: (phase: Phase) => void;
}

export function AddinFrame({
  room,
  addin,
  session,
  isEnding = false,
  window: own,
  onPhase,
}: AddinFrameProps) {
  const { t, i18n } = useTranslation('pane');
  const live = useLive();
  const environment = { locale: i18n.language, theme: useEffectiveTheme() };
  // Language and theme of the moment are in the address; later changes are events, not another load.
  const look = new URLSearchParams({ ...environment, framed: own === undefined ? 'yes' : 'no' });
  const bridge = useRef<(Told & PageSession) | null>(null);
  const latest = useRef({ room, addin, session, environment });
  const asking = useRef<Asked | null>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const { attach, question, opened, shown, show, close } = usePaneDesk(
    live,
    room.id,
    own === undefined || own.place !== null,
  );

  useLayoutEffect(() => {
    latest.current = { room, addin, session, environment };
  });

  // One question at a time: a page cannot bury the person in them.
  const confirm = (draft: Draft) =>
    new Promise<boolean>((resolve) => {
      if (asking.current !== null) {
        resolve(false);
        return;
      }
      const answer = (agreed: boolean) => {
        asking.current = null;
        setAsked(null);
        resolve(agreed);
      };
      asking.current = { ...draft, answer };
      setAsked(asking.current);
    });
  const may: May = (capability) => latest.current.addin.granted.includes(capability);

  const arrived = ({ port, origin, dialect, pane, use, flooded, silent, welcome }: Arrival): PageSession => {
    const access = roomAccess({
      ...latest.current,
      live,
      environment: () => latest.current.environment,
      confirm,
      pane,
      use,
    });
    if (dialect.dialect === 'fdc3') {
      const detach = attach({ access, may });
      const { attempt } = dialect;
      const agreed = openFdc3(port, { ...latest.current, live, origin, attempt, may, flooded, use });
      return {
        close: () => {
          detach();
          agreed.close();
          asking.current?.answer(false);
        },
      };
    }
    const { granted } = pane;
    const told =
      dialect.dialect === 'matrix'
        ? new WidgetSession(port, { access, may, server: location.hostname, flooded, use })
        : new Bridge(port, access, { granted, flooded, silent, use });
    if (dialect.dialect === 'perch') welcome();
    bridge.current = told;
    return {
      close: (why) => {
        if (bridge.current === told) bridge.current = null;
        told.close(why);
        asking.current?.answer(false);
      },
    };
  };

  useRoomTelling({ bridge, room, addin: addin.id, environment });

  const beside = !isEnding && (
    <OpenedPages
      room={room}
      own={addin.name}
      pages={opened}
      shown={shown}
      onShow={show}
      onClose={close}
      environment={environment}
    />
  );
  return (
    <>
      {own === undefined ? beside : own.isOpen && own.place && createPortal(beside, own.place)}
      <PageFrame
        room={room.id}
        title={own === undefined ? addin.name : t('open_window')}
        source={`/addin-frame/${room.id}?${look}`}
        isHidden={isEnding || own !== undefined || shown !== null}
        isEnding={isEnding}
        isInWindow={own?.isOpen}
        onWindowClosed={own?.onClosed}
        onPhase={onPhase}
        onArrival={arrived}
        // What a frame shows never changes: another add-in or address is another frame.
        whyClosed={() => whyClosed(live.state, room.id, addin)}
      />
      <SendDialog addin={addin.name} room={room.name} asked={asked} />
      <ChooseDialog question={question} />
    </>
  );
}
