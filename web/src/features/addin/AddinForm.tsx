/** New Add-in, Edit Add-in: a name, a URL, and what its page looks like. */
import { CAPABILITIES } from '@perch/addin/host';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, unwrap } from '../../api/client';
import { addinsQuery, keys } from '../../api/queries';
import type { Addin, NewAddin } from '../../api/types';
import { useTitle } from '../../app/useTitle';
import { Checkbox } from '../../ui/Checkbox';
import { ErrorState } from '../../ui/ErrorState';
import { FixedValue, FormField, FormPage } from '../../ui/form/FormPage';
import { nameProblem } from '../../ui/form/nameProblem';
import { ThingGone } from '../../ui/form/ThingGone';
import { useForm } from '../../ui/form/useForm';
import { Loading } from '../../ui/Loading';
import { TextField } from '../../ui/TextField';
import { toast } from '../../ui/toast';
import { HealthPanel } from '../addin-health/HealthPanel';
import { poolName } from '../admin/PoolSelect';
import { ofList, usePanel } from '../admin/usePanel';
import { PRESETS } from '../grant/capabilities';
import { GrantField } from '../grant/GrantField';
import { Presets } from '../grant/Presets';
import { useSession } from '../session/useSession';
import { WebhookPanel } from '../webhook/WebhookPanel';
import { AddinPreview } from './AddinPreview';
import { addinUrlProblem, URL_VARIABLES } from './addinUrl';
import { intentsOf, intentsText } from './intents';

const INTENTS_EXAMPLE = '{ "ViewChart": { "contexts": ["fdc3.instrument"] } }';

const newRoute = getRouteApi('/signed-in/admin/addin/new');
const editRoute = getRouteApi('/signed-in/admin/addin/$addin');

export function NewAddinPage() {
  const { t } = useTranslation('addin');
  const { copy } = newRoute.useSearch();
  const { pool } = usePanel();
  const addins = useQuery({ ...addinsQuery(pool.fqdn), enabled: copy !== undefined });
  if (copy === undefined) return <AddinForm start={{ name: '', url: '' }} />;
  if (addins.error) return <ErrorState error={addins.error} onRetry={() => void addins.refetch()} />;
  if (!addins.data) return <Loading />;
  const original = addins.data.find(({ id }) => id === copy);
  return (
    <AddinForm
      start={
        original
          ? {
              name: t('copy_of', { name: original.name }),
              url: original.url,
              granted: original.granted,
              intents: original.intents,
            }
          : { name: '', url: '' }
      }
    />
  );
}

export function EditAddinPage() {
  const { t } = useTranslation('addin');
  const { addin: id } = editRoute.useParams();
  const { pool } = usePanel();
  const addins = useQuery(addinsQuery(pool.fqdn));
  if (addins.error) return <ErrorState error={addins.error} onRetry={() => void addins.refetch()} />;
  if (!addins.data) return <Loading />;
  const addin = addins.data.find((candidate) => candidate.id === id);
  if (!addin) return <ThingGone to="/admin/addin" title={t('gone_title')} back={t('back_to_list')} />;
  return <AddinForm key={id} addin={addin} start={addin} />;
}

function AddinForm({ addin, start }: { addin?: Addin; start: NewAddin }) {
  const { t } = useTranslation(['addin', 'admin', 'form', 'grant']);
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { limits, addin_proxy } = useSession();
  const { pool } = usePanel();
  const title = addin ? t('edit_title') : t('new_title');
  /** What is previewed while the URL is being typed: half an address is somebody else's. */
  const [held, setHeld] = useState<string>();
  useTitle(addin ? `${addin.name} – ${title}` : title);

  const refresh = () => queries.invalidateQueries({ queryKey: keys.addins(pool.fqdn) });
  const close = () =>
    void navigate({
      to: '/admin/addin',
      search: ofList,
    });
  const urlProblem = (url: string) => addinUrlProblem(url, location.origin, limits.addin_url_bytes_max);

  const form = useForm({
    stored: {
      name: start.name,
      url: start.url,
      granted: start.granted ?? [...PRESETS.contexts],
      intents: intentsText(start.intents ?? {}),
      disabled: addin?.disabled ?? false,
      proxied: addin?.proxied ?? false,
      proxied_hosts: (addin?.proxied_hosts ?? []).join('\n'),
      approve: false,
    },
    ...(addin && { revision: addin.revision }),
    bodyOf: ({ name, url, granted, intents, disabled, proxied, proxied_hosts, approve }) => ({
      name: name.trim(),
      url: url.trim(),
      granted,
      intents: intentsOf(intents),
      disabled,
      proxied,
      proxied_hosts: proxied_hosts.split(/\s+/).filter(Boolean),
      approve,
    }),
    check: ({ name, url, intents }) => {
      const wrongName = nameProblem(name, limits.addin_name_chars_max);
      const wrongUrl = urlProblem(url);
      return {
        name: wrongName && t(`form:${wrongName}`, { max: limits.addin_name_chars_max }),
        url: wrongUrl && t(`url_${wrongUrl}`, { max: limits.addin_url_bytes_max }),
        intents:
          intentsOf(intents) === null ? t('intents_unreadable', { example: INTENTS_EXAMPLE }) : undefined,
      };
    },
    save: ({ name, url, granted, intents, proxied, proxied_hosts }, { approve, ...changed }, revision) =>
      addin
        ? unwrap(
            api.PATCH('/api/v1/pools/{pool}/addins/{id}', {
              params: { path: { pool: pool.fqdn, id: addin.id } },
              // Sending the grants is what approves the address.
              body: {
                ...changed,
                ...(approve && { granted }),
                ...(revision !== undefined && { revision }),
              },
            }),
          )
        : unwrap(
            api.POST('/api/v1/pools/{pool}/addins', {
              params: { path: { pool: pool.fqdn } },
              body: {
                name,
                url,
                granted,
                intents: intents ?? {},
                ...(proxied && { proxied, proxied_hosts }),
              },
            }),
          ),
    onSaved: () => {
      if (!addin) toast(t('created', { name: form.values.name.trim() }), { tone: 'ok' });
      void refresh();
      close();
    },
    onRefused: () => void refresh(),
  });

  const url = form.values.url.trim();
  const previewed = held ?? url;
  const moved = addin !== undefined && (!addin.approved || originOf(addin.url) !== originOf(url));

  return (
    <FormPage
      title={title}
      {...(addin && { subtitle: addin.name })}
      form={form}
      isNew={addin === undefined}
      onCancel={close}
      aside={
        <>
          {addin && <HealthPanel pool={pool.fqdn} addin={addin.id} isMoving={url !== addin.url} />}
          {addin && <WebhookPanel pool={pool.fqdn} addin={addin.id} />}
          <AddinPreview
            url={previewed}
            isUsable={urlProblem(previewed) === undefined}
            isProxied={form.values.proxied}
          />
        </>
      }
    >
      <FormField name="name">
        <TextField
          label={t('name')}
          value={form.values.name}
          onChange={form.set('name')}
          description={t('name_words')}
          autoFocus
          isRequired
          {...form.field('name')}
        />
      </FormField>
      <FormField name="url">
        <TextField
          label={t('url')}
          type="url"
          value={form.values.url}
          onChange={form.set('url')}
          onFocus={() => setHeld(url)}
          onBlur={() => setHeld(undefined)}
          placeholder="https://intranet.contoso.com/page"
          description={t('url_words', { variables: URL_VARIABLES.map((name) => `{${name}}`).join(' ') })}
          isRequired
          mono
          {...form.field('url')}
        />
      </FormField>
      {moved && (
        <FormField name="approve">
          <Checkbox
            isSelected={form.values.approve}
            onChange={form.set('approve')}
            changed={form.field('approve').changed}
            description={t('grant:approve_words')}
          >
            {t('grant:approve')}
          </Checkbox>
        </FormField>
      )}
      <FormField name="granted">
        <GrantField
          label={t('grant:title')}
          description={t('grant:words')}
          among={CAPABILITIES}
          value={form.values.granted}
          onChange={form.set('granted')}
          {...(addin && { requested: addin.requested })}
          changed={form.field('granted').changed}
        >
          <Presets onChoose={form.set('granted')} />
        </GrantField>
      </FormField>
      <FormField name="intents">
        <TextField
          label={t('intents')}
          value={form.values.intents}
          onChange={form.set('intents')}
          placeholder={INTENTS_EXAMPLE}
          description={t('intents_words')}
          rows={4}
          mono
          {...form.field('intents')}
        />
      </FormField>
      <FormField name="proxied">
        <Checkbox
          isSelected={form.values.proxied}
          onChange={form.set('proxied')}
          changed={form.field('proxied').changed}
          isDisabled={!addin_proxy && !form.values.proxied}
          description={t(addin_proxy ? 'proxied_words' : 'proxied_unset')}
        >
          {t('proxied')}
        </Checkbox>
      </FormField>
      {form.values.proxied && (
        <FormField name="proxied_hosts">
          <TextField
            label={t('proxied_hosts')}
            rows={2}
            value={form.values.proxied_hosts}
            onChange={form.set('proxied_hosts')}
            description={t('proxied_hosts_words')}
            mono
            {...form.field('proxied_hosts')}
          />
        </FormField>
      )}
      {addin && (
        <FormField name="disabled">
          <Checkbox
            isSelected={form.values.disabled}
            onChange={form.set('disabled')}
            changed={form.field('disabled').changed}
            description={t('grant:disable_words')}
          >
            {t('grant:disable')}
          </Checkbox>
        </FormField>
      )}
      <FixedValue
        label={t('admin:pool')}
        value={poolName(pool)}
        description={addin ? t('pool_fixed') : t('service_warning')}
      />
      {addin && (
        <FixedValue
          label={t('rooms')}
          value={t('used_by', { count: addin.room_count })}
          description={addin.room_count > 0 ? t('used_by_words') : t('used_by_none_words')}
        />
      )}
    </FormPage>
  );
}

/** Undefined while the address is no address. */
function originOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).origin : undefined;
}
