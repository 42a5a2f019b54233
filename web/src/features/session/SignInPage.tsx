/** The sign-in page: name and password, one sentence when it fails, language and theme within reach. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useRouter, useSearch } from '@tanstack/react-router';
import { Monitor, Moon, Sun } from 'lucide-react';
import { type FormEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, unwrap } from '../../api/client';
import { problemSentence } from '../../api/problem';
import { keys } from '../../api/queries';
import { type Theme, usePreference } from '../../app/preferences';
import { chooseLanguage, currentLanguage, languages } from '../../i18n';
import { Banner } from '../../ui/Banner';
import { Button } from '../../ui/Button';
import { SegmentedControl } from '../../ui/SegmentedControl';
import { TextField } from '../../ui/TextField';
import styles from './SignInPage.module.css';

export function SignInPage() {
  const { t } = useTranslation(['session', 'common']);
  const queries = useQueryClient();
  const router = useRouter();
  const navigate = useNavigate();
  const { next } = useSearch({ from: '/sign-in' });
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [tried, setTried] = useState(false);

  const signIn = useMutation({
    mutationFn: () => unwrap(api.POST('/api/v1/session', { body: { name: name.trim(), password } })),
    onSuccess: async (session) => {
      queries.clear();
      queries.setQueryData(keys.session, session);
      if (next === undefined) await navigate({ to: '/' });
      else router.history.push(next);
    },
  });

  useEffect(() => {
    document.title = `${t('sign_in_title')} · ${t('common:product')}`;
  }, [t]);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (name.trim() !== '' && password !== '') signIn.mutate();
  };

  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <header className={styles.head}>
          <span className={styles.mark} aria-hidden />
          <div>
            <h1 className={styles.title}>{t('common:product')}</h1>
            <p className={styles.subtitle}>{t('sign_in_subtitle')}</p>
          </div>
        </header>
        <form onSubmit={submit} className={styles.form} noValidate>
          {signIn.isError && <Banner tone="error">{problemSentence(signIn.error)}</Banner>}
          <TextField
            label={t('name')}
            name="username"
            autoComplete="username"
            spellCheck="false"
            autoFocus
            value={name}
            onChange={setName}
            error={tried && name.trim() === '' ? t('name_missing') : undefined}
          />
          <TextField
            label={t('password')}
            name="password"
            type="password"
            autoComplete="current-password"
            value={password}
            onChange={setPassword}
            error={tried && password === '' ? t('password_missing') : undefined}
          />
          <Button
            variant="primary"
            type="submit"
            isDisabled={signIn.isPending}
            className={styles.submit ?? ''}
          >
            {signIn.isPending ? t('signing_in') : t('sign_in')}
          </Button>
        </form>
      </div>
      <footer className={styles.foot}>
        <LanguageChoice />
        <ThemeChoice />
      </footer>
    </main>
  );
}

function LanguageChoice() {
  const { t } = useTranslation('common');
  return (
    <SegmentedControl
      label={t('language')}
      options={languages.map(({ id, name }) => ({ id, label: name, lang: id }))}
      value={currentLanguage()}
      onChange={(language) => void chooseLanguage(language)}
    />
  );
}

function ThemeChoice() {
  const { t } = useTranslation('common');
  const [theme, setTheme] = usePreference('theme', 'system');
  const options: { id: Theme; label: string; icon: React.ReactNode }[] = [
    { id: 'system', label: t('theme_system'), icon: <Monitor aria-hidden /> },
    { id: 'light', label: t('theme_light'), icon: <Sun aria-hidden /> },
    { id: 'dark', label: t('theme_dark'), icon: <Moon aria-hidden /> },
  ];
  return <SegmentedControl label={t('theme')} options={options} value={theme} onChange={setTheme} />;
}
