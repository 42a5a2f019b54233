/** Why a pane may be empty: what the server found when it looked at the page, for whom to pass it on to. */
import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { roomAddinHealthQuery } from '../../api/queries';
import type { AddinHealth, Room } from '../../api/types';
import { Banner } from '../../ui/Banner';
import { IconButton } from '../../ui/IconButton';
import { findingSentence } from '../addin-health/health';
import styles from './AddinPane.module.css';

/** Of what is no fault, what can leave a pane empty. */
const EMPTYING: readonly string[] = ['TopNavigation', 'TlsUnknownIssuer', 'LocalNetwork', 'ReadersMachine'];

export interface DiagnosisProps {
  room: Room;
  addin: string;
  /** Its page is beside the room's own. */
  beside: boolean;
  /** Nothing at all has come yet. */
  isLoading: boolean;
}

export function Diagnosis({ room, addin, beside, isLoading }: DiagnosisProps) {
  const { t } = useTranslation(['pane', 'common']);
  const [dismissed, setDismissed] = useState(false);
  const known = useQuery(roomAddinHealthQuery(room.id, addin, beside));
  const words = useDiagnosis(room, known.data, isLoading);
  if (words === undefined || dismissed) return null;
  return (
    <div className={styles.diagnosis}>
      <Banner
        tone="warning"
        actions={
          <IconButton label={t('common:dismiss')} onPress={() => setDismissed(true)}>
            <X aria-hidden />
          </IconButton>
        }
      >
        {words}
      </Banner>
    </div>
  );
}

function useDiagnosis(room: Room, health: AddinHealth | undefined, isLoading: boolean): string | undefined {
  const { t } = useTranslation('pane');
  const to = room.permissions.manage ? 'manager' : 'member';
  if (!health) return isLoading ? t('slow_words') : undefined;
  const { speaks } = health.handshakes;
  // A page that uses no bridge is silent and well: only what leaves a pane empty is said of it.
  const finding = health.findings.find(
    ({ state, code }) => state === 'fault' || speaks || isLoading || EMPTYING.includes(code),
  );
  if (finding) return t(`why_${to}`, { finding: findingSentence(finding) });
  if (isLoading) return t('slow_words');
  return speaks ? t(`silent_${to}`) : undefined;
}
