/** A page under development in a room that does not exist: its author plays everybody, and sees what is said on the bridge. */
import { CAPABILITIES, type Capability } from '@perch/addin/host';
import { useEffect, useRef, useState } from 'react';
import { Form } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { useEffectiveTheme } from '../../app/preferences';
import { useTitle } from '../../app/useTitle';
import { Button, ButtonLink } from '../../ui/Button';
import { Checkbox } from '../../ui/Checkbox';
import { EmptyState } from '../../ui/EmptyState';
import { PageHeader } from '../../ui/PageHeader';
import { SegmentedControl } from '../../ui/SegmentedControl';
import { TextField } from '../../ui/TextField';
import { GrantField } from '../grant/GrantField';
import { SimulatedRoom, type Traced } from './room';
import styles from './Simulator.module.css';
import { SimulatorFrame } from './SimulatorFrame';

/** What the list of messages keeps. */
const TRACED_MAX = 500;

export function SimulatorPage() {
  const { t, i18n } = useTranslation('author');
  useTitle(t('simulator'));
  const themeNow = useEffectiveTheme();
  const [environment, setEnvironment] = useState({ locale: i18n.language, theme: themeNow });
  const [room] = useState(() => new SimulatedRoom(environment));
  const [url, setUrl] = useState('');
  const [shown, setShown] = useState<{ url: string; load: number } | null>(null);
  const [granted, setGranted] = useState<Capability[]>([...CAPABILITIES]);
  const { trace, note, clear } = useTrace();
  const usable = /^https?:\/\/[^/]/.test(url) && URL.canParse(url) && new URL(url).origin !== location.origin;

  return (
    <main className={styles.page}>
      <PageHeader title={t('simulator')} subtitle={t('simulator_words')}>
        <ButtonLink href="/sdk">{t('guide')}</ButtonLink>
      </PageHeader>
      <Form
        className={styles.address ?? ''}
        onSubmit={(event) => {
          event.preventDefault();
          if (!usable) return;
          clear();
          setShown({ url, load: (shown?.load ?? 0) + 1 });
        }}
      >
        <TextField
          label={t('address')}
          value={url}
          onChange={setUrl}
          mono
          placeholder="http://localhost:3000/"
          error={url === '' || usable ? undefined : t('address_wrong')}
        />
        <Button type="submit" variant="primary" isDisabled={!usable}>
          {t('load')}
        </Button>
      </Form>
      <div className={styles.columns}>
        <section aria-label={t('your_page')} className={styles.pane}>
          {shown === null ? (
            <EmptyState title={t('nothing_loaded')}>{t('nothing_loaded_words')}</EmptyState>
          ) : (
            <SimulatorFrame
              key={shown.load}
              title={t('your_page')}
              url={shown.url}
              {...environment}
              room={room}
              granted={granted}
              onTraced={note}
            />
          )}
        </section>
        <section aria-label={t('the_room')} className={styles.side}>
          <Conversation room={room} />
          <div className={styles.switches}>
            <SegmentedControl
              label={t('language')}
              options={[
                { id: 'en', label: 'English', lang: 'en' },
                { id: 'fr', label: 'Français', lang: 'fr' },
              ]}
              value={environment.locale}
              onChange={(locale) => change({ ...environment, locale })}
            />
            <SegmentedControl
              label={t('theme')}
              options={[
                { id: 'light', label: t('light') },
                { id: 'dark', label: t('dark') },
              ]}
              value={environment.theme}
              onChange={(theme) => change({ ...environment, theme })}
            />
            <Checkbox defaultSelected onChange={(present) => room.setPresent(present)}>
              {t('present')}
            </Checkbox>
            <Checkbox defaultSelected onChange={(joined) => room.setJoined(joined)}>
              {t('connected')}
            </Checkbox>
          </div>
          <GrantField
            label={t('grants')}
            description={t('grants_words')}
            among={CAPABILITIES}
            value={granted}
            changed={false}
            onChange={(capabilities) => {
              setGranted(capabilities);
              room.grant(capabilities);
            }}
          />
        </section>
      </div>
      <Trace trace={trace} onClear={clear} />
    </main>
  );

  function change(next: typeof environment) {
    setEnvironment(next);
    room.setEnvironment(next);
  }
}

/** Posting as oneself, which the page may filter, and as somebody else. */
function Conversation({ room }: { room: SimulatedRoom }) {
  const { t } = useTranslation('author');
  const [text, setText] = useState('$MSFT');
  const [alert, setAlert] = useState(false);
  const [held, setHeld] = useState<string | null>(null);
  const post = (who: 'self' | 'other') => async () => {
    if (text.trim() === '') return;
    setHeld(await room.post({ text, alert }, who));
  };
  return (
    <div className={styles.conversation}>
      <TextField label={t('message')} value={text} onChange={setText} rows={2} />
      <Checkbox isSelected={alert} onChange={setAlert}>
        {t('alert')}
      </Checkbox>
      <div className={styles.buttons}>
        <Button onPress={post('self')}>{t('post_self')}</Button>
        <Button onPress={post('other')}>{t('post_other')}</Button>
      </div>
      <p role="status">{held !== null && t('held', { reason: held })}</p>
    </div>
  );
}

function Trace({ trace, onClear }: { trace: readonly Traced[]; onClear: () => void }) {
  const { t } = useTranslation('author');
  const list = useRef<HTMLOListElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new entry is why the list moves.
  useEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [trace]);
  return (
    <section aria-label={t('bridge')} className={styles.trace}>
      <header className={styles.traceHead}>
        <h2>{t('bridge')}</h2>
        <Button variant="quiet" onPress={onClear}>
          {t('clear')}
        </Button>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard. */}
      <ol ref={list} tabIndex={0} aria-label={t('bridge')} className={styles.traced}>
        {trace.map(({ key, from, text }) => (
          <li key={key} data-from={from}>
            <span className={styles.from}>{t(from === 'page' ? 'from_page' : 'from_room')}</span>
            <code>{text}</code>
          </li>
        ))}
      </ol>
    </section>
  );
}

function useTrace() {
  const [trace, setTrace] = useState<readonly Traced[]>([]);
  const count = useRef(0);
  return {
    trace,
    note: (from: Traced['from'], text: string) => {
      count.current += 1;
      const traced = { key: count.current, from, text };
      setTrace((before) => [...before.slice(1 - TRACED_MAX), traced]);
    },
    clear: () => setTrace([]),
  };
}
