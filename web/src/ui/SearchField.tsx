/** A search box: Escape empties it. */
import { Search, X } from 'lucide-react';
import { SearchField as AriaSearchField, Button, Input } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { cx } from './cx';
import styles from './field.module.css';

export interface SearchFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  onSubmit?: (value: string) => void;
  placeholder?: string;
  autoFocus?: boolean;
  className?: string;
}

export function SearchField({ label, placeholder, className, ...props }: SearchFieldProps) {
  const { t } = useTranslation('common');
  return (
    <AriaSearchField {...props} aria-label={label} className={cx(styles.field, className)}>
      {({ isEmpty }) => (
        <div className={styles.box}>
          <Search aria-hidden />
          <Input className={cx(styles.input, styles.search)} placeholder={placeholder ?? label} />
          {!isEmpty && (
            <Button className={styles.chevron ?? ''} aria-label={t('clear')}>
              <X aria-hidden />
            </Button>
          )}
        </div>
      )}
    </AriaSearchField>
  );
}
