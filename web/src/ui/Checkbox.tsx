/** A yes or no that is saved with its form. */
import { Check, Minus } from 'lucide-react';
import { Checkbox as AriaCheckbox, type CheckboxProps as AriaCheckboxProps } from 'react-aria-components';
import styles from './Choice.module.css';
import { cx } from './cx';

export interface CheckboxProps extends Omit<AriaCheckboxProps, 'className' | 'style' | 'children'> {
  /** Absent inside a table, where the row names it. */
  children?: string;
  description?: string;
  changed?: boolean;
}

export function Checkbox({ children, description, changed = false, ...props }: CheckboxProps) {
  return (
    <AriaCheckbox {...props} className={cx(styles.choice, changed && styles.changed)}>
      {({ isSelected, isIndeterminate }) => (
        <>
          <span className={cx(styles.mark, styles.square)}>
            {isIndeterminate ? <Minus aria-hidden /> : isSelected && <Check aria-hidden />}
          </span>
          {children !== undefined && (
            <span className={styles.words}>
              <span className={styles.name}>{children}</span>
              {description !== undefined && <span className={styles.detail}>{description}</span>}
            </span>
          )}
        </>
      )}
    </AriaCheckbox>
  );
}
