/** Whether the pane shows an add-in's page, in two words. */
import { CircleCheck, CircleDashed, CircleX, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { HealthState } from '../../api/types';
import { Chip, type ChipTone } from '../../ui/Chip';

const looks: Record<HealthState, { tone: ChipTone; icon: typeof CircleCheck }> = {
  ok: { tone: 'ok', icon: CircleCheck },
  warning: { tone: 'warning', icon: TriangleAlert },
  fault: { tone: 'important', icon: CircleX },
  unchecked: { tone: 'neutral', icon: CircleDashed },
};

export function HealthChip({ state }: { state: HealthState }) {
  const { t } = useTranslation('health');
  const { tone, icon: Icon } = looks[state];
  return (
    <Chip tone={tone} icon={<Icon aria-hidden />}>
      {t(`state_${state}`)}
    </Chip>
  );
}
