/** What authors of add-ins read. Whoever can reach the chat may, signed in or not: it says nothing of anybody's rooms. */
import { Link, Outlet } from '@tanstack/react-router';
import { Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Loading } from '../../ui/Loading';
import styles from './Author.module.css';

export function AuthorArea() {
  const { t } = useTranslation('author');
  return (
    <div className={styles.area}>
      <header className={styles.bar}>
        <span className={styles.title}>{t('title')}</span>
        <nav aria-label={t('title')} className={styles.links}>
          <Link to="/sdk" activeOptions={{ exact: true }}>
            {t('guide')}
          </Link>
          <Link to="/sdk/examples">{t('examples')}</Link>
          <Link to="/sdk/simulator">{t('simulator')}</Link>
        </nav>
        <Link to="/" className={styles.back}>
          {t('back')}
        </Link>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard. */}
      <main className={styles.page} tabIndex={0}>
        <Suspense fallback={<Loading />}>
          <Outlet />
        </Suspense>
      </main>
    </div>
  );
}
