/** The frame of every area: skip link, top bar, content. */
import { type ReactNode, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Loading } from '../ui/Loading';
import styles from './Shell.module.css';
import { TopBar } from './TopBar';

export function Shell({ children }: { children: ReactNode }) {
  const { t } = useTranslation('common');
  return (
    <div className={styles.shell}>
      <a href="#content" className={styles.skip}>
        {t('skip_to_content')}
      </a>
      <TopBar />
      <div id="content" tabIndex={-1} className={styles.content}>
        <Suspense fallback={<Loading />}>{children}</Suspense>
      </div>
    </div>
  );
}
