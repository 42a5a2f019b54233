/** One option of a floating list, with a second quiet line when there is something to tell apart. */
import { Check } from 'lucide-react';
import { ListBoxItem, Text } from 'react-aria-components';
import styles from './ListBox.module.css';

export interface OptionItem {
  id: string;
  label: string;
  detail?: string;
}

export function Option({ item }: { item: OptionItem }) {
  return (
    <ListBoxItem id={item.id} textValue={item.label} className={styles.option ?? ''}>
      {({ isSelected }) => (
        <>
          <Text slot="label">{item.label}</Text>
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
