/** The page of a room's add-in, in whatever dialect it speaks: a bridge to the room. */
import { useLayoutEffect, useRef, useState } from 'react';
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
import { type Arrival, PageFrame, type PageSession, type Phase } from './PageFrame';
import { type Asked, SendDialog } from './SendDialog';
import type { PagesBeside } from './usePagesBeside';
import { type Told, useRoomTelling } from './useRoomTelling';

export interface AddinFrameProps {
  room: Room;
  addin: RoomAddin;
  session: Session;
  /** It is being taken away: its page hears why, and nothing else any more. */
  isEnding?: boolean;
  /** The pages that it opens beside itself; none while the room's pane is not shown. */
  beside: PagesBeside | undefined;
  /** One of those is shown in its place. */
  isCovered?: boolean;
  /** It is in a window of its own, or may be. */
  window?: {
    /** The person wants it there; opened in answer to a press, or browsers do not open it. */
    isOpen: boolean;
    onClosed: () => void;
  };
  onPhase: (phase: Phase) => void;
}

export function AddinFrame({
  room,
  addin,
  session,
  isEnding = false,
  beside,
  isCovered = false,
  window: own,
  onPhase,
}: AddinFrameProps) {
  const { t, i18n } = useTranslation('pane');
  const live = useLive();
  const environment = { locale: i18n.language, theme: useEffectiveTheme() };
  // Language and theme of the moment are in the address; later changes are events, not another load.
  const look = new URLSearchParams({ ...environment, framed: own === undefined ? 'yes' : 'no' });
  const bridge = useRef<(Told & PageSession) | null>(null);
  const latest = useRef({ room, addin, session, environment, beside });
  const asking = useRef<Asked | null>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const { attach, question } = usePaneDesk(live, room.id, beside);

  useLayoutEffect(() => {
    latest.current = { room, addin, session, environment, beside };
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
      const instance = latest.current.beside?.own();
      const agreed = openFdc3(port, {
        ...latest.current,
        live,
        origin,
        instance,
        attempt,
        may,
        flooded,
        use,
      });
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

  return (
    <>
      <PageFrame
        room={room.id}
        title={own === undefined ? addin.name : t('open_window')}
        source={`/addin-frame/${room.id}?${look}`}
        isHidden={isEnding || own !== undefined || isCovered}
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
