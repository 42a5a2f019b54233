/**
 * The state of a form over something that is stored: what was read, what is typed now, what is wrong. Only what differs
 * is sent. When the stored thing changes meanwhile, the person is told, and may take the change over without losing
 * what was typed.
 */
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { ProblemError, problemSentence } from '../../api/problem';
import { changes } from './changes';

export interface FormOptions<Values extends object, Body extends object> {
  /** What is stored, or what a new thing starts with. */
  stored: Values;
  /** Counts changes of what is stored; absent for a new thing. */
  revision?: number;
  /** The values as they are sent. */
  bodyOf: (values: Values) => Body;
  /** A sentence for each field that is wrong. */
  check: (values: Values) => Partial<Record<keyof Body, string | undefined>>;
  /** Sends. `changed` is what differs from what was read, `revision` what it was read at. */
  save: (body: Body, changed: Partial<Body>, revision: number | undefined) => Promise<unknown>;
  /** After saving, and at once when nothing was changed. */
  onSaved: () => void;
  onRefused?: (problem: unknown) => void;
}

export interface FormError {
  /** Absent when the whole is meant. */
  field?: string;
  message: string;
}

export interface Form<Values extends object, Body extends object> {
  values: Values;
  set: <Key extends keyof Values>(key: Key) => (value: Values[Key]) => void;
  /** What a field component shows: whether it differs, what is wrong with it. */
  field: (field: keyof Body & string) => { changed: boolean; error: string | undefined };
  errors: FormError[];
  isDirty: boolean;
  changedCount: number;
  isSaving: boolean;
  /** Somebody else changed what is stored since it was read. */
  isOutdated: boolean;
  /** Takes the stored values over, except where this person changed them. */
  takeOver: () => void;
  /** Returns the first field that is wrong, if nothing was sent. */
  submit: () => string | undefined;
}

export function useForm<Values extends object, Body extends object>(
  options: FormOptions<Values, Body>,
): Form<Values, Body> {
  const { stored, revision, bodyOf, check } = options;
  const [base, setBase] = useState({ stored, revision });
  const [values, setValues] = useState(stored);
  const [tried, setTried] = useState(false);
  const saving = useMutation({
    mutationFn: ({ body, changed }: { body: Body; changed: Partial<Body> }) =>
      options.save(body, changed, base.revision),
    onSuccess: options.onSaved,
    onError: (problem) => options.onRefused?.(problem),
  });

  const body = bodyOf(values);
  const changed = changes(bodyOf(base.stored), body);
  const changedCount = Object.keys(changed).length;
  const wrong = check(values);
  // A refusal speaks of what was sent; once its field is changed, it has nothing more to say.
  const refusal = saving.error;
  const refusedField = refusal instanceof ProblemError && refusal.field;
  const sent = saving.variables?.body;

  const errorOf = (field: keyof Body & string): string | undefined => {
    if (tried && wrong[field] !== undefined) return wrong[field];
    if (refusedField !== field || !sent) return undefined;
    return JSON.stringify(sent[field]) === JSON.stringify(body[field]) ? problemSentence(refusal) : undefined;
  };
  const fields = Object.keys(body) as (keyof Body & string)[];
  const errors = fields.flatMap((field): FormError[] => {
    const message = errorOf(field);
    return message === undefined ? [] : [{ field, message }];
  });
  const isOutdated = revision !== base.revision && !saving.isPending && !saving.isSuccess;
  const isCollision = refusal instanceof ProblemError && refusal.code === 'DataCollision';
  const hasOwnField = fields.some((field) => field === refusedField);
  if (refusal && !hasOwnField && !(isCollision && isOutdated))
    errors.push({ message: problemSentence(refusal) });

  return {
    values,
    set: (key) => (value) => setValues((before) => ({ ...before, [key]: value })),
    field: (field) => ({ changed: base.revision !== undefined && field in changed, error: errorOf(field) }),
    errors,
    isDirty: changedCount > 0,
    changedCount,
    isSaving: saving.isPending,
    isOutdated,
    takeOver: () => {
      setValues((before) => ({ ...stored, ...changes(base.stored, before) }));
      setBase({ stored, revision });
      saving.reset();
    },
    submit: () => {
      setTried(true);
      const first = fields.find((field) => wrong[field] !== undefined);
      if (first !== undefined) return first;
      if (base.revision !== undefined && changedCount === 0) options.onSaved();
      else saving.mutate({ body, changed });
      return undefined;
    },
  };
}
