/** The lines under a field: what it is for, and what is wrong with it. */
import { CircleAlert } from 'lucide-react';
import { FieldError, Text } from 'react-aria-components';
import styles from './field.module.css';

export interface FieldTextProps {
  description?: string | undefined;
  error?: string | undefined;
}

export function FieldText({ description, error }: FieldTextProps) {
  return (
    <>
      {description !== undefined && (
        <Text slot="description" className={styles.description ?? ''}>
          {description}
        </Text>
      )}
      <FieldError className={styles.error ?? ''}>
        {({ validationErrors }) => (
          <>
            <CircleAlert aria-hidden />
            <span>{error ?? validationErrors.join(' ')}</span>
          </>
        )}
      </FieldError>
    </>
  );
}
