/**
 * A card in the place of a message's text: title, values, and what can be pressed. All of it is text, each piece kept to
 * itself whatever its writing direction; a link says where it leads.
 */
import { Link } from '@tanstack/react-router';
import {
  CircleCheck,
  ExternalLink,
  Info,
  type LucideIcon,
  OctagonAlert,
  PanelRight,
  Search,
  TriangleAlert,
} from 'lucide-react';
import { memo, useId } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { Context } from '../../api/types';
import { cx } from '../../ui/cx';
import { VisuallyHidden } from '../../ui/VisuallyHidden';
import styles from './CardView.module.css';
import { type Card, type Press, pressOf, toneOf } from './card';

const ICONS: Record<NonNullable<ReturnType<typeof toneOf>>, LucideIcon> = {
  info: Info,
  success: CircleCheck,
  warning: TriangleAlert,
  critical: OctagonAlert,
};

export interface CardViewProps {
  card: Card;
  /** When it was updated, and by whom. */
  updated?: string | undefined;
  /** Absent in a room without an add-in. */
  onContext: ((context: Context) => void) | undefined;
  /** Shown to be looked at only. */
  isInert?: boolean;
}

export const CardView = memo(function CardView({ card, updated, onContext, isInert = false }: CardViewProps) {
  const { t } = useTranslation('card');
  const title = useId();
  const tone = toneOf(card);
  const Icon = tone && ICONS[tone];
  const { summary, footer, fields = [] } = card;
  const presses = (card.actions ?? []).flatMap((action) => pressOf(action) ?? []);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a card is no field, and a landmark for each would bury those of the page.
    <div role="group" aria-labelledby={title} className={cx(styles.card, tone && styles[tone])}>
      <div className={styles.head}>
        {Icon && <Icon aria-hidden />}
        <bdi id={title} className={styles.title}>
          {tone && <VisuallyHidden>{`${t(`tone_${tone}`)} `}</VisuallyHidden>}
          {card.title}
        </bdi>
      </div>
      {summary && (
        <p className={styles.summary} dir="auto">
          {summary}
        </p>
      )}
      {fields.length > 0 && (
        <dl className={styles.fields}>
          {fields.map(({ label, value }, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a card's fields have nothing else that tells them apart.
            <div key={place}>
              <dt dir="auto">{label}</dt>
              <dd dir="auto">{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {presses.length > 0 && (
        <div className={styles.actions}>
          {presses.map((press) => (
            <Action key={press.label} press={press} onContext={onContext} isInert={isInert} />
          ))}
        </div>
      )}
      {(footer || updated) && (
        <p className={styles.foot}>
          {footer && <bdi>{footer}</bdi>}
          {updated && <span>{updated}</span>}
        </p>
      )}
    </div>
  );
});

interface ActionProps extends Pick<CardViewProps, 'onContext' | 'isInert'> {
  press: Press;
}

/** In a room without an add-in, a context looks for other messages that speak of it, as a chip in a text does. */
function Action({ press, onContext, isInert }: ActionProps) {
  const { t } = useTranslation('card');
  const label = <bdi className={styles.label}>{press.label}</bdi>;
  if (press.kind === 'link') {
    const { href, host } = press;
    const words = (
      <>
        <ExternalLink aria-hidden />
        {label}
        <bdi className={styles.host}>{host}</bdi>
      </>
    );
    if (isInert) return <span className={styles.action}>{words}</span>;
    return (
      <a className={styles.action} href={href} title={href} target="_blank" rel="noopener noreferrer">
        {words}
      </a>
    );
  }
  const { context } = press;
  if (isInert || onContext) {
    return (
      <Button
        className={styles.action ?? ''}
        isDisabled={isInert ?? false}
        aria-label={t('press_context', { label: press.label, name: context.name })}
        onPress={() => onContext?.(context)}
      >
        <PanelRight aria-hidden />
        {label}
      </Button>
    );
  }
  return (
    <Link
      to="/search"
      search={{ q: `"${context.name.replaceAll('"', ' ')}"` }}
      className={styles.action ?? ''}
      title={t('search_context', { name: context.name })}
    >
      <Search aria-hidden />
      {label}
    </Link>
  );
}
