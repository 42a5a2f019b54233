/** The tree of the Control Panel, as administrators know it from the original. */
import { Link } from '@tanstack/react-router';
import { Crosshair, FolderTree, type LucideIcon, MessagesSquare, Puzzle } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import styles from './AdminTree.module.css';

interface Entry {
  to: '/admin/category' | '/admin/addin' | '/admin/trigger';
  label: 'category' | 'addin' | 'trigger';
  icon: LucideIcon;
}

const persistentChat: readonly Entry[] = [
  { to: '/admin/category', label: 'category', icon: FolderTree },
  { to: '/admin/addin', label: 'addin', icon: Puzzle },
  { to: '/admin/trigger', label: 'trigger', icon: Crosshair },
];

export function AdminTree() {
  const { t } = useTranslation(['admin', 'common']);
  return (
    <nav aria-label={t('common:area_admin')} className={styles.tree}>
      <h2 className={styles.title}>{t('common:area_admin')}</h2>
      <div className={styles.branch} id="persistent-chat">
        <MessagesSquare aria-hidden />
        {t('persistent_chat')}
      </div>
      <ul aria-labelledby="persistent-chat" className={styles.entries}>
        {persistentChat.map(({ to, label, icon: Icon }) => (
          <li key={to}>
            <Link
              to={to}
              search={({ pool }) => (pool === undefined ? {} : { pool })}
              activeOptions={{ includeSearch: false }}
              className={styles.entry ?? ''}
            >
              <Icon aria-hidden />
              {t(label)}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
