/** Asks whether an add-in's page may post something in the person's name. */
import { useTranslation } from 'react-i18next';
import type { Draft } from '../../live/frames';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { CardView } from '../card/CardView';
import styles from './AddinPane.module.css';

/** What a page wants to post. */
export interface Asked extends Draft {
  answer: (agreed: boolean) => void;
}

export interface SendDialogProps {
  addin: string;
  /** The room's name: the person may be in another one. */
  room: string;
  asked: Asked | null;
}

export function SendDialog({ addin, room, asked }: SendDialogProps) {
  const { t } = useTranslation('pane');
  const answer = (agreed: boolean) => () => asked?.answer(agreed);
  return (
    <Dialog
      title={t('send_title', { addin })}
      isOpen={asked !== null}
      onClose={answer(false)}
      role="alertdialog"
      actions={
        <>
          <Button autoFocus onPress={answer(false)}>
            {t('send_cancel')}
          </Button>
          <Button variant="primary" onPress={answer(true)}>
            {t('send_agree')}
          </Button>
        </>
      }
    >
      {asked?.card ? (
        <>
          <p>{t(asked.updates === undefined ? 'send_card_words' : 'send_card_update_words', { room })}</p>
          <div className={styles.preview}>
            <CardView card={asked.card} onContext={undefined} isInert />
          </div>
          <p>{t('send_card_text')}</p>
        </>
      ) : (
        <p>{asked?.alert ? t('send_alert_words', { room }) : t('send_words', { room })}</p>
      )}
      <blockquote className={styles.asked}>
        {asked?.title !== undefined && <strong>{`${asked.title}\n`}</strong>}
        {asked?.text}
      </blockquote>
    </Dialog>
  );
}
