/** The pane beside the conversation, as wide as the person left it. */
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { usePreference } from '../../app/preferences';
import { Splitter } from '../../ui/Splitter';
import { AddinPane, type AddinPaneProps } from '../addin-pane/AddinPane';
import styles from './RoomPage.module.css';

const WIDTH = 400;
const WIDTH_MIN = 260;
const WIDTH_MAX = 960;
/** What rail and conversation need to be of use. */
const REST_MIN = 660;

export function PaneColumn(props: AddinPaneProps) {
  const { t } = useTranslation('room');
  const column = useId();
  const [kept, keep] = usePreference('pane_width', String(WIDTH));
  const max = Math.max(WIDTH_MIN, Math.min(WIDTH_MAX, window.innerWidth - REST_MIN));
  const width = Math.min(max, Math.max(WIDTH_MIN, Number(kept) || WIDTH));
  return (
    <>
      <Splitter
        label={t('pane_width')}
        controls={column}
        value={width}
        min={WIDTH_MIN}
        max={max}
        onChange={(next) => keep(String(next))}
      />
      <div id={column} className={styles.column} style={{ inlineSize: width }}>
        <AddinPane {...props} />
      </div>
    </>
  );
}
