/** What the broker document tells the chat page around it, by postMessage within our own origin. */

export type AddinPortMessage =
  /** The frame has begun to load `url`, the add-in's address with its variables expanded. */
  | { perch: 'addin-port'; state: 'loading'; url: string }
  /** Something has loaded. Browsers say the same of a page that refused to be framed. */
  | { perch: 'addin-port'; state: 'loaded' }
  /** The page said hello and was welcomed; the message carries the port of the new session. */
  | { perch: 'addin-port'; state: 'connected' };
