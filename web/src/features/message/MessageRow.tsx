/** One message as a row: time, author, text. */
import { ChevronRight, CircleAlert } from 'lucide-react';
import { memo, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Message } from '../../api/types';
import { formatMoment, formatTime } from '../../i18n/format';
import { cx } from '../../ui/cx';
import type { ContextPress } from './ContextChip';
import styles from './MessageRow.module.css';
import { MessageText } from './MessageText';
import { authorHue } from './rows';

export interface MessageRowProps {
  message: Message;
  continues: boolean;
  /** The one row that Tab reaches. */
  isTabStop: boolean;
  /** The one that was looked for. */
  isFound: boolean;
  head: number;
  language: string;
  onContext: ContextPress | undefined;
}

export const MessageRow = memo(function MessageRow({
  message,
  continues,
  isTabStop,
  isFound,
  head,
  onContext,
}: MessageRowProps) {
  const { t } = useTranslation('message');
  const textId = useId();
  const { author, at } = message;
  const time = formatTime(at);
  return (
    <article
      aria-posinset={message.seq}
      aria-setsize={head}
      aria-label={t('row', { author: author.display_name, time })}
      aria-describedby={textId}
      tabIndex={isTabStop ? 0 : -1}
      aria-current={isFound || undefined}
      data-seq={message.seq}
      className={cx(
        styles.row,
        message.alert && styles.alert,
        isFound && styles.found,
        continues && styles.continues,
      )}
    >
      <time dateTime={at} title={formatMoment(at)} className={styles.time}>
        {time}
      </time>
      <span className={styles.author} title={author.address} data-hue={authorHue(author.id)}>
        {!continues && (
          <>
            <span className={styles.initial} aria-hidden>
              {author.display_name.slice(0, 1).toUpperCase()}
            </span>
            <span className={styles.name}>{author.display_name}</span>
          </>
        )}
      </span>
      <div id={textId} className={styles.text}>
        {message.alert && (
          <span className={styles.importance}>
            <CircleAlert aria-hidden />
            {t('high_importance')}
          </span>
        )}
        {message.title ? (
          <Story message={message} title={message.title} onContext={onContext} />
        ) : (
          <MessageText message={message} onContext={onContext} />
        )}
        {message.via && (
          <span className={styles.via}>
            {t(`via_${message.via.part}`, { addin: message.via.name ?? t('via_removed') })}
          </span>
        )}
      </div>
    </article>
  );
});

function Story({
  message,
  title,
  onContext,
}: {
  message: Message;
  title: string;
  onContext: ContextPress | undefined;
}) {
  const [open, setOpen] = useState(false);
  const body = useId();
  return (
    <>
      <button
        type="button"
        className={styles.story}
        aria-expanded={open}
        aria-controls={body}
        onClick={() => setOpen(!open)}
      >
        <ChevronRight aria-hidden />
        {title}
      </button>
      <div id={body} hidden={!open} className={styles.body}>
        {open && <MessageText message={message} onContext={onContext} />}
      </div>
    </>
  );
}
