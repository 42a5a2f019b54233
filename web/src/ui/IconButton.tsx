/** A button that is only an icon: it always has a name, shown as a tooltip. */
import type { ReactNode } from 'react';
import {
  Button as AriaButton,
  type ButtonProps as AriaButtonProps,
  ToggleButton as AriaToggleButton,
} from 'react-aria-components';
import { cx } from './cx';
import styles from './IconButton.module.css';
import { Tooltip } from './Tooltip';

export interface IconButtonProps extends Omit<AriaButtonProps, 'className' | 'style' | 'children'> {
  label: string;
  /** A key combination to show beside the name. */
  shortcut?: string;
  className?: string;
  children: ReactNode;
}

export function IconButton({ label, shortcut, className, children, ...props }: IconButtonProps) {
  return (
    <Tooltip text={label} {...(shortcut === undefined ? {} : { shortcut })}>
      <AriaButton {...props} aria-label={label} className={cx(styles.button, className)}>
        {children}
      </AriaButton>
    </Tooltip>
  );
}

export interface IconToggleProps {
  label: string;
  isSelected: boolean;
  onChange: (selected: boolean) => void;
  isDisabled?: boolean;
  className?: string;
  children: ReactNode;
}

export function IconToggle({ label, className, children, ...props }: IconToggleProps) {
  return (
    <Tooltip text={label}>
      <AriaToggleButton {...props} aria-label={label} className={cx(styles.button, className)}>
        {children}
      </AriaToggleButton>
    </Tooltip>
  );
}
