/** Changing one's own password. */
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, done } from '../../api/client';
import { problemSentence } from '../../api/problem';
import { Banner } from '../../ui/Banner';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { TextField } from '../../ui/TextField';
import { toast } from '../../ui/toast';
import styles from './SignInPage.module.css';

export function PasswordDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(['session', 'common']);
  const form = useId();
  const [current, setCurrent] = useState('');
  const [fresh, setFresh] = useState('');
  const [again, setAgain] = useState('');
  const [tried, setTried] = useState(false);
  const change = useMutation({
    mutationFn: () => done(api.POST('/api/v1/session/password', { body: { current, new: fresh } })),
    onSuccess: () => {
      toast(t('password_changed'), { tone: 'ok' });
      onClose();
    },
  });

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (current !== '' && fresh !== '' && fresh === again) change.mutate();
  };

  return (
    <Dialog
      title={t('change_password_title')}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{t('common:cancel')}</Button>
          <Button variant="primary" type="submit" form={form} isDisabled={change.isPending}>
            {t('change_password_title')}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className={styles.form} noValidate>
        {change.isError && <Banner tone="error">{problemSentence(change.error)}</Banner>}
        <TextField
          label={t('current_password')}
          type="password"
          autoComplete="current-password"
          autoFocus
          value={current}
          onChange={setCurrent}
          error={tried && current === '' ? t('password_missing') : undefined}
        />
        <TextField
          label={t('new_password')}
          type="password"
          autoComplete="new-password"
          value={fresh}
          onChange={setFresh}
          error={tried && fresh === '' ? t('new_password_missing') : undefined}
        />
        <TextField
          label={t('new_password_again')}
          type="password"
          autoComplete="new-password"
          value={again}
          onChange={setAgain}
          error={tried && fresh !== again ? t('passwords_differ') : undefined}
        />
      </form>
    </Dialog>
  );
}
