/** New Add-in, Edit Add-in: a name, a URL, and what its page looks like. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, unwrap } from '../../api/client';
import { addinsQuery, keys } from '../../api/queries';
import type { Addin, NewAddin } from '../../api/types';
import { useTitle } from '../../app/useTitle';
import { ErrorState } from '../../ui/ErrorState';
import { FixedValue, FormField, FormPage } from '../../ui/form/FormPage';
import { nameProblem } from '../../ui/form/nameProblem';
import { ThingGone } from '../../ui/form/ThingGone';
import { useForm } from '../../ui/form/useForm';
import { Loading } from '../../ui/Loading';
import { TextField } from '../../ui/TextField';
import { toast } from '../../ui/toast';
import { poolName } from '../admin/PoolSelect';
import { usePanel } from '../admin/usePanel';
import { useSession } from '../session/useSession';
import { AddinPreview } from './AddinPreview';
import { addinUrlProblem, URL_VARIABLES } from './addinUrl';

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
        original ? { name: t('copy_of', { name: original.name }), url: original.url } : { name: '', url: '' }
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
  const { t } = useTranslation(['addin', 'admin', 'form']);
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { limits } = useSession();
  const { pool } = usePanel();
  const title = addin ? t('edit_title') : t('new_title');
  /** What is previewed while the URL is being typed: half an address is somebody else's. */
  const [held, setHeld] = useState<string>();
  useTitle(addin ? `${addin.name} – ${title}` : title);

  const refresh = () => queries.invalidateQueries({ queryKey: keys.addins(pool.fqdn) });
  const close = () =>
    void navigate({
      to: '/admin/addin',
      search: ({ pool, search }) => ({ ...(pool && { pool }), ...(search && { search }) }),
    });
  const urlProblem = (url: string) => addinUrlProblem(url, location.origin, limits.addin_url_bytes_max);

  const form = useForm({
    stored: { name: start.name, url: start.url },
    ...(addin && { revision: addin.revision }),
    bodyOf: ({ name, url }): NewAddin => ({ name: name.trim(), url: url.trim() }),
    check: ({ name, url }) => {
      const wrongName = nameProblem(name, limits.addin_name_chars_max);
      const wrongUrl = urlProblem(url);
      return {
        name: wrongName && t(`form:${wrongName}`, { max: limits.addin_name_chars_max }),
        url: wrongUrl && t(`url_${wrongUrl}`, { max: limits.addin_url_bytes_max }),
      };
    },
    save: (body, changed, revision) =>
      addin
        ? unwrap(
            api.PATCH('/api/v1/pools/{pool}/addins/{id}', {
              params: { path: { pool: pool.fqdn, id: addin.id } },
              body: { ...changed, ...(revision !== undefined && { revision }) },
            }),
          )
        : unwrap(api.POST('/api/v1/pools/{pool}/addins', { params: { path: { pool: pool.fqdn } }, body })),
    onSaved: () => {
      if (!addin) toast(t('created', { name: form.values.name.trim() }), { tone: 'ok' });
      void refresh();
      close();
    },
    onRefused: () => void refresh(),
  });

  const url = form.values.url.trim();
  const previewed = held ?? url;

  return (
    <FormPage
      title={title}
      {...(addin && { subtitle: addin.name })}
      form={form}
      isNew={addin === undefined}
      onCancel={close}
      aside={<AddinPreview url={previewed} isUsable={urlProblem(previewed) === undefined} />}
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
