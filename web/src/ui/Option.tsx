/** One option of a floating list, with a second quiet line when there is something to tell apart. */
import { Check } from 'lucide-react';
import type { ReactNode } from 'react';
import { ListBoxItem, Text } from 'react-aria-components';
import styles from './ListBox.module.css';

export interface OptionItem {
  id: string;
  label: string;
  detail?: string;
  /** A chip beside the label, also once it is chosen. */
  mark?: ReactNode;
}

export function Option({ item }: { item: OptionItem }) {
  return (
    <ListBoxItem id={item.id} textValue={item.label} className={styles.option ?? ''}>
      {({ isSelected }) => (
        <>
          <Text slot="label" className={styles.label ?? ''}>
            {item.label}
            {item.mark}
          </Text>
          {isSelected ? <Check aria-hidden /> : <span />}
          {item.detail !== undefined && (
            <Text slot="description" className={styles.detail ?? ''}>
              {item.detail}
            </Text>
          )}
        </>
      )}
    </ListBoxItem>
  );
}
