/** One message as a row: time, author, text. */
import { ChevronRight, CircleAlert, RefreshCw } from 'lucide-react';
import { memo, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Message } from '../../api/types';
import { dayOf, formatMoment, formatTime } from '../../i18n/format';
import { cx } from '../../ui/cx';
import { CardView } from '../card/CardView';
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
  /** Goes to a message, by its place. */
  onPlace: (seq: number) => void;
}

export const MessageRow = memo(function MessageRow({
  message,
  continues,
  isTabStop,
  isFound,
  head,
  onContext,
  onPlace,
}: MessageRowProps) {
  const { t } = useTranslation('message');
  const textId = useId();
  const { author, at, latest } = message;
  // Who listens to the rows hears what a card says in words, and finds its parts inside.
  const isCard = message.card != null && !message.updates;
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
      {isCard && (
        <span id={textId} hidden>
          {latest?.text ?? message.text}
        </span>
      )}
      <div id={isCard ? undefined : textId} className={styles.text}>
        {message.alert && (
          <span className={styles.importance}>
            <CircleAlert aria-hidden />
            {t('high_importance')}
          </span>
        )}
        <Content message={message} onContext={onContext} onPlace={onPlace} />
        {message.via && (
          <span className={styles.via}>
            {t(`via_${message.via.part}`, { addin: message.via.name ?? t('via_removed') })}
          </span>
        )}
      </div>
    </article>
  );
});

function Content({
  message,
  onContext,
  onPlace,
}: Pick<MessageRowProps, 'message' | 'onContext' | 'onPlace'>) {
  const { t } = useTranslation('card');
  const { title, card, updates, latest } = message;
  if (title) return <Story message={message} title={title} onContext={onContext} />;
  if (updates) {
    return (
      <span className={styles.version}>
        <RefreshCw aria-hidden />
        {`${t('new_version')}: `}
        <MessageText message={message} onContext={onContext} />{' '}
        <button type="button" className={styles.place} onClick={() => onPlace(updates)}>
          {t('show')}
        </button>
      </span>
    );
  }
  const shown = latest?.card ?? card;
  if (!shown) return <MessageText message={message} onContext={onContext} />;
  const moment =
    latest && (dayOf(latest.at) === dayOf(message.at) ? formatTime(latest.at) : formatMoment(latest.at));
  return (
    <CardView
      card={shown}
      updated={latest ? t('updated', { time: moment, author: latest.author.display_name }) : undefined}
      onContext={onContext && ((context) => onContext(context, message))}
    />
  );
}

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
