/** The fields of a rule that is a regular expression. */
import { useTranslation } from 'react-i18next';
import { Checkbox } from '../../ui/Checkbox';
import { FormField } from '../../ui/form/FormPage';
import type { Form } from '../../ui/form/useForm';
import { TextField } from '../../ui/TextField';
import type { TriggerValues } from './triggerValues';

const texts = ['pattern', 'id_field', 'before', 'after'] as const;
const switches = ['match_case', 'whole_words'] as const;
const placeholders = { pattern: 'INC-\\d+', id_field: 'number', before: '', after: '' };

export function PatternFields({ form }: { form: Form<TriggerValues, Partial<TriggerValues>> }) {
  const { t } = useTranslation('trigger');
  const { values, set, field } = form;
  return (
    <>
      {texts.map((name) => (
        <FormField key={name} name={name}>
          <TextField
            label={t(name)}
            value={values[name]}
            onChange={set(name)}
            placeholder={placeholders[name]}
            description={t(`${name}_words`)}
            isRequired={name === 'pattern' || name === 'id_field'}
            spellCheck="false"
            mono
            {...field(name)}
          />
        </FormField>
      ))}
      <div>
        {switches.map((name) => (
          <FormField key={name} name={name}>
            <Checkbox
              isSelected={values[name]}
              onChange={set(name)}
              changed={field(name).changed}
              description={t(`${name}_words`)}
            >
              {t(name)}
            </Checkbox>
          </FormField>
        ))}
      </div>
    </>
  );
}
