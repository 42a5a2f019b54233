/** A message's text with its links and context chips. Text is rendered as text, never as markup. */
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Context, Message } from '../../api/types';
import styles from './MessageText.module.css';
import { segmentText } from './segments';

export type ContextPress = (context: Context, message: Message) => void;

export interface MessageTextProps {
  message: Message;
  onContext: ContextPress;
}

export const MessageText = memo(function MessageText({ message, onContext }: MessageTextProps) {
  const { t } = useTranslation('message');
  return segmentText(message.text, message.contexts).map((segment) => {
    if (segment.kind === 'text') return segment.text;
    if (segment.kind === 'link') {
      return (
        <a key={segment.start} href={segment.href} target="_blank" rel="noopener noreferrer">
          {segment.text}
        </a>
      );
    }
    return (
      <button
        key={segment.start}
        type="button"
        className={styles.chip}
        title={t('show_context', { name: segment.text })}
        onClick={() => onContext(segment.context, message)}
      >
        {segment.text}
      </button>
    );
  });
});
