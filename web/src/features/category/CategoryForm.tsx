/** New Category, Edit Category: a name, what its rooms may do, and whom they may be for. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api, unwrap } from '../../api/client';
import { categoriesQuery, keys } from '../../api/queries';
import type { Category } from '../../api/types';
import { useTitle } from '../../app/useTitle';
import { Checkbox } from '../../ui/Checkbox';
import { ErrorState } from '../../ui/ErrorState';
import { FixedValue, FormField, FormPage, FormSection } from '../../ui/form/FormPage';
import { descriptionProblem, nameProblem } from '../../ui/form/nameProblem';
import { ThingGone } from '../../ui/form/ThingGone';
import { useForm } from '../../ui/form/useForm';
import { Loading } from '../../ui/Loading';
import { TextField } from '../../ui/TextField';
import { toast } from '../../ui/toast';
import { poolName } from '../admin/PoolSelect';
import { ofList, usePanel } from '../admin/usePanel';
import { PrincipalField } from '../principal/PrincipalField';
import { useSession } from '../session/useSession';
import { type CategoryValues, categoryBody, categoryValues, newCategoryValues } from './categoryValues';

const newRoute = getRouteApi('/signed-in/admin/category/new');
const editRoute = getRouteApi('/signed-in/admin/category/$category');

const switches = ['invitations', 'file_upload', 'chat_history'] as const;
const lists = ['allowed_members', 'denied_members', 'creators'] as const;

export function NewCategoryPage() {
  const { t } = useTranslation('category');
  const { copy } = newRoute.useSearch();
  const { pool } = usePanel();
  const categories = useQuery({ ...categoriesQuery(pool.fqdn), enabled: copy !== undefined });
  if (copy === undefined) return <CategoryForm start={newCategoryValues} />;
  if (categories.error)
    return <ErrorState error={categories.error} onRetry={() => void categories.refetch()} />;
  if (!categories.data) return <Loading />;
  const original = categories.data.find(({ id }) => id === copy);
  const start = original
    ? { ...categoryValues(original), name: t('copy_of', { name: original.name }) }
    : newCategoryValues;
  return <CategoryForm start={start} />;
}

export function EditCategoryPage() {
  const { t } = useTranslation('category');
  const { category: id } = editRoute.useParams();
  const { pool } = usePanel();
  const categories = useQuery(categoriesQuery(pool.fqdn));
  if (categories.error)
    return <ErrorState error={categories.error} onRetry={() => void categories.refetch()} />;
  if (!categories.data) return <Loading />;
  const category = categories.data.find((candidate) => candidate.id === id);
  if (!category) return <ThingGone to="/admin/category" title={t('gone_title')} back={t('back_to_list')} />;
  return <CategoryForm key={id} category={category} start={categoryValues(category)} />;
}

function CategoryForm({ category, start }: { category?: Category; start: CategoryValues }) {
  const { t } = useTranslation(['category', 'admin', 'form']);
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { limits } = useSession();
  const { pool } = usePanel();
  const title = category ? t('edit_title') : t('new_title');
  useTitle(category ? `${category.name} – ${title}` : title);

  const refresh = () => void queries.invalidateQueries({ queryKey: keys.categories(pool.fqdn) });
  const close = () =>
    void navigate({
      to: '/admin/category',
      search: ofList,
    });

  const form = useForm({
    stored: start,
    ...(category && { revision: category.revision }),
    bodyOf: categoryBody,
    check: ({ name, description }) => {
      const max = limits.room_name_chars_max;
      const wrongName = nameProblem(name, max);
      const wrongDescription = descriptionProblem(description, limits.description_chars_max);
      return {
        name: wrongName && t(`form:${wrongName}`, { max }),
        description: wrongDescription && t(`form:${wrongDescription.key}`, wrongDescription),
      };
    },
    save: (body, changed, revision) =>
      category
        ? unwrap(
            api.PATCH('/api/v1/pools/{pool}/categories/{id}', {
              params: { path: { pool: pool.fqdn, id: category.id } },
              body: { ...changed, ...(revision !== undefined && { revision }) },
            }),
          )
        : unwrap(
            api.POST('/api/v1/pools/{pool}/categories', { params: { path: { pool: pool.fqdn } }, body }),
          ),
    onSaved: () => {
      if (!category) toast(t('created', { name: form.values.name.trim() }), { tone: 'ok' });
      refresh();
      close();
    },
    onRefused: refresh,
  });
  const { values, set, field } = form;

  return (
    <FormPage
      title={title}
      {...(category && { subtitle: category.name })}
      form={form}
      isNew={category === undefined}
      onCancel={close}
      aside={
        <FormSection title={t('membership')} description={t('membership_words')}>
          {lists.map((list) => (
            <FormField key={list} name={list}>
              <PrincipalField
                label={t(list)}
                value={values[list]}
                onChange={set(list)}
                description={t(`${list}_words`)}
                {...field(list)}
              />
            </FormField>
          ))}
        </FormSection>
      }
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
      <FormField name="description">
        <TextField
          label={t('description')}
          rows={2}
          value={values.description}
          onChange={set('description')}
          {...field('description')}
        />
      </FormField>
      <div>
        {switches.map((id) => (
          <FormField key={id} name={id}>
            <Checkbox
              isSelected={values[id]}
              onChange={set(id)}
              changed={field(id).changed}
              description={t(`${id}_words`)}
            >
              {t(`enable_${id}`)}
            </Checkbox>
          </FormField>
        ))}
      </div>
      <FixedValue
        label={t('admin:pool')}
        value={poolName(pool)}
        description={category ? t('pool_fixed') : t('service_warning')}
      />
      {category && (
        <FixedValue
          label={t('rooms')}
          value={t('room_count', { count: category.room_count })}
          description={t('room_count_words')}
        />
      )}
    </FormPage>
  );
}
