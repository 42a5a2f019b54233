/**
 * A context in a message. In a room with an add-in it is put into the pane again; in one without, it looks for other
 * messages that speak of it. What it stands for is shown on hover and focus, and read out.
 */
import { Link } from '@tanstack/react-router';
import { Tooltip as AriaTooltip, Button, TooltipTrigger } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { Context, Message } from '../../api/types';
import tooltip from '../../ui/Tooltip.module.css';
import styles from './MessageText.module.css';

export type ContextPress = (context: Context, message: Message) => void;

export interface ContextChipProps {
  /** As it was written. */
  text: string;
  context: Context;
  message: Message;
  /** Absent in a room without an add-in. */
  onContext: ContextPress | undefined;
}

export function ContextChip({ text, context, message, onContext }: ContextChipProps) {
  const { t } = useTranslation('message');
  const meaning = [
    context.type,
    ...Object.entries(context.id).map(([field, value]) => `${field}: ${value}`),
  ].join('\n');
  if (!onContext) {
    return (
      <Link
        to="/search"
        search={{ q: `"${text.replaceAll('"', ' ')}"` }}
        className={styles.chip ?? ''}
        title={`${t('search_context', { name: text })}\n${meaning}`}
      >
        {text}
      </Link>
    );
  }
  return (
    <TooltipTrigger delay={400} closeDelay={0}>
      <Button className={styles.chip ?? ''} onPress={() => onContext(context, message)}>
        {text}
      </Button>
      <AriaTooltip offset={6} className={`${tooltip.tooltip} ${styles.meaning}`}>
        {`${t('show_context', { name: text })}\n${meaning}`}
      </AriaTooltip>
    </TooltipTrigger>
  );
}
