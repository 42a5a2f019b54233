/** The room management area. */
import { Settings2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../ui/EmptyState';

export function ManageArea() {
  const { t } = useTranslation('common');
  return (
    <main style={{ display: 'flex', flex: 1 }}>
      <EmptyState icon={<Settings2 aria-hidden />} title={t('area_manage')} />
    </main>
  );
}
