/** One line or several lines of text with a label. */
import type { ReactNode } from 'react';
import {
  TextField as AriaTextField,
  type TextFieldProps as AriaTextFieldProps,
  Input,
  Label,
  TextArea,
} from 'react-aria-components';
import { cx } from './cx';
import { FieldText } from './FieldText';
import styles from './field.module.css';

export interface TextFieldProps
  extends Omit<AriaTextFieldProps, 'className' | 'style' | 'children' | 'isInvalid'> {
  label: string;
  description?: string | undefined;
  /** When present the field is marked invalid and this sentence stands below it. */
  error?: string | undefined;
  placeholder?: string;
  /** Lines shown; more than one makes it a text area. */
  rows?: number;
  mono?: boolean;
  /** Marks a value that differs from the stored one. */
  changed?: boolean;
  /** A control at the end of the box, such as "check name". */
  suffix?: ReactNode;
}

export function TextField({
  label,
  description,
  error,
  placeholder,
  rows = 1,
  mono = false,
  changed = false,
  suffix,
  ...props
}: TextFieldProps) {
  const input = {
    className: cx(styles.input, mono && styles.mono),
    ...(placeholder === undefined ? {} : { placeholder }),
  };
  return (
    <AriaTextField
      {...props}
      isInvalid={error !== undefined}
      className={cx(
        styles.field,
        changed && styles.changed,
        error !== undefined && styles.invalid,
        props.isDisabled && styles.disabled,
      )}
    >
      <Label className={styles.label ?? ''}>{label}</Label>
      <div className={styles.box}>
        {rows > 1 ? <TextArea {...input} rows={rows} /> : <Input {...input} />}
        {suffix}
      </div>
      <FieldText description={description} error={error} />
    </AriaTextField>
  );
}
