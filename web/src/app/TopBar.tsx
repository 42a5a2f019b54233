/** The top bar: where we are, the finder, the connection, and what belongs to the person. */
import { Monitor, Moon, Search, Sun } from 'lucide-react';
import { lazy, Suspense, useEffect } from 'react';
import { Button, Link } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { PersonMenu } from '../features/session/PersonMenu';
import { useSession } from '../features/session/useSession';
import { chooseLanguage, currentLanguage, languages } from '../i18n';
import { IconButton } from '../ui/IconButton';
import { Kbd } from '../ui/Kbd';
import { ConnectionWord } from './ConnectionWord';
import { closeFinder, openFinder, useFinderOpen } from './finder';
import { type Theme, usePreference } from './preferences';
import styles from './TopBar.module.css';

const RoomFinder = lazy(() =>
  import('../features/room/RoomFinder').then((module) => ({ default: module.RoomFinder })),
);

const nextTheme: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };
const themeIcons = { system: Monitor, light: Sun, dark: Moon };

export function TopBar() {
  const { t } = useTranslation(['common', 'room']);
  const session = useSession();
  const finding = useFinderOpen();

  useEffect(() => {
    const open = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey) return;
      event.preventDefault();
      openFinder();
    };
    window.addEventListener('keydown', open);
    return () => window.removeEventListener('keydown', open);
  }, []);

  return (
    <header className={styles.bar}>
      <Link href="/" className={styles.name ?? ''}>
        <span className={styles.mark} aria-hidden />
        <span className={styles.words}>{session.deployment}</span>
      </Link>
      <Button
        className={styles.finder ?? ''}
        onPress={openFinder}
        aria-label={t('room:find_anything')}
        aria-keyshortcuts="Control+K"
      >
        <Search aria-hidden />
        <span className={styles.finderWords}>{t('room:find_anything')}</span>
        <Kbd>Ctrl K</Kbd>
      </Button>
      <div className={styles.end}>
        <ConnectionWord />
        <LanguageSwitch />
        <ThemeSwitch />
        <PersonMenu />
      </div>
      {finding && (
        <Suspense>
          <RoomFinder onClose={closeFinder} />
        </Suspense>
      )}
    </header>
  );
}

/** With two languages a switch is one press; its name is in the language it leads to. */
function LanguageSwitch() {
  const current = currentLanguage();
  const other = languages.find((language) => language.id !== current) ?? languages[0];
  return (
    <Button
      className={styles.language ?? ''}
      onPress={() => void chooseLanguage(other.id)}
      aria-label={other.name}
    >
      <span lang={other.id}>{other.id.toUpperCase()}</span>
    </Button>
  );
}

function ThemeSwitch() {
  const { t } = useTranslation('common');
  const [theme, setTheme] = usePreference('theme', 'system');
  const Icon = themeIcons[theme];
  return (
    <IconButton
      label={t('theme_next', { theme: t(`theme_${theme}`) })}
      onPress={() => setTheme(nextTheme[theme])}
    >
      <Icon aria-hidden />
    </IconButton>
  );
}
