/** A choice of one, all of it visible. */
import { RadioGroup as AriaRadioGroup, Label, Radio } from 'react-aria-components';
import styles from './Choice.module.css';
import { cx } from './cx';
import { FieldText } from './FieldText';
import field from './field.module.css';
import type { OptionItem } from './Option';

export interface RadioGroupProps<Id extends string> {
  label: string;
  options: readonly (OptionItem & { id: Id })[];
  value: Id;
  onChange: (value: Id) => void;
  error?: string | undefined;
  description?: string | undefined;
  changed?: boolean;
  isDisabled?: boolean;
}

export function RadioGroup<Id extends string>({
  label,
  options,
  onChange,
  error,
  description,
  changed = false,
  ...props
}: RadioGroupProps<Id>) {
  return (
    <AriaRadioGroup
      {...props}
      isInvalid={error !== undefined}
      onChange={(value) => {
        const chosen = options.find((option) => option.id === value);
        if (chosen) onChange(chosen.id);
      }}
      className={cx(field.field, changed && field.changed)}
    >
      <Label className={field.label ?? ''}>{label}</Label>
      {options.map((option) => (
        <Radio key={option.id} value={option.id} className={styles.choice ?? ''}>
          <span className={cx(styles.mark, styles.round)} />
          <span className={styles.words}>
            <span>{option.label}</span>
            {option.detail !== undefined && <span className={styles.detail}>{option.detail}</span>}
          </span>
        </Radio>
      ))}
      <FieldText description={description} error={error} />
    </AriaRadioGroup>
  );
}
