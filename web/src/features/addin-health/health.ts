/** What is known of the pages of add-ins, in words. */
import i18next from 'i18next';
import type { AddinHealth, HealthFinding, HealthState } from '../../api/types';

/** From what needs somebody to what does not. */
const ORDER: readonly HealthState[] = ['fault', 'warning', 'unchecked', 'ok'];

/** For sorting: what needs somebody comes first. */
export function healthRank(state: HealthState): number {
  return ORDER.indexOf(state);
}

/** What was found and what to change, in the language of the page; the server's English for a code not known here. */
export function findingSentence({ code, params, detail }: HealthFinding): string {
  const key = `health:${code}`;
  return i18next.exists(key) ? String(i18next.t(key as never, params as never)) : detail;
}

/** The one sentence to say of a page. */
export function healthSentence({ state, findings }: AddinHealth): string {
  const [worst] = findings;
  if (worst) return findingSentence(worst);
  return i18next.t(state === 'unchecked' ? 'health:unchecked_words' : 'health:ok_words');
}

/** How the people fared who opened it. */
export function peopleSentence({ ok, silent, blocked, speaks }: AddinHealth['handshakes']): string {
  const all = ok + silent + blocked;
  if (all === 0) return i18next.t('health:people_none');
  if (!speaks) return i18next.t('health:people_mute', { count: all, all });
  const missed = all - ok;
  return i18next.t(missed === 0 ? 'health:people_spoke' : 'health:people_spoke_not', { ok, all, missed });
}
