/**
 * Runs the conformance application of FDC3 in a pane, and writes its score case by case to `score.txt` beside its pages, from
 * which docs/fdc3-conformance.md is made. They are not ours: FDC3_CONFORMANCE is the folder in which they were built.
 *
 * Browsers ignore `window.close()` of a framed page; the pages here are heard instead, and the person's button is pressed.
 */
import { createReadStream, existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import type { FrameLocator } from '@playwright/test';
import type { Demo } from './demo';
import { expect, type Guest, type Page, putOnRoom, test } from './guest';

const folder = process.env.FDC3_CONFORMANCE ?? '';
const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
/** The longest case waits two minutes for the agent to give up. */
const SUITE_MAX_MS = 15 * 60_000;
const ONLY = process.env.FDC3_SUITE;

const SUITES = [
  'fdc3.basicGetAgent',
  'fdc3.basicCL1',
  'fdc3.basicCL2',
  'fdc3.basicIL1',
  'fdc3.basicGI1',
  'fdc3.basicAC1',
  'fdc3.basicUC1',
  'fdc3.basicJC1',
  'fdc3.basicRI1',
  'fdc3.basicRI2',
  'fdc3.open',
  'fdc3.getInfo',
  'fdc3.getAppMetadata',
  'fdc3.appChannels',
  'fdc3.userChannels',
  'fdc3.findInstances',
  'fdc3.findIntent',
  'fdc3.findIntentsByContext',
  'fdc3.raiseIntent',
  'fdc3.raiseIntent (result)',
  'fdc3.raiseIntent (throws error)',
];

/** Those in which somebody has to choose. */
const MANUAL = [
  'fdc3.ResolveAmbiguousIntentTarget',
  'fdc3.ResolveAmbiguousContextTarget',
  'fdc3.ResolveAmbiguousIntentTargetMultiInstance',
  'fdc3.ResolveAmbiguousContextTargetMultiInstance',
  'fdc3.ChannelChangedEvent',
];

interface Case {
  suite: string;
  title: string;
  passed: boolean;
  error: string;
}

interface Application {
  appId: string;
  details: { url: string };
  interop?: { intents?: { listensFor?: Record<string, unknown> } };
}

test('the conformance application of FDC3, case by case', async ({ demo, guest }) => {
  test.setTimeout(SUITES.length * SUITE_MAX_MS);
  serveFolder(guest);
  await register(demo, guest);
  const cases: Case[] = [];
  for (const suite of [...SUITES, ...MANUAL].filter((name) => ONLY === undefined || name === ONLY)) {
    cases.push(...(await run(demo, suite)));
  }
  const report: string[] = [];
  for (const { suite, title, passed, error } of cases) {
    report.push(`${passed ? 'pass' : 'FAIL'}  ${suite}: ${title}${passed ? '' : `\n      ${error}`}`);
  }
  report.push(`${cases.filter(({ passed }) => passed).length} of ${cases.length}`);
  await writeFile(join(folder, 'score.txt'), report.join('\n'));
});

function serveFolder(guest: Guest): void {
  guest.answerOthers((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://guest');
    const file = join(folder, normalize(pathname));
    if (!existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader('Content-Type', TYPES[extname(file)] ?? 'application/octet-stream');
    createReadStream(file).pipe(response);
  });
}

/** Registers every page of its directory, with the intents that this says, and puts the tests on a room. */
async function register(demo: Demo, guest: Guest): Promise<void> {
  const text = await readFile(join(folder, 'directories/website-conformance.json'), 'utf8');
  const { applications } = JSON.parse(text) as { applications: Application[] };
  const control = (await demo.as('control')).context().request;
  const headers = { Origin: demo.url };
  const [pool] = (await (await control.get('/api/v1/pools')).json()) as { fqdn: string }[];
  for (const { appId, details, interop } of applications) {
    const { pathname } = new URL(details.url);
    const url = guest.neighbour + pathname.slice(pathname.indexOf('/apps/'));
    const intents = interop?.intents?.listensFor ?? {};
    if (appId === 'Conformance1')
      await putOnRoom(demo, 'FX Spot', appId, url, ['room.info', 'contexts'], intents);
    else {
      const data = { name: appId, url, granted: [], intents };
      const made = await control.post(`/api/v1/pools/${pool?.fqdn}/addins`, { headers, data });
      expect(made.ok(), await made.text()).toBe(true);
    }
  }
}

async function run(demo: Demo, suite: string): Promise<Case[]> {
  const page = await demo.as('amelie');
  await closeAsAPerson(page);
  await page.goto('/');
  await page.getByRole('link', { name: /FX Spot/ }).click();
  const tests = page.frameLocator('iframe[title="Conformance1"]').frameLocator('iframe');
  const manual = MANUAL.includes(suite);
  await tests.locator(manual ? '#manualTests' : '#testSuite').selectOption({ label: suite });
  await tests.locator(manual ? '#manualTestsRunButton' : '#runButton').click();
  if (manual) await choose(page, suite);
  const cases = await finished(tests, suite);
  await page.close();
  return cases;
}

/** Answers the chat's question which add-in, or puts the page on another channel. */
async function choose(page: Page, suite: string): Promise<void> {
  if (suite === 'fdc3.ChannelChangedEvent') {
    await page.getByRole('button', { name: /Channel/ }).click();
    await page.getByRole('option', { name: 'Channel 3' }).click();
  } else await page.getByRole('dialog').getByRole('listitem').first().getByRole('button').click();
}

/** Presses the button that closes a page which asked to be closed. */
async function closeAsAPerson(page: Page): Promise<void> {
  await page.exposeBinding('closePage', async ({ frame }) => {
    const broker = await frame.parentFrame()?.frameElement();
    await broker?.evaluate((element) => {
      const at = [...document.querySelectorAll('iframe')].indexOf(element as HTMLIFrameElement);
      document.querySelectorAll<HTMLElement>('[role="radio"]')[at + 1]?.click();
    });
    await page.getByRole('button', { name: /^Close \w+$/ }).click();
  });
  await page.addInitScript(() => {
    window.close = () => void Reflect.get(window, 'closePage')();
  });
}

async function finished(tests: FrameLocator, suite: string): Promise<Case[]> {
  const done = tests.locator('#mocha-report .test');
  const clock = tests.locator('#mocha-stats .duration em');
  // Another page may be shown at the moment.
  await expect(done.first()).toBeAttached();
  let before = '';
  await expect
    .poll(
      async () => {
        const now = (await clock.textContent()) ?? '';
        const stopped = now === before;
        before = now;
        return stopped;
      },
      { intervals: [1_000], timeout: SUITE_MAX_MS },
    )
    .toBe(true);
  return done.evaluateAll(
    (rows, name) =>
      rows.map((row) => ({
        suite: name,
        title: row.querySelector('h2')?.firstChild?.textContent ?? '',
        passed: row.classList.contains('pass'),
        error: row.querySelector('.error')?.textContent ?? '',
      })),
    suite,
  );
}
