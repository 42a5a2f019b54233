/** The Control Panel area. */
import { SlidersHorizontal } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../ui/EmptyState';

export function AdminArea() {
  const { t } = useTranslation('common');
  return (
    <main style={{ display: 'flex', flex: 1 }}>
      <EmptyState icon={<SlidersHorizontal aria-hidden />} title={t('area_admin')} />
    </main>
  );
}
