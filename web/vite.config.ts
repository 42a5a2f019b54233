import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { markdown } from './markdown.ts';

const server = process.env.PERCH_SERVER ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react(), markdown()],
  resolve: {
    alias: { '@perch/addin/host': fileURLToPath(new URL('../sdk/src/host.ts', import.meta.url)) },
  },
  // The server replaces this placeholder with a fresh nonce in every answer.
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    // light-dark() must reach the browser as it is: the transpiled form breaks the theme switch.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    target: ['chrome123', 'firefox120', 'safari17.5'],
    // The content security policy allows no data: fonts.
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: { index: 'index.html', 'addin-frame': 'src/addin-frame/main.ts' },
      output: {
        // The server writes the broker document itself and names its script and style sheet: no hash in theirs.
        entryFileNames: ({ name }) => (name === 'addin-frame' ? '[name].js' : 'assets/[name]-[hash].js'),
        assetFileNames: ({ names }) =>
          names.includes('addin-frame.css') ? '[name][extname]' : 'assets/[name]-[hash][extname]',
      },
    },
  },
  server: {
    proxy: {
      '/api': { target: server, ws: true },
      '/addin-frame/': { target: server },
      '/addin-preview': { target: server },
      '/sdk/frame': { target: server },
      '/sdk/perch-addin': { target: server },
      '/addin-frame.js': { target: server, bypass: () => '/src/addin-frame/main.ts' },
      '/addin-frame.css': { target: server, bypass: () => '/src/addin-frame/frame.css' },
    },
  },
});
