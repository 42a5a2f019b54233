// Builds the add-in into dist/, with relative addresses so that any path can serve it, and the prices beside the page.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const browsers = ['chrome123', 'firefox120', 'safari17.5'];
const prices = fileURLToPath(new URL('node_modules/vega-datasets/data/stocks.csv', import.meta.url));

function pricesBesideThePage(): Plugin {
  return {
    name: 'prices-beside-the-page',
    async generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'stocks.csv', source: await readFile(prices) });
    },
    configureServer(server) {
      server.middlewares.use('/stocks.csv', async (_, answer) => {
        answer.end(await readFile(prices));
      });
    },
  };
}

export default defineConfig({
  base: './',
  plugins: [pricesBesideThePage()],
  resolve: {
    alias: { '@perch/addin': fileURLToPath(new URL('../../sdk/src/index.ts', import.meta.url)) },
  },
  build: {
    target: browsers,
    // light-dark() must reach the browser as it is: the transpiled form breaks the theme switch.
    cssTarget: browsers,
    // `default-src 'self'` allows no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: false,
  },
  test: {
    environment: 'happy-dom',
    include: ['test/**/*.test.ts'],
    restoreMocks: true,
  },
});
