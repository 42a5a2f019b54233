/** Scripts of guests that use the unmodified packages of others, each bundled from `guests/`. */
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

export async function bundled(name: 'fdc3' | 'matrix'): Promise<string> {
  const entry = fileURLToPath(new URL(`guests/${name}.js`, import.meta.url));
  const built = await build({
    configFile: false,
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
    build: { write: false, lib: { entry, formats: ['iife'], name: 'bundle', fileName: 'guest' } },
  });
  const output = [built].flat()[0];
  const chunk = output !== undefined && 'output' in output ? output.output[0] : undefined;
  if (chunk === undefined) throw new Error('nothing was built');
  return chunk.code;
}
