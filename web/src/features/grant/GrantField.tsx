/** What an add-in may do, in plain words: a box for each capability. */
import type { ReactNode } from 'react';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { Capability } from '../../api/types';
import { Checkbox } from '../../ui/Checkbox';
import { withCapability, withoutCapability } from './capabilities';
import styles from './GrantField.module.css';

export interface GrantFieldProps {
  label: string;
  description: string;
  /** Those that can be chosen. */
  among: readonly Capability[];
  value: readonly Capability[];
  onChange: (value: Capability[]) => void;
  /** What the add-in's page has asked for. */
  requested?: readonly Capability[];
  changed: boolean;
  children?: ReactNode;
}

/** i18next reads dots as levels. */
const key = (capability: Capability) => capability.replaceAll('.', '_') as KeyOf<Capability>;
type KeyOf<Name extends string> = Name extends `${infer Head}.${infer Rest}`
  ? `${Head}_${KeyOf<Rest>}`
  : Name;

export function GrantField({
  label,
  description,
  among,
  value,
  onChange,
  requested = [],
  changed,
  children,
}: GrantFieldProps) {
  const { t } = useTranslation('grant');
  const id = useId();
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as the other fields are.
    <div role="group" aria-labelledby={id} aria-describedby={`${id}-words`} className={styles.field}>
      <span id={id} className={styles.label} data-changed={changed || undefined}>
        {label}
      </span>
      <p id={`${id}-words`} className={styles.words}>
        {description}
      </p>
      {children}
      {among.map((capability) => (
        <Checkbox
          key={capability}
          isSelected={value.includes(capability)}
          onChange={(chosen) =>
            onChange(chosen ? withCapability(value, capability) : withoutCapability(value, capability))
          }
          description={
            requested.includes(capability) && !value.includes(capability)
              ? `${t(`${key(capability)}_words`)} ${t('requested')}`
              : t(`${key(capability)}_words`)
          }
        >
          {t(key(capability))}
        </Checkbox>
      ))}
    </div>
  );
}
