/**
 * What the page of an address looks like, in the same isolated frame as in a room. Its head is ours: the page below
 * cannot draw there.
 */
import { CAPABILITIES } from '@perch/addin/host';
import { ExternalLink, EyeOff, Globe, RotateCw, ShieldCheck } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AddinWelcome } from '../../addin-frame/messages';
import { useEffectiveTheme } from '../../app/preferences';
import { ButtonLink } from '../../ui/Button';
import { EmptyState } from '../../ui/EmptyState';
import { IconButton } from '../../ui/IconButton';
import { IconLink } from '../../ui/IconLink';
import { Bridge } from '../addin-pane/bridge';
import { originOf } from '../addin-pane/origin';
import { usePanel } from '../admin/usePanel';
import { useSession } from '../session/useSession';
import styles from './AddinPreview.module.css';
import { exampleRoom } from './exampleRoom';

export interface AddinPreviewProps {
  url: string;
  /** Whether it may be registered; only such an address is loaded. */
  isUsable: boolean;
  /** It is to be shown through the isolating proxy, which fetches it for the people of a room. */
  isProxied: boolean;
}

export function AddinPreview({ url, isUsable, isProxied }: AddinPreviewProps) {
  const { t } = useTranslation(['addin', 'pane']);
  const [loads, setLoads] = useState(0);
  const origin = isUsable ? originOf(url, location.protocol, isProxied) : undefined;

  return (
    <section aria-label={t('preview')} className={styles.preview}>
      <header className={styles.head}>
        <h2 className={styles.title}>{t('preview')}</h2>
        {origin && (
          <>
            <span className={styles.origin}>{origin.label}</span>
            {!isProxied && (
              <IconButton label={t('pane:reload')} onPress={() => setLoads(loads + 1)}>
                <RotateCw aria-hidden />
              </IconButton>
            )}
            <IconLink label={t('pane:open_window')} href={url}>
              <ExternalLink aria-hidden />
            </IconLink>
          </>
        )}
      </header>
      {!origin && (
        <EmptyState icon={<Globe aria-hidden />} title={t('preview_none_title')}>
          {t('preview_none_words')}
        </EmptyState>
      )}
      {origin?.blocked && (
        <EmptyState
          icon={<EyeOff aria-hidden />}
          title={t('pane:mixed_title')}
          action={
            <ButtonLink href={url} external>
              {t('pane:open_window')}
            </ButtonLink>
          }
        >
          {t('pane:mixed_words')}
        </EmptyState>
      )}
      {origin && isProxied && (
        <EmptyState icon={<ShieldCheck aria-hidden />} title={t('preview_proxied_title')}>
          {t('preview_proxied_words')}
        </EmptyState>
      )}
      {origin && !origin.blocked && !isProxied && (
        <>
          <PreviewFrame key={`${loads} ${url}`} url={url} />
          <p className={styles.note}>{t('preview_note')}</p>
        </>
      )}
    </section>
  );
}

/** The page in its frame; if it speaks with rooms, it gets an example of one. */
function PreviewFrame({ url }: { url: string }) {
  const { t, i18n } = useTranslation('addin');
  const frame = useRef<HTMLIFrameElement>(null);
  const { person } = useSession();
  const { pool } = usePanel();
  const theme = useEffectiveTheme();
  const room = exampleRoom(person, pool.fqdn, t('preview'), { locale: i18n.language, theme });
  const latest = useRef(room);
  useEffect(() => {
    latest.current = room;
  });

  useEffect(() => {
    let bridge: Bridge | undefined;
    const listen = (event: MessageEvent<unknown>) => {
      const [port] = event.ports;
      const broker = frame.current?.contentWindow;
      if (!broker || event.source !== broker || event.origin !== location.origin || !port) return;
      bridge?.close();
      // Nothing that it is given is real, so it may have everything.
      bridge = new Bridge(port, latest.current, { granted: CAPABILITIES, flooded: () => {} });
      const { hello } = event.data as { hello: number };
      const answer: AddinWelcome = { perch: 'addin-welcome', hello, granted: CAPABILITIES, denied: [] };
      broker.postMessage(answer, location.origin);
    };
    window.addEventListener('message', listen);
    return () => {
      window.removeEventListener('message', listen);
      bridge?.close();
    };
  }, []);

  return (
    <iframe
      ref={frame}
      className={styles.frame}
      title={t('preview')}
      src={`/addin-preview?${new URLSearchParams({ url, locale: i18n.language, theme })}`}
    />
  );
}
