/** A message's text with its links and context chips. Text is rendered as text, never as markup. */
import { memo } from 'react';
import type { Message } from '../../api/types';
import { ContextChip, type ContextPress } from './ContextChip';
import { segmentText } from './segments';

export interface MessageTextProps {
  message: Message;
  /** Absent in a room without an add-in. */
  onContext: ContextPress | undefined;
}

export const MessageText = memo(function MessageText({ message, onContext }: MessageTextProps) {
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
      <ContextChip
        key={segment.start}
        text={segment.text}
        context={segment.context}
        message={message}
        onContext={onContext}
      />
    );
  });
});
