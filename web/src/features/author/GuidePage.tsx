/** The guide for authors, the same text as docs/guide/addins.md. In English, as all of our documents. */
import { useTranslation } from 'react-i18next';
import { tokens } from '../../../../docs/guide/addins.md';
import { useTitle } from '../../app/useTitle';
import { Markdown } from './Markdown';

export function GuidePage() {
  const { t } = useTranslation('author');
  useTitle(t('guide'));
  return (
    <div lang="en">
      <Markdown tokens={tokens} />
    </div>
  );
}
