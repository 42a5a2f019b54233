/** Markdown files as modules: their tokens are made when the client is built, so that no parser travels to browsers. */
import { lexer } from 'marked';
import type { Plugin } from 'vite';

export function markdown(): Plugin {
  return {
    name: 'markdown',
    transform: (source, id) =>
      id.endsWith('.md')
        ? { code: `export const tokens = ${JSON.stringify(lexer(source))};`, map: null, moduleType: 'js' }
        : undefined,
  };
}
