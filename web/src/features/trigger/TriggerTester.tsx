/**
 * A text, and what posting it would find. The server looks, with the trigger that is being written among the others, so
 * this is exactly what will happen.
 */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, unwrap } from '../../api/client';
import { problemSentence } from '../../api/problem';
import { keys } from '../../api/queries';
import type { NewTrigger } from '../../api/types';
import { Banner } from '../../ui/Banner';
import { TextField } from '../../ui/TextField';
import { usePanel } from '../admin/usePanel';
import { segmentText } from '../message/segments';
import styles from './TriggerTester.module.css';

/** How long somebody pauses before it is tried. */
const PAUSE_MS = 250;

export interface TriggerTesterProps {
  /** Absent while it has no rule yet; then the others are tried. */
  trigger: NewTrigger | undefined;
  /** The stored trigger that is being changed. */
  replaces: string | undefined;
}

export function TriggerTester({ trigger, replaces }: TriggerTesterProps) {
  const { t } = useTranslation('trigger');
  const { pool } = usePanel();
  const [text, setText] = useState('');
  const asked = JSON.stringify({ text, ...(trigger && { trigger }), ...(replaces && { replaces }) });
  const [settled, setSettled] = useState(asked);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(asked), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [asked]);

  const test = useQuery({
    queryKey: [...keys.triggers(pool.fqdn), 'test', settled],
    queryFn: ({ signal }) =>
      unwrap(
        api.POST('/api/v1/pools/{pool}/triggers/test', {
          params: { path: { pool: pool.fqdn } },
          body: JSON.parse(settled),
          signal,
        }),
      ),
    enabled: text.trim() !== '',
    placeholderData: keepPreviousData,
    retry: false,
  });
  // What was found belongs to the text that was sent; another one is shown once it has been tried.
  const isCurrent = asked === settled && test.isSuccess && !test.isPlaceholderData;
  const found = isCurrent && text.trim() !== '' ? test.data : undefined;

  return (
    <section aria-label={t('test')} className={styles.tester}>
      <h2>{t('test')}</h2>
      <TextField
        label={t('test_text')}
        rows={4}
        value={text}
        onChange={setText}
        description={t('test_words')}
        placeholder={t('test_placeholder')}
      />
      {test.error && text.trim() !== '' && <Banner tone="warning">{problemSentence(test.error)}</Banner>}
      <div aria-live="polite">
        {found && <p className={styles.count}>{t('found', { count: found.length })}</p>}
        {found && found.length > 0 && (
          <>
            <p className={styles.text}>
              {segmentText(text, found).map(({ kind, start, text: part }) =>
                kind === 'context' ? <mark key={start}>{part}</mark> : part,
              )}
            </p>
            <table className={styles.found}>
              <thead>
                <tr>
                  <th scope="col">{t('found_text')}</th>
                  <th scope="col">{t('context_type')}</th>
                  <th scope="col">{t('found_ids')}</th>
                  <th scope="col">{t('found_by')}</th>
                </tr>
              </thead>
              <tbody>
                {found.map((context) => (
                  <tr key={context.start}>
                    <th scope="row">{text.slice(context.start, context.end)}</th>
                    <td>{context.type}</td>
                    <td>
                      {Object.entries(context.id)
                        .map(([field, value]) => `${field}: ${value}`)
                        .join(', ')}
                    </td>
                    <td>{context.trigger}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </>
        )}
      </div>
    </section>
  );
}
