/** What is usually granted, in one press. */
import { useTranslation } from 'react-i18next';
import type { Capability } from '../../api/types';
import { Button } from '../../ui/Button';
import { PRESETS, type Preset } from './capabilities';
import styles from './GrantField.module.css';

const names = Object.keys(PRESETS) as Preset[];

export function Presets({ onChoose }: { onChoose: (value: Capability[]) => void }) {
  const { t } = useTranslation('grant');
  return (
    // biome-ignore lint/a11y/useSemanticElements: buttons that belong together are no fields.
    <div role="group" aria-label={t('presets')} className={styles.presets}>
      {names.map((name) => (
        <Button key={name} onPress={() => onChoose([...PRESETS[name]])}>
          {t(`preset_${name}`)}
        </Button>
      ))}
    </div>
  );
}
