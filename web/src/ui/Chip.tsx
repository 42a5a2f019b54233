/** A word or two about the state of something. The colour only repeats what the words say. */
import type { ReactNode } from 'react';
import styles from './Chip.module.css';
import { cx } from './cx';

export type ChipTone = 'neutral' | 'accent' | 'ok' | 'warning' | 'important';

export function Chip({
  tone = 'neutral',
  icon,
  children,
}: {
  tone?: ChipTone;
  icon?: ReactNode;
  children: ReactNode;
}) {
  return (
    <span className={cx(styles.chip, styles[tone])}>
      {icon}
      {children}
    </span>
  );
}
