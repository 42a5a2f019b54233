/** A sentence about the whole of a page or form: what happened, what is safe, what to do. */
import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import styles from './Banner.module.css';
import { cx } from './cx';

const icons = { info: Info, ok: CircleCheck, warning: TriangleAlert, error: CircleAlert };

export interface BannerProps {
  tone?: keyof typeof icons;
  /** Buttons at its end. */
  actions?: ReactNode;
  children: ReactNode;
}

export function Banner({ tone = 'info', actions, children }: BannerProps) {
  const Icon = icons[tone];
  return (
    <div role={tone === 'error' ? 'alert' : 'status'} className={cx(styles.banner, styles[tone])}>
      <Icon aria-hidden />
      <div className={styles.words}>{children}</div>
      {actions}
    </div>
  );
}
