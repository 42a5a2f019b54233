/** All that is wrong with a form, at its top; each line moves the focus to its field. */

import { Banner } from './Banner';
import styles from './ErrorSummary.module.css';

export interface ErrorSummaryProps {
  title: string;
  errors: readonly { message: string; focus?: () => void }[];
}

export function ErrorSummary({ title, errors }: ErrorSummaryProps) {
  if (errors.length === 0) return null;
  return (
    <Banner tone="error">
      <strong className={styles.title}>{title}</strong>
      <ul>
        {errors.map(({ message, focus }) => (
          <li key={message}>
            {focus ? (
              <button type="button" className={styles.link} onClick={focus}>
                {message}
              </button>
            ) : (
              message
            )}
          </li>
        ))}
      </ul>
    </Banner>
  );
}
