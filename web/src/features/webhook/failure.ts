/** Why a receiver did not take an event, in words. */
import i18next from 'i18next';
import type { WebhookFailure } from '../../api/types';

/** In the language of the page; the server's English for a code not known here. */
export function failureSentence({ code, status, detail }: WebhookFailure): string {
  const key = `webhook:${code}`;
  if (!i18next.exists(key)) return detail;
  const sentence = String(i18next.t(key as never));
  return status == null ? sentence : `${sentence} (${i18next.t('webhook:status', { status })})`;
}
