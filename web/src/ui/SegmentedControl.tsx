/** A choice of one that takes effect at once, such as the theme. */
import type { ReactNode } from 'react';
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import styles from './SegmentedControl.module.css';

export interface SegmentedControlProps<Id extends string> {
  label: string;
  options: readonly { id: Id; label: string; icon?: ReactNode; lang?: string }[];
  value: Id;
  onChange: (value: Id) => void;
}

export function SegmentedControl<Id extends string>({
  label,
  options,
  value,
  onChange,
}: SegmentedControlProps<Id>) {
  return (
    <ToggleButtonGroup
      aria-label={label}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[value]}
      onSelectionChange={(selected) => {
        const chosen = options.find((option) => selected.has(option.id));
        if (chosen) onChange(chosen.id);
      }}
      className={styles.group ?? ''}
    >
      {options.map((option) => (
        <ToggleButton key={option.id} id={option.id} className={styles.segment ?? ''}>
          {option.icon}
          <span lang={option.lang}>{option.label}</span>
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
