/**
 * A form as a page, as in the original's Control Panel: Commit and Cancel at its top, what is wrong listed below them,
 * then the fields. Leaving with changes asks first, but for Cancel, which says that they are not wanted.
 */
import { useBlocker } from '@tanstack/react-router';
import { Check, X } from 'lucide-react';
import { type FormEvent, type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Banner } from '../Banner';
import { Button } from '../Button';
import { cx } from '../cx';
import { ConfirmDialog } from '../Dialog';
import { ErrorSummary } from '../ErrorSummary';
import { PageHeader } from '../PageHeader';
import styles from './FormPage.module.css';
import type { Form } from './useForm';

export interface FormPageProps {
  title: string;
  subtitle?: string;
  form: Pick<
    Form<object, object>,
    'errors' | 'isDirty' | 'changedCount' | 'isSaving' | 'isOutdated' | 'takeOver' | 'submit'
  >;
  commitLabel?: string;
  /** Whether values are marked as changed, which those of a new thing are not. */
  isNew?: boolean;
  onCancel: () => void;
  /** Beside the fields where there is room. */
  aside?: ReactNode;
  children: ReactNode;
}

export function FormPage({
  title,
  subtitle,
  form,
  commitLabel,
  isNew = false,
  onCancel,
  aside,
  children,
}: FormPageProps) {
  const { t } = useTranslation(['form', 'common']);
  const element = useRef<HTMLFormElement>(null);
  const leaving = useRef(false);
  const wasSaving = useRef(false);
  const { isDirty, isSaving } = form;
  const blocker = useBlocker({
    shouldBlockFn: () => isDirty && !isSaving && !leaving.current,
    enableBeforeUnload: () => isDirty && !leaving.current,
    withResolver: true,
  });

  const focus = (field: string) =>
    element.current
      ?.querySelector<HTMLElement>(`[data-field="${field}"] :is(input, textarea, button)`)
      ?.focus();
  const refused = form.errors[0]?.field;
  useEffect(() => {
    if (wasSaving.current && !isSaving && refused !== undefined) focus(refused);
    wasSaving.current = isSaving;
  });

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isSaving) return;
    // What was typed into a list but not checked would be lost in silence; its field says so.
    const unchecked = element.current?.querySelector<HTMLElement>('[data-unchecked] input');
    if (unchecked) return unchecked.focus();
    const wrong = form.submit();
    if (wrong !== undefined) focus(wrong);
  };
  const cancel = () => {
    leaving.current = true;
    onCancel();
  };

  return (
    <form ref={element} className={styles.page} onSubmit={submit} noValidate aria-label={title}>
      <PageHeader title={title} {...(subtitle === undefined ? {} : { subtitle })} />
      <div className={styles.commands}>
        <Button type="submit" variant="primary" icon={<Check aria-hidden />}>
          {commitLabel ?? t('common:commit')}
        </Button>
        <Button icon={<X aria-hidden />} onPress={cancel}>
          {t('common:cancel')}
        </Button>
        {!isNew && (
          <output className={styles.state}>
            {isDirty ? t('changed_count', { count: form.changedCount }) : t('unchanged')}
          </output>
        )}
      </div>
      <div className={styles.body}>
        <div className={styles.column}>
          {form.isOutdated && (
            <Banner tone="warning" actions={<Button onPress={form.takeOver}>{t('take_over')}</Button>}>
              {t('outdated')}
            </Banner>
          )}
          <ErrorSummary
            title={t('errors', { count: form.errors.length })}
            errors={form.errors.map(({ field, message }) =>
              field === undefined ? { message } : { message, focus: () => focus(field) },
            )}
          />
          {children}
        </div>
        {aside !== undefined && <div className={styles.aside}>{aside}</div>}
      </div>
      <ConfirmDialog
        title={t('discard_title')}
        isOpen={blocker.status === 'blocked'}
        onClose={() => blocker.reset?.()}
        confirmLabel={t('discard')}
        onConfirm={() => blocker.proceed?.()}
        danger
      >
        {t('discard_words', { count: form.changedCount })}
      </ConfirmDialog>
    </form>
  );
}

/** Where a field stands in its form, so that the list of errors can lead to it. */
export function FormField({ name, children }: { name: string; children: ReactNode }) {
  return <div data-field={name}>{children}</div>;
}

export function FormSection({
  title,
  description,
  children,
}: {
  title: string;
  description?: string;
  children: ReactNode;
}) {
  return (
    <fieldset className={styles.section}>
      <legend className={styles.legend}>{title}</legend>
      {description !== undefined && <p className={styles.description}>{description}</p>}
      {children}
    </fieldset>
  );
}

/** A value that cannot be changed here, with the reason. */
export function FixedValue({
  label,
  value,
  description,
  changed = false,
}: {
  label: string;
  value: string;
  description: string;
  changed?: boolean;
}) {
  return (
    <div className={cx(styles.fixed, changed && styles.changed)}>
      <span className={styles.fixedLabel}>{label}</span>
      <span>{value}</span>
      <span className={styles.description}>{description}</span>
    </div>
  );
}
