/** What the broker document and the chat page around it tell each other, by postMessage within our own origin. */
import type { Capability, Denied } from '@perch/addin/host';

export type AddinPortMessage =
  /** The frame has begun to load `url`, the add-in's address with its variables expanded. */
  | { perch: 'addin-port'; state: 'loading'; url: string }
  /** Something has loaded, or a window can be opened. Browsers say the same of a page that refused to be framed. */
  | { perch: 'addin-port'; state: 'loaded' }
  /** The broker refused something to the page, or to somebody who spoke for it. */
  | { perch: 'addin-port'; state: 'refused'; code: BrokerRefusal }
  /** The page is in a window of its own, or is not any more: closed by the person, or never opened by the browser. */
  | { perch: 'addin-port'; state: 'window'; open: boolean }
  /**
   * The page said its first words. The message carries the chat's port of the new session. `hello` counts the hellos of
   * this document, `origin` is where the page is shown.
   */
  | ({ perch: 'addin-port'; state: 'connected'; hello: number; origin: string } & Dialect);

/** Something that the broker refused; see the codes of the API's `BridgeCode`. */
export type BrokerRefusal = 'ReloadedTooOften' | 'ForeignHello' | 'LeftOrigin' | 'Flooded';

/** What a page speaks, told by its first words. */
export type Dialect =
  /** Our own SDK, with what the page would like to do; the page gets its port with the welcome. */
  | { dialect: 'perch'; wants: readonly string[] }
  /** FDC3 for the web; `attempt` is the connection attempt that the page named. */
  | { dialect: 'fdc3'; attempt: string }
  /** The widget API of Matrix. */
  | { dialect: 'matrix' };

/** The chat's answer to a hello of our own SDK: what the page may do. */
export interface AddinWelcome {
  perch: 'addin-welcome';
  hello: number;
  granted: readonly Capability[];
  denied: readonly Denied[];
}

/** The person wants the page in a window of its own, or no more. */
export interface AddinWindow {
  perch: 'addin-window';
  open: boolean;
}
