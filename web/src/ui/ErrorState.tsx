/** A failed load: what happened, and a way to try again. */
import { CircleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { problemSentence } from '../api/problem';
import { Button } from './Button';
import { EmptyState } from './EmptyState';

export interface ErrorStateProps {
  error: unknown;
  title?: string;
  onRetry?: () => void;
}

export function ErrorState({ error, title, onRetry }: ErrorStateProps) {
  const { t } = useTranslation('common');
  return (
    <div role="alert" style={{ display: 'flex', flex: 1 }}>
      <EmptyState
        icon={<CircleAlert aria-hidden />}
        title={title ?? t('load_failed')}
        {...(onRetry ? { action: <Button onPress={onRetry}>{t('try_again')}</Button> } : {})}
      >
        {problemSentence(error)}
      </EmptyState>
    </div>
  );
}
