import i18next from 'i18next';
import { codeSentence } from '../../api/problem';

/** Why a message was not posted: the server's refusal, or the reason of an add-in, which is always said to be the add-in's. */
export function refusalSentence(code: string, detail: string, addin: string | undefined): string {
  if (addin === undefined) return codeSentence(code, detail);
  return detail.trim() === ''
    ? i18next.t('message:filter_canceled', { addin })
    : i18next.t('message:filter_canceled_why', { addin, reason: detail });
}
