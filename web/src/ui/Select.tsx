/** A choice of one from a short list. */
import { ChevronDown } from 'lucide-react';
import { Select as AriaSelect, Button, Label, ListBox, Popover, SelectValue } from 'react-aria-components';
import { cx } from './cx';
import { FieldText } from './FieldText';
import styles from './field.module.css';
import list from './ListBox.module.css';
import { Option, type OptionItem } from './Option';
import own from './Select.module.css';

export interface SelectProps<Id extends string> {
  label: string;
  /** Names the control for readers only, where its place already says what it is. */
  labelHidden?: boolean;
  options: readonly (OptionItem & { id: Id })[];
  value: Id | null;
  onChange: (value: Id) => void;
  placeholder?: string;
  description?: string | undefined;
  error?: string | undefined;
  changed?: boolean;
  isDisabled?: boolean;
  isRequired?: boolean;
  className?: string;
}

export function Select<Id extends string>({
  label,
  labelHidden = false,
  options,
  value,
  onChange,
  placeholder = '',
  description,
  error,
  changed = false,
  className,
  ...props
}: SelectProps<Id>) {
  const chosen = options.find((option) => option.id === value);
  return (
    <AriaSelect
      {...props}
      {...(labelHidden ? { 'aria-label': label } : {})}
      placeholder={placeholder}
      value={value}
      onChange={(key) => {
        const option = options.find(({ id }) => id === key);
        if (option) onChange(option.id);
      }}
      isInvalid={error !== undefined}
      className={cx(
        styles.field,
        changed && styles.changed,
        error !== undefined && styles.invalid,
        props.isDisabled && styles.disabled,
        className,
      )}
    >
      {!labelHidden && <Label className={styles.label ?? ''}>{label}</Label>}
      <Button className={cx(styles.box, own.button)}>
        <SelectValue className={own.value ?? ''}>
          {({ defaultChildren, isPlaceholder }) =>
            isPlaceholder ? defaultChildren : chosen ? markedLabel(chosen) : defaultChildren
          }
        </SelectValue>
        <ChevronDown aria-hidden />
      </Button>
      <FieldText description={description} error={error} />
      <Popover className={list.popover ?? ''} offset={4}>
        <ListBox items={options} className={list.list ?? ''}>
          {(item) => <Option item={item} />}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}

function markedLabel({ label, mark }: OptionItem) {
  return mark === undefined ? (
    label
  ) : (
    <span className={own.marked}>
      {label} {mark}
    </span>
  );
}
