/** What the broker document and the chat page around it tell each other, by postMessage within our own origin. */
import type { Capability, Denied } from '@perch/addin/host';

export type AddinPortMessage =
  /** The frame has begun to load `url`, the add-in's address with its variables expanded. */
  | { perch: 'addin-port'; state: 'loading'; url: string }
  /** Something has loaded. Browsers say the same of a page that refused to be framed. */
  | { perch: 'addin-port'; state: 'loaded' }
  /**
   * The page said hello, and what it would like to do. The message carries the chat's port of the new session; the page
   * gets its own with the welcome. `hello` counts the hellos of this document.
   */
  | { perch: 'addin-port'; state: 'connected'; hello: number; wants: readonly string[] };

/** The chat's answer to a hello: what the page may do. */
export interface AddinWelcome {
  perch: 'addin-welcome';
  hello: number;
  granted: readonly Capability[];
  denied: readonly Denied[];
}
