/** Where an add-in's own server is told what is posted, how that fares, and what can be told again. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { CircleCheck, CircleDashed, CircleX, KeyRound, Trash2, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, done, unwrap } from '../../api/client';
import { ProblemError, problemSentence } from '../../api/problem';
import { keys, webhookQuery } from '../../api/queries';
import type { Webhook, WebhookState } from '../../api/types';
import { formatMoment, formatNumber } from '../../i18n/format';
import { Banner } from '../../ui/Banner';
import { Button } from '../../ui/Button';
import { Chip, type ChipTone } from '../../ui/Chip';
import { ConfirmDialog } from '../../ui/Dialog';
import { ErrorState } from '../../ui/ErrorState';
import { TextField } from '../../ui/TextField';
import { toast } from '../../ui/toast';
import { DeadLetters } from './DeadLetters';
import { failureSentence } from './failure';
import { Replay } from './Replay';
import { Secret } from './Secret';
import styles from './WebhookPanel.module.css';

const looks: Record<WebhookState, { tone: ChipTone; icon: typeof CircleCheck }> = {
  untried: { tone: 'neutral', icon: CircleDashed },
  ok: { tone: 'ok', icon: CircleCheck },
  refusing: { tone: 'warning', icon: TriangleAlert },
  away: { tone: 'important', icon: CircleX },
};

export function WebhookPanel({ pool, addin }: { pool: string; addin: string }) {
  const { t } = useTranslation('webhook');
  const known = useQuery(webhookQuery(pool, addin));
  const queries = useQueryClient();
  const [secret, setSecret] = useState<string>();
  const [asking, setAsking] = useState<'secret' | 'delete'>();
  const path = { params: { path: { pool, id: addin } } };

  const change = useMutation({
    mutationFn: (ask: () => Promise<Webhook | null>) => ask(),
    onSuccess: (webhook) => {
      const { secret: made, ...kept } = webhook ?? {};
      if (made) setSecret(made);
      if (webhook === null) setSecret(undefined);
      queries.setQueryData(keys.webhook(pool, addin), webhook && kept);
    },
    onError: (error) => {
      if (!isOfUrl(error)) toast(problemSentence(error), { tone: 'error' });
    },
    onSettled: () => setAsking(undefined),
  });

  if (known.error) return <ErrorState error={known.error} onRetry={() => void known.refetch()} />;
  if (known.data === undefined) return null;
  const webhook = known.data;
  const { tone, icon: Icon } = looks[webhook?.state ?? 'untried'];
  const set = (url: string) =>
    change.mutate(() =>
      unwrap(api.PUT('/api/v1/pools/{pool}/addins/{id}/webhook', { ...path, body: { url } })),
    );

  return (
    <section aria-label={t('title')} className={styles.panel}>
      <header className={styles.head}>
        <h2>{t('title')}</h2>
        {webhook && (
          <Chip tone={tone} icon={<Icon aria-hidden />}>
            {t(`state_${webhook.state}`)}
          </Chip>
        )}
      </header>
      <p className={styles.quiet}>{t('words')}</p>
      <Address
        key={webhook?.url}
        url={webhook?.url}
        isPending={change.isPending}
        error={change.error}
        onSet={set}
      />
      {secret !== undefined && <Secret secret={secret} onHide={() => setSecret(undefined)} />}
      {webhook && (
        <>
          <Faring webhook={webhook} />
          <div className={styles.buttons}>
            <Button icon={<KeyRound aria-hidden />} onPress={() => setAsking('secret')}>
              {t('new_secret')}
            </Button>
            <Button icon={<Trash2 aria-hidden />} onPress={() => setAsking('delete')}>
              {t('remove')}
            </Button>
          </div>
          {webhook.rooms.length > 0 && (
            <Replay
              rooms={webhook.rooms}
              isPending={change.isPending}
              onReplay={(room, from) =>
                change.mutate(() =>
                  unwrap(
                    api.POST('/api/v1/pools/{pool}/addins/{id}/webhook/replay', {
                      ...path,
                      body: { room, from },
                    }),
                  ),
                )
              }
            />
          )}
          <DeadLetters
            letters={webhook.dead_letters}
            isPending={change.isPending}
            onRetry={({ room, seq }) =>
              change.mutate(() =>
                unwrap(
                  api.POST('/api/v1/pools/{pool}/addins/{id}/webhook/dead-letters/{room}/{seq}', {
                    params: { path: { pool, id: addin, room, seq } },
                  }),
                ),
              )
            }
            onDiscard={({ room, seq }) =>
              change.mutate(async () => {
                await done(
                  api.DELETE('/api/v1/pools/{pool}/addins/{id}/webhook/dead-letters/{room}/{seq}', {
                    params: { path: { pool, id: addin, room, seq } },
                  }),
                );
                return unwrap(api.GET('/api/v1/pools/{pool}/addins/{id}/webhook', path));
              })
            }
          />
        </>
      )}
      <ConfirmDialog
        title={t('new_secret')}
        isOpen={asking === 'secret'}
        onClose={() => setAsking(undefined)}
        confirmLabel={t('new_secret_confirm')}
        onConfirm={() =>
          change.mutate(() => unwrap(api.POST('/api/v1/pools/{pool}/addins/{id}/webhook/secret', path)))
        }
        isPending={change.isPending}
      >
        {t('new_secret_words')}
      </ConfirmDialog>
      <ConfirmDialog
        title={t('remove_title')}
        isOpen={asking === 'delete'}
        onClose={() => setAsking(undefined)}
        confirmLabel={t('remove')}
        onConfirm={() =>
          change.mutate(async () => {
            await done(api.DELETE('/api/v1/pools/{pool}/addins/{id}/webhook', path));
            return null;
          })
        }
        danger
        isPending={change.isPending}
      >
        {t('remove_words')}
      </ConfirmDialog>
    </section>
  );
}

/** Whether the server refused an address; its sentence stands below the field. */
function isOfUrl(error: Error | null): boolean {
  return error instanceof ProblemError && error.field === 'url';
}

interface AddressProps {
  url: string | undefined;
  isPending: boolean;
  /** What was refused last. */
  error: Error | null;
  onSet: (url: string) => void;
}

function Address({ url, isPending, error, onSet }: AddressProps) {
  const { t } = useTranslation('webhook');
  const [typed, setTyped] = useState(url ?? '');
  const wanted = typed.trim();
  return (
    <div className={styles.row}>
      <TextField
        label={t('url')}
        type="url"
        value={typed}
        onChange={setTyped}
        placeholder="https://bot.contoso.com/events"
        mono
        {...(isOfUrl(error) && { error: problemSentence(error) })}
      />
      <Button isDisabled={wanted === '' || wanted === url || isPending} onPress={() => onSet(wanted)}>
        {t(url === undefined ? 'set' : 'move')}
      </Button>
    </div>
  );
}

/** How it goes, in sentences. */
function Faring({ webhook }: { webhook: Webhook }) {
  const { t } = useTranslation('webhook');
  const { state, failure, told_at, next_attempt_at, previous_secret_until, waiting } = webhook;
  const isFailing = state === 'away' || state === 'refusing';
  return (
    <div className={styles.words} role="status">
      {isFailing && failure && (
        <Banner tone="warning">
          {failureSentence(failure)}{' '}
          {next_attempt_at && t('next_attempt', { moment: formatMoment(next_attempt_at) })}
        </Banner>
      )}
      <p>
        {told_at ? t('told', { moment: formatMoment(told_at) }) : t('told_never')}{' '}
        {waiting > 0 && t('waiting', { count: waiting, formatted: formatNumber(waiting) })}
      </p>
      {previous_secret_until && (
        <p className={styles.quiet}>
          {t('previous_secret', { moment: formatMoment(previous_secret_until) })}
        </p>
      )}
    </div>
  );
}
