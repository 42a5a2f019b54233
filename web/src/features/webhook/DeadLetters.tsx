/** What a webhook's receiver refused so often that it was given up. */
import { RotateCcw, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { DeadLetter } from '../../api/types';
import { formatMoment, formatNumber } from '../../i18n/format';
import { Button } from '../../ui/Button';
import { IconButton } from '../../ui/IconButton';
import { failureSentence } from './failure';
import styles from './WebhookPanel.module.css';

interface DeadLettersProps {
  letters: readonly DeadLetter[];
  isPending: boolean;
  onRetry: (letter: DeadLetter) => void;
  onDiscard: (letter: DeadLetter) => void;
}

export function DeadLetters({ letters, isPending, onRetry, onDiscard }: DeadLettersProps) {
  const { t } = useTranslation('webhook');
  if (letters.length === 0) return null;
  return (
    <div className={styles.letters}>
      <h3>{t('letters', { count: letters.length })}</h3>
      <p className={styles.quiet}>{t('letters_words')}</p>
      <ul aria-label={t('letters', { count: letters.length })}>
        {letters.map((letter) => {
          const what = t('letter', { room: letter.room_name, seq: formatNumber(letter.seq) });
          return (
            <li key={`${letter.room} ${letter.seq}`}>
              <div className={styles.words}>
                <strong>{what}</strong>
                <span>{failureSentence(letter.failure)}</span>
                <span className={styles.quiet}>
                  {t('letter_tried', { count: letter.attempts, moment: formatMoment(letter.failure.at) })}
                </span>
              </div>
              <Button
                icon={<RotateCcw aria-hidden />}
                aria-label={t('letter_retry_of', { what })}
                isDisabled={isPending}
                onPress={() => onRetry(letter)}
              >
                {t('letter_retry')}
              </Button>
              <IconButton
                label={t('letter_discard_of', { what })}
                isDisabled={isPending}
                onPress={() => onDiscard(letter)}
              >
                <X aria-hidden />
              </IconButton>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
