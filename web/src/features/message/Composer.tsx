/**
 * Where messages are written. Enter sends, Shift+Enter breaks the line. Nothing that was typed is ever lost:
 * a message the page or the server refuses stays here, or comes back here, with the reason.
 */
import { CircleAlert, CornerDownLeft, Pilcrow } from 'lucide-react';
import {
  type KeyboardEvent,
  useEffect,
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { useTranslation } from 'react-i18next';
import { codeSentence } from '../../api/problem';
import type { Room } from '../../api/types';
import { formatNumber } from '../../i18n/format';
import type { Draft } from '../../live/frames';
import { useLive, usePostMessage } from '../../live/hooks';
import { Button } from '../../ui/Button';
import { cx } from '../../ui/cx';
import { IconToggle } from '../../ui/IconButton';
import { useSession } from '../session/useSession';
import styles from './Composer.module.css';
import { keepDraft, keptDraft } from './drafts';
import { refusalSentence } from './refusalSentence';

export interface ComposerHandle {
  focus: () => void;
  /** Puts a text back to be edited; answers whether there was room for it. */
  restore: (draft: Draft, reason?: string) => boolean;
}

export interface ComposerProps {
  room: Room;
  onSent: () => void;
  ref?: React.Ref<ComposerHandle>;
}

/** The counter appears when this part of the limit is left. */
const NEAR = 0.1;

export function Composer({ room, onSent, ref }: ComposerProps) {
  const { t } = useTranslation('message');
  const { limits, person } = useSession();
  const live = useLive();
  const post = usePostMessage(room.id);
  const [draft, setDraft] = useState<Draft>(() => keptDraft(person.id, room.id));
  const [reason, setReason] = useState<string>();
  const area = useRef<HTMLTextAreaElement>(null);
  const titleField = useRef<HTMLInputElement>(null);
  const reasonId = useId();
  const isStory = draft.title !== undefined;
  const limit = isStory ? limits.story_chars_max : limits.message_chars_max;
  const left = limit - [...draft.text].length;

  const change = (next: Draft) => {
    setDraft(next);
    setReason(undefined);
    keepDraft(person.id, room.id, next);
  };

  const restore = (refused: Draft, why?: string): boolean => {
    if (draft.text !== '') return false;
    setDraft(refused);
    keepDraft(person.id, room.id, refused);
    setReason(why);
    area.current?.focus();
    return true;
  };
  useImperativeHandle(ref, () => ({ focus: () => area.current?.focus(), restore }));
  useEffect(() =>
    live.onRefusal(room.id, (refused, code, detail, addin) =>
      restore(refused, refusalSentence(code, detail, addin)),
    ),
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: the text is what changes the height
  useLayoutEffect(() => {
    const box = area.current;
    if (!box) return;
    box.style.height = 'auto';
    box.style.height = `${box.scrollHeight}px`;
  }, [draft.text, isStory]);

  const refuse = (why: string) => {
    setReason(why);
    area.current?.focus();
  };

  const send = () => {
    const text = draft.text.trim();
    if (text === '') return refuse(codeSentence('EmptyMessage', ''));
    if (left < 0) return refuse(t('too_long', { count: -left }));
    if (isStory && draft.title?.trim() === '') {
      setReason(t('story_title_missing'));
      titleField.current?.focus();
      return;
    }
    post({
      text,
      ...(draft.alert ? { alert: true } : {}),
      ...(draft.title === undefined ? {} : { title: draft.title.trim() }),
    });
    change({ text: '' });
    area.current?.focus();
    onSent();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.altKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };

  const setStory = (story: boolean) => {
    const { title: _, ...rest } = draft;
    change(story ? { ...rest, title: '' } : rest);
    requestAnimationFrame(() => (story ? titleField.current : area.current)?.focus());
  };

  if (!room.permissions.post) {
    return (
      <div className={styles.closed} role="note">
        {room.disabled
          ? codeSentence('NodeDisabled', '')
          : t(room.type === 'auditorium' ? 'read_only_auditorium' : 'read_only')}
        {draft.text !== '' && (
          <>
            {' '}
            {t('kept_text')}
            <blockquote className={styles.kept}>{draft.text}</blockquote>
          </>
        )}
      </div>
    );
  }

  const label = t('placeholder', { room: room.name });
  return (
    <form
      className={styles.composer}
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {reason !== undefined && (
        <p id={reasonId} className={styles.reason} role="alert">
          <CircleAlert aria-hidden />
          {reason}
        </p>
      )}
      <div
        className={cx(styles.box, draft.alert && styles.important, reason !== undefined && styles.refused)}
      >
        <div className={styles.fields}>
          {isStory && (
            <input
              ref={titleField}
              className={styles.title}
              aria-label={t('story_title')}
              placeholder={t('story_title')}
              value={draft.title}
              maxLength={256}
              onChange={(event) => change({ ...draft, title: event.target.value })}
              onKeyDown={(event) => {
                if (event.key !== 'Enter') return;
                event.preventDefault();
                area.current?.focus();
              }}
            />
          )}
          <textarea
            ref={area}
            className={styles.text}
            rows={isStory ? 4 : 1}
            aria-label={isStory ? t('story_text') : label}
            placeholder={isStory ? t('story_text') : label}
            aria-describedby={reason === undefined ? undefined : reasonId}
            aria-invalid={reason !== undefined || left < 0}
            value={draft.text}
            onChange={(event) => change({ ...draft, text: event.target.value })}
            onKeyDown={onKeyDown}
          />
        </div>
        <div className={styles.tools}>
          {left < limit * NEAR && (
            <output
              className={cx(styles.left, left < 0 && styles.over)}
              aria-label={t('left', { count: left })}
            >
              {formatNumber(left)}
            </output>
          )}
          <IconToggle
            label={t('importance_toggle')}
            isSelected={draft.alert ?? false}
            onChange={(alert) => change({ ...draft, alert })}
            className={styles.alertToggle ?? ''}
          >
            <CircleAlert aria-hidden />
          </IconToggle>
          <IconToggle label={t('story_toggle')} isSelected={isStory} onChange={setStory}>
            <Pilcrow aria-hidden />
          </IconToggle>
          <Button
            variant={draft.text.trim() === '' ? 'quiet' : 'primary'}
            type="submit"
            className={styles.send ?? ''}
            aria-label={t('send')}
          >
            <span className={styles.sendWord}>{t('send')}</span>
            <CornerDownLeft aria-hidden />
          </Button>
        </div>
      </div>
      {draft.alert && <p className={styles.note}>{t('importance_on')}</p>}
    </form>
  );
}
