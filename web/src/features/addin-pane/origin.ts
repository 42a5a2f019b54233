/** What an add-in's address says about where it comes from, and whether a browser will show it here. */

export interface AddinOrigin {
  /** For people: the host, with the scheme when it is not https. */
  label: string;
  /** An http page under an https chat: browsers refuse to show it in a frame. */
  blocked: boolean;
}

/** Addresses that browsers trust although they are http. */
const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * `url` may hold variables; they never stand in scheme, host or port. A page that is `proxied` is shown by the chat's own scheme. Undefined
 * when it is no address at all.
 */
export function originOf(url: string, chatProtocol: string, proxied = false): AddinOrigin | undefined {
  if (!URL.canParse(url)) return undefined;
  const parsed = new URL(url);
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') return undefined;
  const secure = parsed.protocol === 'https:';
  return {
    label: secure ? parsed.host : parsed.origin,
    blocked: !proxied && chatProtocol === 'https:' && !secure && !LOOPBACK.test(parsed.hostname),
  };
}
