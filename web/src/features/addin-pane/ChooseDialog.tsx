/** Asks which add-in shall do what a page asked for: one that runs, or another one opened for it. */
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import styles from './AddinPane.module.css';
import type { Question } from './fdc3/usePaneDesk';

export function ChooseDialog({ question }: { question: Question | null }) {
  const { t } = useTranslation('pane');
  return (
    <Dialog title={t('choose_title')} isOpen={question !== null} onClose={() => question?.answer(null)}>
      <ul className={styles.choices}>
        {question?.choices.map((choice) => {
          const { app, instance, intent, intentName } = choice;
          return (
            <li key={`${intent} ${app.appId} ${instance?.id}`}>
              <Button onPress={() => question.answer(choice)}>
                {t(instance === null ? 'choose_open' : 'choose_running', {
                  addin: app.name,
                  act: intentName,
                })}
              </Button>
            </li>
          );
        })}
      </ul>
    </Dialog>
  );
}
