/** The form of a room: the fields of the original's room management page. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api, unwrap } from '../../api/client';
import { addinHealthsQuery, keys } from '../../api/queries';
import type { Addin, RoomDetail } from '../../api/types';
import { useTitle } from '../../app/useTitle';
import { Banner } from '../../ui/Banner';
import { Checkbox } from '../../ui/Checkbox';
import { FixedValue, FormField, FormPage, FormSection } from '../../ui/form/FormPage';
import { descriptionProblem, nameProblem } from '../../ui/form/nameProblem';
import { useForm } from '../../ui/form/useForm';
import { RadioGroup } from '../../ui/RadioGroup';
import { Select } from '../../ui/Select';
import { TextField } from '../../ui/TextField';
import { toast } from '../../ui/toast';
import { HealthChip } from '../addin-health/HealthChip';
import { healthSentence } from '../addin-health/health';
import { poolName, poolOption } from '../admin/PoolSelect';
import { GrantField } from '../grant/GrantField';
import { PrincipalField } from '../principal/PrincipalField';
import { useSession } from '../session/useSession';
import styles from './RoomForm.module.css';
import { RoomNameField } from './RoomNameField';
import { type RoomValues, roomBody } from './roomValues';

const NO_ADDIN = 'none';
const privacies = ['open', 'closed', 'secret'] as const;
const types = ['normal', 'auditorium'] as const;
const invitations = ['inherit', 'false'] as const;

export interface RoomFormProps {
  pool: string;
  /** Absent for a new room. */
  room?: RoomDetail;
  start: RoomValues;
  /** Those in which it may be. */
  categories: readonly { id: string; name: string }[];
  addins: readonly (Pick<Addin, 'id' | 'name' | 'granted'> & Partial<Addin>)[];
}

export function RoomForm({ pool, room, start, categories, addins }: RoomFormProps) {
  const { t } = useTranslation(['manage', 'admin', 'form', 'common', 'health']);
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { pools, limits } = useSession();
  const title = room ? t('edit_title') : t('create_title');
  useTitle(room ? `${room.name} – ${title}` : title);

  const close = () =>
    void navigate({
      to: '/manage',
      search: ({ search, rooms }) => ({ ...(search && { search }), ...(rooms && { rooms }) }),
    });
  const refresh = () => {
    void queries.invalidateQueries({ queryKey: keys.rooms });
    if (room) void queries.invalidateQueries({ queryKey: keys.room(room.id) });
  };
  const create = async (body: ReturnType<typeof roomBody>) => {
    const { id, name } = await unwrap(
      api.POST('/api/v1/pools/{pool}/rooms', { params: { path: { pool } }, body }),
    );
    toast(t('created', { name }), {
      tone: 'ok',
      action: {
        label: t('open_room'),
        run: () => void navigate({ to: '/room/$room', params: { room: id } }),
      },
    });
  };

  const form = useForm({
    stored: start,
    ...(room && { revision: room.revision }),
    bodyOf: roomBody,
    check: ({ name, description, category }) => {
      const wrongName = nameProblem(name, limits.room_name_chars_max);
      const wrongDescription = descriptionProblem(description, limits.description_chars_max);
      return {
        name: wrongName && t(`form:${wrongName}`, { max: limits.room_name_chars_max }),
        description: wrongDescription && t(`form:${wrongDescription.key}`, wrongDescription),
        category: category === null ? t('category_missing') : undefined,
      };
    },
    save: (body, changed, revision) =>
      room
        ? unwrap(
            api.PATCH('/api/v1/rooms/{room}', {
              params: { path: { room: room.id } },
              body: { ...changed, ...(revision !== undefined && { revision }) },
            }),
          )
        : create(body),
    onSaved: () => {
      refresh();
      close();
    },
    onRefused: refresh,
  });
  const { values, set, field } = form;
  const healths = useQuery(addinHealthsQuery(pool));
  const healthOf = (id: string | null) => healths.data?.find((health) => health.addin === id);
  const health = healthOf(values.addin);
  const addin = addins.find(({ id }) => id === values.addin);
  const dropped = room?.members.length ?? 0;

  const people = (
    <FormSection title={t('people')} description={t('people_words')}>
      <FormField name="managers">
        <PrincipalField
          label={t('managers')}
          value={values.managers}
          onChange={set('managers')}
          description={room ? t('managers_words') : t('managers_words_new')}
          {...field('managers')}
        />
      </FormField>
      {values.privacy === 'open' ? (
        <FixedValue
          label={t('members')}
          value={t('members_open')}
          description={dropped > 0 ? t('members_dropped', { count: dropped }) : t('members_open_words')}
          changed={field('members').changed}
        />
      ) : (
        <FormField name="members">
          <PrincipalField
            label={t('members')}
            value={values.members}
            onChange={set('members')}
            description={t('members_words')}
            {...field('members')}
          />
        </FormField>
      )}
      {values.type === 'auditorium' && (
        <FormField name="presenters">
          <PrincipalField
            label={t('presenters')}
            value={values.presenters}
            onChange={set('presenters')}
            description={t('presenters_words')}
            {...field('presenters')}
          />
        </FormField>
      )}
    </FormSection>
  );

  return (
    <FormPage
      title={title}
      {...(room && { subtitle: room.name })}
      form={form}
      commitLabel={room ? t('common:commit') : t('create')}
      isNew={room === undefined}
      onCancel={close}
      aside={people}
    >
      {pools.length > 1 && !room && (
        <Select
          label={t('admin:pool')}
          options={pools.map(poolOption)}
          value={pool}
          onChange={(fqdn) =>
            void navigate({
              to: '/manage/new',
              search: (before) => ({ ...before, pool: fqdn }),
              replace: true,
            })
          }
          description={t('pool_words')}
        />
      )}
      <FormField name="name">
        <RoomNameField
          pool={pool}
          {...(room && { stored: room.name })}
          value={values.name}
          onChange={set('name')}
          {...field('name')}
        />
      </FormField>
      <FormField name="description">
        <TextField
          label={t('description')}
          rows={2}
          value={values.description}
          onChange={set('description')}
          {...field('description')}
        />
      </FormField>
      <FormField name="category">
        <Select
          label={t('category')}
          options={categories.map(({ id, name }) => ({ id, label: name }))}
          value={values.category}
          onChange={set('category')}
          placeholder={t('category_choose')}
          description={categories.length === 0 ? t('category_none') : t('category_words')}
          isDisabled={categories.length === 0 || (room !== undefined && categories.length === 1)}
          {...field('category')}
        />
      </FormField>
      <FormField name="addin">
        <Select
          label={t('addin')}
          options={[
            { id: NO_ADDIN, label: t('addin_none') },
            ...addins.map(({ id, name }) => {
              const known = healthOf(id);
              return { id, label: name, ...(known && { mark: <HealthChip state={known.state} /> }) };
            }),
          ]}
          value={values.addin ?? NO_ADDIN}
          onChange={(id) => {
            set('addin')(id === NO_ADDIN ? null : id);
            set('addin_withheld')([]);
          }}
          description={addin?.disabled ? t('addin_disabled') : t('addin_words')}
          {...field('addin')}
        />
        {(health?.state === 'fault' || health?.state === 'warning') && (
          <div className={styles.health}>
            <Banner tone="warning">
              {t(`health:choose_${health.state}`, { finding: healthSentence(health) })}
            </Banner>
          </div>
        )}
      </FormField>
      {addin && addin.granted.length > 0 && (
        <FormField name="addin_withheld">
          <GrantField
            label={t('addin_may')}
            description={t('addin_may_words')}
            among={addin.granted}
            value={addin.granted.filter((name) => !values.addin_withheld.includes(name))}
            onChange={(kept) => set('addin_withheld')(addin.granted.filter((name) => !kept.includes(name)))}
            changed={field('addin_withheld').changed}
          />
        </FormField>
      )}
      <FormField name="privacy">
        <RadioGroup
          label={t('privacy')}
          options={privacies.map((id) => ({
            id,
            label: t(`privacy_${id}`),
            detail: t(`privacy_${id}_words`),
          }))}
          value={values.privacy}
          onChange={set('privacy')}
          {...field('privacy')}
        />
      </FormField>
      <FormField name="type">
        <RadioGroup
          label={t('type')}
          options={types.map((id) => ({ id, label: t(`type_${id}`), detail: t(`type_${id}_words`) }))}
          value={values.type}
          onChange={set('type')}
          {...field('type')}
        />
      </FormField>
      <FormField name="invitations">
        <RadioGroup
          label={t('invitations')}
          options={invitations.map((id) => ({ id, label: t(`invitations_${id}`) }))}
          value={values.invitations}
          onChange={set('invitations')}
          {...field('invitations')}
        />
      </FormField>
      {room && (
        <FormField name="disabled">
          <Checkbox
            isSelected={values.disabled}
            onChange={set('disabled')}
            changed={field('disabled').changed}
            description={t('disable_words')}
          >
            {t('disable')}
          </Checkbox>
        </FormField>
      )}
      {room && pools.length > 1 && (
        <FixedValue
          label={t('admin:pool')}
          value={poolName(pools.find(({ fqdn }) => fqdn === pool) ?? { fqdn: pool, display_name: '' })}
          description={t('pool_words')}
        />
      )}
    </FormPage>
  );
}
