/** Complete pages to keep and to change, and the page that tries everything. */
import { useTranslation } from 'react-i18next';
import alerts from '../../../../sdk/examples/alert-board.html?raw';
import conformance from '../../../../sdk/examples/conformance.html?raw';
import stocks from '../../../../sdk/examples/stock-history.html?raw';
import topic from '../../../../sdk/examples/topic-of-the-day.html?raw';
import { useTitle } from '../../app/useTitle';
import styles from './Author.module.css';
import { Source } from './Markdown';

const EXAMPLES = [
  { id: 'stock_history', file: 'stock-history.html', text: stocks },
  { id: 'topic_of_the_day', file: 'topic-of-the-day.html', text: topic },
  { id: 'alert_board', file: 'alert-board.html', text: alerts },
  { id: 'conformance', file: 'conformance.html', text: conformance },
] as const;

export function ExamplesPage() {
  const { t } = useTranslation('author');
  useTitle(t('examples'));
  return (
    <div className={styles.document}>
      <h1>{t('examples')}</h1>
      <p>{t('examples_words')}</p>
      <p className={styles.downloads}>
        <a href="/sdk/perch-addin.js" download>
          perch-addin.js
        </a>
        <a href="/sdk/perch-addin.tgz" download>
          perch-addin.tgz
        </a>
      </p>
      {EXAMPLES.map(({ id, file, text }) => (
        <section key={id} aria-labelledby={id}>
          <h2 id={id}>{t(id)}</h2>
          <p>{t(`${id}_words`)}</p>
          <p>
            <a href={`/sdk/examples/${file}`} download>
              {file}
            </a>
          </p>
          <Source text={text} />
        </section>
      ))}
    </div>
  );
}
