/** The rows of a conversation: messages with what stands between them. Pure, so that it can be tested alone. */
import type { Message } from '../../api/types';
import { dayOf } from '../../i18n/format';

export interface MessageRowModel {
  message: Message;
  /** The day to announce above this row. */
  startsDay: boolean;
  /** The "new" line stands above this row. */
  startsNew: boolean;
  /** The author is not repeated. */
  continues: boolean;
}

const SAME_BREATH_MS = 5 * 60_000;

function continues(message: Message, before: Message | undefined): boolean {
  return (
    before !== undefined &&
    before.author.id === message.author.id &&
    !message.alert &&
    !message.title &&
    Date.parse(message.at) - Date.parse(before.at) < SAME_BREATH_MS
  );
}

export function buildRows(messages: readonly Message[], newFrom: number | null): MessageRowModel[] {
  return messages.map((message, index) => {
    const before = messages[index - 1];
    const startsDay = before === undefined || dayOf(before.at) !== dayOf(message.at);
    // The line stands only where the border itself is held, never above the oldest row by accident.
    const startsNew =
      newFrom !== null &&
      (before === undefined ? message.seq === newFrom : before.seq < newFrom && message.seq >= newFrom);
    return {
      message,
      startsDay,
      startsNew,
      continues: !startsDay && !startsNew && continues(message, before),
    };
  });
}

/** One of eight hues, always the same for a person. */
export function authorHue(id: string): number {
  let hash = 0;
  for (const letter of id) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  return hash % 8;
}
