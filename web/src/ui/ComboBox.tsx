/** A choice of one from a list too long to read: typing narrows it, here or by asking the server. */
import { ChevronDown } from 'lucide-react';
import { ComboBox as AriaComboBox, Button, Input, Label, ListBox, Popover } from 'react-aria-components';
import { cx } from './cx';
import { FieldText } from './FieldText';
import styles from './field.module.css';
import list from './ListBox.module.css';
import { Option, type OptionItem } from './Option';

export interface ComboBoxProps {
  label: string;
  options: readonly OptionItem[];
  value: string | null;
  onChange: (value: string | null) => void;
  placeholder?: string;
  description?: string | undefined;
  error?: string | undefined;
  changed?: boolean;
  isDisabled?: boolean;
  isRequired?: boolean;
  /** Shown when nothing matches what was typed. */
  emptyText: string;
}

export function ComboBox({
  label,
  options,
  value,
  onChange,
  placeholder,
  description,
  error,
  changed = false,
  emptyText,
  ...props
}: ComboBoxProps) {
  return (
    <AriaComboBox
      {...props}
      defaultItems={options}
      value={value}
      onChange={(key) => onChange(key === null ? null : String(key))}
      allowsEmptyCollection
      menuTrigger="focus"
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
        <Input className={styles.input ?? ''} {...(placeholder === undefined ? {} : { placeholder })} />
        <Button className={styles.chevron ?? ''}>
          <ChevronDown aria-hidden />
        </Button>
      </div>
      <FieldText description={description} error={error} />
      <Popover className={list.popover ?? ''} offset={4}>
        <ListBox<OptionItem>
          className={list.list ?? ''}
          renderEmptyState={() => <div className={list.empty}>{emptyText}</div>}
        >
          {(item) => <Option item={item} />}
        </ListBox>
      </Popover>
    </AriaComboBox>
  );
}
