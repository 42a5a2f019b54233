/** What the form of a trigger holds, and what of it is sent. */
import type { NewTrigger, Trigger, TriggerPatch, TriggerRule } from '../../api/types';

export type RuleKind = TriggerRule['kind'];

/** Both kinds of rule at once, so that changing one's mind loses nothing. */
export interface TriggerValues {
  name: string;
  enabled: boolean;
  context_type: string;
  kind: RuleKind;
  pattern: string;
  id_field: string;
  match_case: boolean;
  whole_words: boolean;
  before: string;
  after: string;
  words: string;
}

export const newTriggerValues: TriggerValues = {
  name: '',
  enabled: true,
  context_type: '',
  kind: 'pattern',
  pattern: '',
  id_field: '',
  match_case: true,
  whole_words: true,
  before: '',
  after: '',
  words: '',
};

export function triggerValues({ name, enabled, context_type, rule }: Trigger): TriggerValues {
  return { ...newTriggerValues, name, enabled, context_type, ...rule };
}

/** What is compared field by field: of the rule, only what its kind has. */
export function triggerBody(values: TriggerValues): Partial<TriggerValues> {
  const { kind, pattern, id_field, match_case, whole_words, before, after, words } = values;
  return {
    name: values.name.trim(),
    enabled: values.enabled,
    context_type: values.context_type.trim(),
    kind,
    ...(kind === 'pattern'
      ? { pattern, id_field: id_field.trim(), match_case, whole_words, before, after }
      : { words }),
  };
}

function ruleOf(body: Partial<TriggerValues>): TriggerRule {
  const { kind, pattern = '', id_field = '', match_case, whole_words, before, after, words } = body;
  return kind === 'words'
    ? { kind, words: words ?? '' }
    : {
        kind: 'pattern',
        pattern,
        id_field,
        match_case: match_case ?? true,
        whole_words: whole_words ?? true,
        before: before ?? '',
        after: after ?? '',
      };
}

export function newTrigger(body: Partial<TriggerValues>): NewTrigger {
  const { name = '', enabled = true, context_type = '' } = body;
  return { name, enabled, context_type, rule: ruleOf(body) };
}

/** The rule is sent whole if any of it was changed. */
export function triggerPatch(body: Partial<TriggerValues>, changed: Partial<TriggerValues>): TriggerPatch {
  const { name, enabled, context_type, ...rule } = changed;
  return {
    ...(name !== undefined && { name }),
    ...(enabled !== undefined && { enabled }),
    ...(context_type !== undefined && { context_type }),
    ...(Object.keys(rule).length > 0 && { rule: ruleOf(body) }),
  };
}
