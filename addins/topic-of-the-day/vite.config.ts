// Builds the add-in into dist/, with relative addresses so that any path can serve it.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const browsers = ['chrome123', 'firefox120', 'safari17.5'];

export default defineConfig({
  base: './',
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
