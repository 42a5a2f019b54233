// Bundles the SDK into dist/ and refuses a bundle over its budget: an add-in author pays for every byte of it.
import { readFile, rm } from 'node:fs/promises';
import { rolldown } from 'rolldown';

const BUDGET_BYTES = 10 * 1024;

await rm('dist', { recursive: true, force: true });
for (const name of ['index', 'host', 'mock']) {
  const bundle = await rolldown({ input: `src/${name}.ts`, platform: 'browser' });
  await bundle.write({ file: `dist/${name}.js`, format: 'esm', minify: true });
}

const bytes = (await readFile('dist/index.js')).length;
if (bytes > BUDGET_BYTES) {
  throw new Error(`dist/index.js has ${bytes} bytes; the budget is ${BUDGET_BYTES}.`);
}
process.stdout.write(`dist/index.js: ${bytes} of ${BUDGET_BYTES} bytes\n`);
