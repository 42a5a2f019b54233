import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { markdown } from './markdown.ts';

export default defineConfig({
  plugins: [react(), markdown()],
  resolve: {
    alias: { '@perch/addin/host': fileURLToPath(new URL('../sdk/src/host.ts', import.meta.url)) },
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['src/test/setup.ts'],
    restoreMocks: true,
  },
});
