/**
 * The fixtures of the browser tests: a `perch demo` on free ports with a folder of its own, and people who are
 * signed in, each in a browser context of their own.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import { test as base, expect, type Page } from '@playwright/test';

const program = fileURLToPath(
  new URL(process.env.PERCH_PROGRAM ?? '../../target/debug/perch', import.meta.url),
);
const START_MAX_MS = 30_000;

export interface Demo {
  /** Where the chat is. */
  url: string;
  /** Where the sample add-ins are: another origin. */
  addins: string;
  /** What the server has logged so far. */
  log(): string;
  /** A page of somebody who is signed in. Pages of the same person share a context. */
  as(person: Person, options?: PersonOptions): Promise<Page>;
}

export type Person = 'amelie' | 'idris' | 'jo' | 'control' | 'sofia';

export interface PersonOptions {
  locale?: string;
  colorScheme?: 'light' | 'dark';
  viewport?: { width: number; height: number };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

/** Completes when the program invites people to sign in and answers. */
async function started(child: ChildProcess, url: string): Promise<void> {
  const deadline = Date.now() + START_MAX_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`perch demo ended with ${child.exitCode}`);
    const answer = await fetch(`${url}/api/v1/session`).catch(() => undefined);
    if (answer) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`perch demo did not answer at ${url}`);
}

export const test = base.extend<{ demo: Demo }>({
  demo: async ({ browser }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'perch-e2e-'));
    const [port, addinPort] = [await freePort(), await freePort()];
    const args = [
      'demo',
      '--port',
      `${port}`,
      '--addin-port',
      `${addinPort}`,
      '--folder',
      join(folder, 'demo'),
    ];
    const child = spawn(program, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    let log = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
    const ended = once(child, 'exit');
    const url = `http://localhost:${port}`;
    await started(child, url);
    const contexts = new Map<string, Awaited<ReturnType<typeof browser.newContext>>>();
    await use({
      url,
      log: () => log,
      addins: `http://127.0.0.1:${addinPort}`,
      as: async (person, options = {}) => {
        const key = JSON.stringify([person, options]);
        const known = contexts.get(key);
        const context = known ?? (await browser.newContext({ baseURL: url, ...options }));
        contexts.set(key, context);
        if (!known) {
          const data = { name: `${person}@contoso.example`, password: 'perch-demo' };
          const answer = await context.request.post('/api/v1/session', { data, headers: { Origin: url } });
          expect(answer.ok()).toBe(true);
        }
        return context.newPage();
      },
    });
    for (const context of contexts.values()) await context.close();
    child.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true });
  },
});

export { expect };

/** No finding of the axe engine, of whatever weight, on what the page shows now. */
export async function expectAccessible(page: Page): Promise<void> {
  // A page that is still loading has no heading yet, which is a finding of its own.
  await expect(page.locator('h1').first()).toBeVisible();
  // The add-in's own page is a guest's: it is tested with the add-in.
  const results = await new AxeBuilder({ page }).exclude('iframe').analyze();
  const found = results.violations.map(
    (violation) => `${violation.id}: ${violation.nodes.map((node) => node.target.join(' ')).join(', ')}`,
  );
  expect(found).toEqual([]);
}
