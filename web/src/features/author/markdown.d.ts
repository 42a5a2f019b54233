/** What the plugin of the build makes of a document. */
declare module '*.md' {
  import type { Token } from 'marked';
  export const tokens: readonly Token[];
}
