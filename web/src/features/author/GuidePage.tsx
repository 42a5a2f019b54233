/** The guide for authors, the same text as docs/guide/addins.md, in the language of its reader. */
import { useTranslation } from 'react-i18next';
import { tokens as french } from '../../../../docs/guide/addins.fr.md';
import { tokens as english } from '../../../../docs/guide/addins.md';
import { useTitle } from '../../app/useTitle';
import { Markdown } from './Markdown';

export function GuidePage() {
  const { t, i18n } = useTranslation('author');
  useTitle(t('guide'));
  const isFrench = i18n.language === 'fr';
  return (
    <div lang={isFrench ? 'fr' : 'en'}>
      <Markdown tokens={isFrench ? french : english} />
    </div>
  );
}
