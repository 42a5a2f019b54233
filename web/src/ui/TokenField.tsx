/**
 * A list of chosen things as removable tokens, with a box that searches for more. The caller searches and
 * gives the options; the field keeps only what is typed. Made for lists of principals.
 */
import { X } from 'lucide-react';
import { useRef, useState } from 'react';
import {
  ComboBox as AriaComboBox,
  Button,
  Input,
  Label,
  ListBox,
  Popover,
  Tag,
  TagGroup,
  TagList,
} from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { cx } from './cx';
import { FieldText } from './FieldText';
import styles from './field.module.css';
import list from './ListBox.module.css';
import { Option, type OptionItem } from './Option';
import own from './TokenField.module.css';

export interface TokenFieldProps {
  label: string;
  tokens: readonly OptionItem[];
  onChange: (tokens: OptionItem[]) => void;
  /** What matches the typed text now. Tokens already chosen are left out here. */
  options: readonly OptionItem[];
  onSearch: (text: string) => void;
  /** Enter on text without a chosen option; return true when it was taken (as in "a; b; c"). */
  onSubmitText?: (text: string) => boolean;
  onFocusChange?: (isFocused: boolean) => void;
  emptyText: string;
  placeholder?: string;
  description?: string | undefined;
  error?: string | undefined;
  changed?: boolean;
  isDisabled?: boolean;
}

export function TokenField({
  label,
  tokens,
  onChange,
  options,
  onSearch,
  onSubmitText,
  onFocusChange,
  emptyText,
  placeholder,
  description,
  error,
  changed = false,
  isDisabled = false,
}: TokenFieldProps) {
  const { t } = useTranslation('common');
  const [text, setText] = useState('');
  const input = useRef<HTMLInputElement>(null);
  const chosen = new Set(tokens.map((token) => token.id));
  const type = (value: string) => {
    setText(value);
    onSearch(value);
  };

  return (
    <div className={own.group}>
      <AriaComboBox
        items={options.filter((option) => !chosen.has(option.id))}
        inputValue={text}
        onInputChange={type}
        value={null}
        onChange={(key) => {
          const option = options.find((candidate) => candidate.id === key);
          if (!option) return;
          onChange([...tokens, option]);
          type('');
        }}
        allowsCustomValue
        allowsEmptyCollection={text !== ''}
        menuTrigger="input"
        {...(onFocusChange && { onFocusChange })}
        isDisabled={isDisabled}
        isInvalid={error !== undefined}
        className={cx(
          styles.field,
          changed && styles.changed,
          error !== undefined && styles.invalid,
          isDisabled && styles.disabled,
        )}
      >
        <Label className={styles.label ?? ''}>{label}</Label>
        <div className={styles.box}>
          <Input
            ref={input}
            className={styles.input ?? ''}
            {...(placeholder === undefined ? {} : { placeholder })}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && text !== '' && onSubmitText?.(text)) {
                event.preventDefault();
                type('');
              }
              const last = tokens.at(-1);
              if (event.key === 'Backspace' && text === '' && last) onChange(tokens.slice(0, -1));
            }}
          />
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
      {tokens.length > 0 && (
        <TagGroup
          aria-label={label}
          {...(isDisabled
            ? {}
            : {
                onRemove: (removed) => {
                  onChange(tokens.filter((token) => !removed.has(token.id)));
                  input.current?.focus();
                },
              })}
        >
          <TagList items={tokens} className={own.tokens ?? ''}>
            {(token) => (
              <Tag id={token.id} textValue={token.label} className={own.token ?? ''}>
                <span title={token.detail}>{token.label}</span>
                {!isDisabled && (
                  <Button slot="remove" aria-label={t('remove')} className={own.remove ?? ''}>
                    <X aria-hidden />
                  </Button>
                )}
              </Tag>
            )}
          </TagList>
        </TagGroup>
      )}
    </div>
  );
}
