/** Menus that open from a button. */
import { Check, ExternalLink } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import {
  Menu as AriaMenu,
  MenuItem as AriaMenuItem,
  type MenuItemProps as AriaMenuItemProps,
  MenuSection as AriaMenuSection,
  type MenuSectionProps as AriaMenuSectionProps,
  Header,
  MenuTrigger,
  Popover,
  Separator,
} from 'react-aria-components';
import { cx } from './cx';
import list from './ListBox.module.css';
import styles from './Menu.module.css';

export interface MenuProps {
  /** The button that opens the menu. */
  trigger: ReactElement;
  /** Names the menu for readers. */
  label: string;
  placement?: 'bottom start' | 'bottom end' | 'top start';
  children: ReactNode;
}

export function Menu({ trigger, label, placement = 'bottom start', children }: MenuProps) {
  return (
    <MenuTrigger>
      {trigger}
      <Popover className={cx(list.popover, styles.popover)} placement={placement} offset={4}>
        <AriaMenu aria-label={label} className={list.list ?? ''}>
          {children}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}

export interface MenuItemProps extends Omit<AriaMenuItemProps, 'className' | 'style' | 'children'> {
  icon?: ReactNode;
  danger?: boolean;
  children: string;
}

export function MenuItem({ icon, danger = false, children, ...props }: MenuItemProps) {
  return (
    <AriaMenuItem
      {...props}
      textValue={children}
      className={cx(list.option, styles.item, danger && styles.danger)}
    >
      {({ isSelected, selectionMode }) => (
        <>
          <span className={styles.icon}>
            {selectionMode === 'none' ? icon : isSelected && <Check aria-hidden />}
          </span>
          <span>{children}</span>
          {props.target === '_blank' ? <ExternalLink aria-hidden /> : <span />}
        </>
      )}
    </AriaMenuItem>
  );
}

export interface MenuSectionProps
  extends Omit<AriaMenuSectionProps<object>, 'className' | 'style' | 'children'> {
  title: string;
  children: ReactNode;
}

export function MenuSection({ title, children, ...props }: MenuSectionProps) {
  return (
    <AriaMenuSection {...props}>
      <Header className={styles.header ?? ''}>{title}</Header>
      {children}
    </AriaMenuSection>
  );
}

export function MenuSeparator() {
  return <Separator className={styles.separator ?? ''} />;
}
