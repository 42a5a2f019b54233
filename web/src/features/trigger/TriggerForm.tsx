/** New Trigger, Edit Trigger: a rule, what becomes of what it finds, and a text to try it on. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api, unwrap } from '../../api/client';
import { keys, triggerQuery } from '../../api/queries';
import type { Trigger } from '../../api/types';
import { useTitle } from '../../app/useTitle';
import { Checkbox } from '../../ui/Checkbox';
import { ErrorState } from '../../ui/ErrorState';
import { FixedValue, FormField, FormPage } from '../../ui/form/FormPage';
import { nameProblem } from '../../ui/form/nameProblem';
import { ThingGone } from '../../ui/form/ThingGone';
import { useForm } from '../../ui/form/useForm';
import { Loading } from '../../ui/Loading';
import { RadioGroup } from '../../ui/RadioGroup';
import { TextField } from '../../ui/TextField';
import { toast } from '../../ui/toast';
import { poolName } from '../admin/PoolSelect';
import { ofList, usePanel } from '../admin/usePanel';
import { useSession } from '../session/useSession';
import { PatternFields } from './PatternFields';
import { TriggerTester } from './TriggerTester';
import {
  newTrigger,
  newTriggerValues,
  type TriggerValues,
  triggerBody,
  triggerPatch,
  triggerValues,
} from './triggerValues';
import { WordsField } from './WordsField';

const newRoute = getRouteApi('/signed-in/admin/trigger/new');
const editRoute = getRouteApi('/signed-in/admin/trigger/$trigger');

export function NewTriggerPage() {
  const { t } = useTranslation('trigger');
  const { copy } = newRoute.useSearch();
  const { pool } = usePanel();
  const original = useQuery({ ...triggerQuery(pool.fqdn, copy ?? ''), enabled: copy !== undefined });
  if (copy === undefined) return <TriggerForm start={newTriggerValues} />;
  if (original.error) return <ErrorState error={original.error} onRetry={() => void original.refetch()} />;
  if (original.data === undefined) return <Loading />;
  const start = original.data
    ? { ...triggerValues(original.data), name: t('copy_of', { name: original.data.name }) }
    : newTriggerValues;
  return <TriggerForm start={start} />;
}

export function EditTriggerPage() {
  const { t } = useTranslation('trigger');
  const { trigger: id } = editRoute.useParams();
  const { pool } = usePanel();
  const trigger = useQuery(triggerQuery(pool.fqdn, id));
  if (trigger.error) return <ErrorState error={trigger.error} onRetry={() => void trigger.refetch()} />;
  if (trigger.data === undefined) return <Loading />;
  if (trigger.data === null)
    return <ThingGone to="/admin/trigger" title={t('gone_title')} back={t('back_to_list')} />;
  return <TriggerForm key={id} trigger={trigger.data} start={triggerValues(trigger.data)} />;
}

function TriggerForm({ trigger, start }: { trigger?: Trigger; start: TriggerValues }) {
  const { t } = useTranslation(['trigger', 'admin', 'form']);
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { limits } = useSession();
  const { pool } = usePanel();
  const title = trigger ? t('edit_title') : t('new_title');
  useTitle(trigger ? `${trigger.name} – ${title}` : title);

  const refresh = () => void queries.invalidateQueries({ queryKey: keys.triggers(pool.fqdn) });
  const close = () =>
    void navigate({
      to: '/admin/trigger',
      search: ofList,
    });

  const form = useForm({
    stored: start,
    ...(trigger && { revision: trigger.revision }),
    bodyOf: triggerBody,
    check: (values) => {
      const wrongName = nameProblem(values.name, limits.addin_name_chars_max);
      const isPattern = values.kind === 'pattern';
      return {
        name: wrongName && t(`form:${wrongName}`, { max: limits.addin_name_chars_max }),
        context_type: values.context_type.trim() ? undefined : t('context_type_missing'),
        pattern: !isPattern || values.pattern ? undefined : t('pattern_missing'),
        id_field: !isPattern || values.id_field.trim() ? undefined : t('id_field_missing'),
        words: isPattern || values.words.trim() ? undefined : t('words_missing'),
      };
    },
    save: (body, changed, revision) =>
      trigger
        ? unwrap(
            api.PATCH('/api/v1/pools/{pool}/triggers/{id}', {
              params: { path: { pool: pool.fqdn, id: trigger.id } },
              body: { ...triggerPatch(body, changed), ...(revision !== undefined && { revision }) },
            }),
          )
        : unwrap(
            api.POST('/api/v1/pools/{pool}/triggers', {
              params: { path: { pool: pool.fqdn } },
              body: newTrigger(body),
            }),
          ),
    onSaved: () => {
      if (!trigger) toast(t('created', { name: form.values.name.trim() }), { tone: 'ok' });
      refresh();
      close();
    },
    onRefused: refresh,
  });
  const { values, set, field } = form;
  const body = triggerBody(values);
  const isWritten = Boolean(body.context_type && (body.words?.trim() || (body.pattern && body.id_field)));
  const tried = isWritten ? { ...newTrigger(body), name: body.name || t('new_title') } : undefined;

  return (
    <FormPage
      title={title}
      {...(trigger && { subtitle: trigger.name })}
      form={form}
      isNew={trigger === undefined}
      onCancel={close}
      aside={<TriggerTester trigger={tried} replaces={trigger?.id} />}
    >
      <FormField name="name">
        <TextField
          label={t('name')}
          value={values.name}
          onChange={set('name')}
          autoFocus
          isRequired
          {...field('name')}
        />
      </FormField>
      <FormField name="context_type">
        <TextField
          label={t('context_type')}
          value={values.context_type}
          onChange={set('context_type')}
          placeholder="x.ticket"
          description={t('context_type_words')}
          isRequired
          mono
          {...field('context_type')}
        />
      </FormField>
      <RadioGroup
        label={t('rule')}
        options={[
          { id: 'pattern', label: t('kind_pattern'), detail: t('kind_pattern_words') },
          { id: 'words', label: t('kind_words'), detail: t('kind_words_words') },
        ]}
        value={values.kind}
        onChange={set('kind')}
        changed={field('kind').changed}
      />
      {values.kind === 'pattern' ? <PatternFields form={form} /> : <WordsField form={form} />}
      <FormField name="enabled">
        <Checkbox
          isSelected={values.enabled}
          onChange={set('enabled')}
          changed={field('enabled').changed}
          description={t('enabled_words')}
        >
          {t('enabled')}
        </Checkbox>
      </FormField>
      <FixedValue
        label={t('admin:pool')}
        value={poolName(pool)}
        description={trigger ? t('pool_fixed') : t('service_warning')}
      />
    </FormPage>
  );
}
