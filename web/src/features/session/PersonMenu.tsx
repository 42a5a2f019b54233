/** The menu behind the person's name: density, password, the other areas, sign-out. */
import { useQueryClient } from '@tanstack/react-query';
import { ChevronDown, KeyRound, LogOut, MessagesSquare, Settings2, SlidersHorizontal } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, done } from '../../api/client';
import { problemSentence } from '../../api/problem';
import { type Density, usePreference } from '../../app/preferences';
import { Button } from '../../ui/Button';
import { Menu, MenuItem, MenuSection, MenuSeparator } from '../../ui/Menu';
import { toast } from '../../ui/toast';
import { PasswordDialog } from './PasswordDialog';
import styles from './PersonMenu.module.css';
import { useSession } from './useSession';

const densities: readonly Density[] = ['compact', 'comfortable'];

export function PersonMenu() {
  const { t } = useTranslation(['session', 'common']);
  const session = useSession();
  const queries = useQueryClient();
  const [density, setDensity] = usePreference('density', 'compact');
  const [changingPassword, setChangingPassword] = useState(false);
  const name = session.person.display_name;

  const signOut = async () => {
    try {
      await done(api.DELETE('/api/v1/session'));
      queries.clear();
      location.assign('/sign-in');
    } catch (error) {
      toast(problemSentence(error), { tone: 'error' });
    }
  };

  return (
    <>
      <Menu
        label={t('person_menu', { name })}
        placement="bottom end"
        trigger={
          <Button variant="quiet" className={styles.trigger ?? ''} aria-label={t('person_menu', { name })}>
            <span className={styles.initial} aria-hidden>
              {name.slice(0, 1).toUpperCase()}
            </span>
            <span className={styles.name}>{name}</span>
            <ChevronDown aria-hidden />
          </Button>
        }
      >
        <MenuItem href="/" icon={<MessagesSquare aria-hidden />}>
          {t('common:area_chat')}
        </MenuItem>
        {(session.may_create_rooms || session.may_manage_rooms) && (
          <MenuItem href="/manage" icon={<Settings2 aria-hidden />}>
            {t('common:area_manage')}
          </MenuItem>
        )}
        {session.administrator && (
          <MenuItem href="/admin" icon={<SlidersHorizontal aria-hidden />}>
            {t('common:area_admin')}
          </MenuItem>
        )}
        <MenuSeparator />
        <MenuSection
          title={t('common:density')}
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={[density]}
          onSelectionChange={(selected) => {
            const chosen = densities.find((candidate) => selected !== 'all' && selected.has(candidate));
            if (chosen) setDensity(chosen);
          }}
        >
          <MenuItem id="compact">{t('common:density_compact')}</MenuItem>
          <MenuItem id="comfortable">{t('common:density_comfortable')}</MenuItem>
        </MenuSection>
        <MenuSeparator />
        <MenuItem icon={<KeyRound aria-hidden />} onAction={() => setChangingPassword(true)}>
          {t('change_password')}
        </MenuItem>
        <MenuItem icon={<LogOut aria-hidden />} onAction={() => void signOut()}>
          {t('sign_out')}
        </MenuItem>
      </Menu>
      {changingPassword && <PasswordDialog onClose={() => setChangingPassword(false)} />}
    </>
  );
}
