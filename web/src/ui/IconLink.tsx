/** A link that is only an icon and opens in a window of its own; it always has a name, shown as a tooltip. */
import type { ReactNode } from 'react';
import { Link as AriaLink } from 'react-aria-components';
import styles from './IconButton.module.css';
import { Tooltip } from './Tooltip';

export function IconLink({ label, href, children }: { label: string; href: string; children: ReactNode }) {
  return (
    <Tooltip text={label}>
      <AriaLink
        href={href}
        target="_blank"
        rel="noopener noreferrer"
        aria-label={label}
        className={styles.button ?? ''}
      >
        {children}
      </AriaLink>
    </Tooltip>
  );
}
