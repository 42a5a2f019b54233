/** Buttons with words, and links that look like them. An icon stands before the words and is hidden from readers. */
import type { ReactNode } from 'react';
import {
  Button as AriaButton,
  type ButtonProps as AriaButtonProps,
  Link as AriaLink,
} from 'react-aria-components';
import styles from './Button.module.css';
import { cx } from './cx';

export type ButtonVariant = 'plain' | 'primary' | 'quiet' | 'danger';

export interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'style' | 'children'> {
  variant?: ButtonVariant;
  icon?: ReactNode;
  className?: string;
  children: ReactNode;
}

export function Button({ variant = 'plain', icon, className, children, ...props }: ButtonProps) {
  return (
    <AriaButton {...props} className={cx(styles.button, styles[variant], className)}>
      {icon}
      {children}
    </AriaButton>
  );
}

export interface ButtonLinkProps {
  href: string;
  variant?: ButtonVariant;
  icon?: ReactNode;
  children: ReactNode;
  /** Opens in a window of its own, without telling the other page who opened it. */
  external?: boolean;
}

export function ButtonLink({ href, variant = 'plain', icon, children, external = false }: ButtonLinkProps) {
  return (
    <AriaLink
      href={href}
      {...(external ? { target: '_blank', rel: 'noopener noreferrer' } : {})}
      className={cx(styles.button, styles[variant])}
    >
      {icon}
      {children}
    </AriaLink>
  );
}
