/** The dictionary of a rule: pasted, or read from a file. */
import { FileUp } from 'lucide-react';
import { FileTrigger } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/Button';
import { FormField } from '../../ui/form/FormPage';
import type { Form } from '../../ui/form/useForm';
import { TextField } from '../../ui/TextField';
import type { TriggerValues } from './triggerValues';

export function WordsField({ form }: { form: Form<TriggerValues, Partial<TriggerValues>> }) {
  const { t } = useTranslation('trigger');
  const { values, set, field } = form;
  const read = async (files: FileList | null) => {
    const file = files?.[0];
    if (file) set('words')(await file.text());
  };
  return (
    <>
      <FormField name="words">
        <TextField
          label={t('words')}
          rows={10}
          value={values.words}
          onChange={set('words')}
          placeholder={'word,ticker,ISIN\nMicrosoft,MSFT,US5949181045'}
          description={t('words_words')}
          isRequired
          spellCheck="false"
          mono
          {...field('words')}
        />
      </FormField>
      <div>
        <FileTrigger acceptedFileTypes={['.csv', '.tsv', '.txt']} onSelect={(files) => void read(files)}>
          <Button icon={<FileUp aria-hidden />}>{t('words_file')}</Button>
        </FileTrigger>
      </div>
    </>
  );
}
