/** Pages that a room's pane cannot show, or that say nothing there: each with the reason, for whom to pass it on to. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { certificate } from './certificate';
import { type Demo, expectAccessible } from './demo';
import { front } from './front';
import { expect, guestPage, test as guestTest, type Page, putOnRoom, roomId } from './guest';

const POOL = 'pchat01.contoso.example';
/** Amelie and Jo are members, Control manages it. */
const ROOM = 'FX Spot';

/** Starts the same page on a server whose certificate ended; gives its origin. */
const test = guestTest.extend<{ expired: string }>({
  // biome-ignore lint/correctness/noEmptyPattern: what a fixture needs is named in its pattern
  expired: async ({}, use) => {
    const server = createServer(await certificate('2020-01-01'), (_, response) => html(response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('no port');
    await use(`https://localhost:${address.port}`);
    server.close();
  },
});

/** What the server knows of an add-in's page. */
async function health(demo: Demo, addin: string) {
  const control = (await demo.as('control')).context().request;
  const answer = await control.get(`/api/v1/pools/${POOL}/addins/${addin}/health`);
  return (await answer.json()) as {
    state: string;
    handshakes: { ok: number; silent: number; blocked: number };
  };
}

async function checked(demo: Demo, addin: string): Promise<void> {
  await expect.poll(async () => (await health(demo, addin)).state).not.toBe('unchecked');
}

async function openRoom(demo: Demo, page: Page): Promise<void> {
  await page.goto(`/room/${await roomId(demo, ROOM)}`);
}

function html(response: ServerResponse, script = ''): void {
  response
    .setHeader('Content-Type', 'text/html')
    .end(`<!doctype html><title>Prices</title><h1>Prices</h1><script>${script}</script>`);
}

for (const { page, answer, finding, isExpired = false } of [
  {
    page: 'refuses to be framed',
    answer: (response: ServerResponse) => html(response.setHeader('X-Frame-Options', 'DENY')),
    finding: 'Remove the header X-Frame-Options: DENY',
  },
  {
    page: 'lets nobody frame it by its policy',
    answer: (response: ServerResponse) =>
      html(response.setHeader('Content-Security-Policy', "frame-ancestors 'none'")),
    finding: "Replace 'none' by http://localhost:",
  },
  {
    page: 'answers with an error',
    answer: (response: ServerResponse) => html(Object.assign(response, { statusCode: 500 })),
    finding: 'The page answers with status 500.',
  },
  {
    page: 'has a certificate that ended',
    answer: () => {},
    finding: 'The certificate of localhost ended on 2020-01-31.',
    isExpired: true,
  },
  {
    page: 'is a download',
    answer: (response: ServerResponse) =>
      html(response.setHeader('Content-Disposition', 'attachment; filename=prices.html')),
    finding: 'The page is a download (Content-Disposition: attachment)',
  },
  {
    page: 'would be the whole window',
    answer: (response: ServerResponse) =>
      html(response, "document.body.textContent = ''; top.location = 'http://127.0.0.1:9/';"),
    finding: 'A script of the page moves the whole window (top.location)',
  },
  {
    page: 'does not answer',
    answer: () => {},
    finding: 'The page did not answer within 10 seconds.',
  },
]) {
  test(`a page that ${page} leaves no empty pane without a reason`, async ({ demo, guest, expired }) => {
    guest.answer('/prices', (_, response) => answer(response));
    const origin = isExpired ? expired : guest.origin;
    const addin = await putOnRoom(demo, ROOM, 'Prices', `${origin}/prices`);
    await checked(demo, addin);

    const [amelie, control] = [await demo.as('amelie'), await demo.as('control')];
    const downloads: string[] = [];
    amelie.on('download', (download) => downloads.push(download.url()));
    await openRoom(demo, amelie);
    await openRoom(demo, control);
    await expect(amelie.getByText(`this is why. To tell the room’s manager: ${finding}`)).toBeVisible();
    await expect(control.getByText(`this is why. To tell its owner: ${finding}`)).toBeVisible();
    await expectAccessible(amelie);
    expect(downloads).toEqual([]);
    expect(new URL(amelie.url()).origin).toBe(demo.url);
    await expect
      .poll(async () => (await health(demo, addin)).handshakes)
      .toMatchObject({ ok: 0, silent: 2, blocked: 0 });

    await amelie.getByRole('button', { name: 'Dismiss' }).click();
    await expect(amelie.getByText(finding)).toHaveCount(0);
    await control.goto(`/admin/addin/${addin}`);
    await expect(control.getByRole('region', { name: 'Its page in the pane' })).toContainText(finding);
  });
}

test('a page whose server sends the browser to another origin is stopped, and its owner is told where that is', async ({
  demo,
  guest,
}) => {
  guest.answer('/prices', (_, response) =>
    response.writeHead(302, { Location: `${guest.neighbour}/elsewhere` }).end(),
  );
  guest.page('/elsewhere', `say('elsewhere');`);
  const addin = await putOnRoom(demo, ROOM, 'Prices', `${guest.origin}/prices`);
  await checked(demo, addin);
  const [amelie, control] = [await demo.as('amelie'), await demo.as('control')];
  await openRoom(demo, amelie);
  await expect(amelie.getByRole('heading', { name: 'This page went elsewhere' })).toBeVisible();
  await expect(amelie.getByText(`the pane shows ${guest.origin} only`)).toBeVisible();
  await expect
    .poll(async () => (await health(demo, addin)).handshakes)
    .toMatchObject({ ok: 0, silent: 0, blocked: 1 });
  await control.goto(`/admin/addin/${addin}`);
  await expect(control.getByRole('region', { name: 'Its page in the pane' })).toContainText(
    `The page sends the browser on to ${guest.neighbour}, which the pane does not show.`,
  );
});

test('a page that usually speaks and is silent is noticed by those who open it, and where it is registered', async ({
  demo,
  guest,
}) => {
  guest.page('/prices', `await connect(); say('connected');`);
  const addin = await putOnRoom(demo, ROOM, 'Prices', `${guest.origin}/prices`);
  await checked(demo, addin);
  const amelie = await demo.as('amelie');
  await openRoom(demo, amelie);
  await expect(guestPage(amelie).getByText('connected')).toBeVisible();
  await expect
    .poll(async () => (await health(demo, addin)).handshakes)
    .toMatchObject({ ok: 1, silent: 0, blocked: 0 });

  guest.page('/prices', `say('broken');`);
  const jo = await demo.as('jo');
  await openRoom(demo, jo);
  await expect(guestPage(jo).getByText('broken')).toBeVisible();
  await expect(jo.getByText('This page usually speaks with the room, and says nothing.')).toBeVisible();
  await expectAccessible(jo);

  const control = await demo.as('control');
  await control.goto(`/admin/addin/${addin}`);
  const panel = control.getByRole('region', { name: 'Its page in the pane' });
  await expect(panel).toContainText('1 of 2 people who opened it in the last day saw it; 1 saw nothing.');
  await expect(panel).toContainText('For 1 of 2 people of the last day the page was silent');
  await expect(panel.getByText('At risk')).toBeVisible();
});

test('a page that takes long is shown when it comes, and one that never ends stays', async ({
  demo,
  guest,
}) => {
  let answer: (() => void) | undefined;
  guest.answer('/prices', ({ headers }, response) => {
    // What looks for the server is answered at once.
    if (headers['user-agent']?.startsWith('Perch/')) html(response);
    else
      answer = () =>
        html(
          response,
          "parent.postMessage({ perch: 'hello', protocols: ['perch/1'], sdk: 'x', wants: [] }, '*');",
        );
  });
  await putOnRoom(demo, ROOM, 'Prices', `${guest.origin}/prices`);
  const amelie = await demo.as('amelie');
  await amelie.clock.install();
  await openRoom(demo, amelie);
  await expect.poll(() => answer).toBeDefined();
  await amelie.clock.fastForward(40_000);
  await expect(amelie.getByText('takes long to answer')).toBeVisible();
  answer?.();
  await expect(guestPage(amelie).getByRole('heading', { name: 'Prices' })).toBeVisible();
  await expect(amelie.getByText('takes long to answer')).toHaveCount(0);

  guest.answer('/never', () => {});
  guest.answer('/prices', (_, response) =>
    response
      .setHeader('Content-Type', 'text/html')
      .end('<!doctype html><h1>Streamed</h1><img src="/never" alt="">'),
  );
  await amelie.getByRole('button', { name: 'Reload' }).first().click();
  await expect(guestPage(amelie).getByRole('heading', { name: 'Streamed' })).toBeVisible();
  await amelie.clock.fastForward(10_000);
  await amelie.clock.fastForward(120_000);
  await expect(amelie.getByText('takes long to answer')).toBeVisible();
  await expect(guestPage(amelie).getByRole('heading', { name: 'Streamed' })).toBeVisible();
});

test('a page that goes to another origin is stopped there, and comes back', async ({ demo, guest }) => {
  guest.page(
    '/prices',
    `await connect(); say('connected');
    const link = document.createElement('button');
    link.textContent = 'Elsewhere';
    link.onclick = () => location.assign('http://localhost:${new URL(guest.origin).port}/elsewhere');
    document.body.append(link);`,
  );
  guest.answer('/elsewhere', (_, response) => html(response));
  const addin = await putOnRoom(demo, ROOM, 'Prices', `${guest.origin}/prices`);
  const amelie = await demo.as('amelie');
  await openRoom(demo, amelie);
  await guestPage(amelie).getByRole('button', { name: 'Elsewhere' }).click();
  await expect(amelie.getByRole('heading', { name: 'This page went elsewhere' })).toBeVisible();
  await expect(amelie.getByText(`the pane shows ${guest.origin} only`)).toBeVisible();
  await expectAccessible(amelie);
  await expect
    .poll(async () => (await health(demo, addin)).handshakes)
    .toMatchObject({ ok: 0, silent: 0, blocked: 1 });
  await amelie.getByRole('button', { name: 'Reload' }).last().click();
  await expect(guestPage(amelie).getByText('connected')).toBeVisible();
});

test('an http page under an https chat is not shown in the pane, but in a window of its own', async ({
  demo,
  guest,
  browser,
}) => {
  guest.page('/prices', `const room = await connect(); say(room.room.name);`);
  await putOnRoom(demo, ROOM, 'Prices', 'http://prices.example/prices');
  const secure = await front(demo.url);
  const context = await browser.newContext({ baseURL: secure.url, ignoreHTTPSErrors: true });
  await context.route('http://prices.example/**', async (route) => {
    const { pathname } = new URL(route.request().url());
    await route.fulfill({ response: await route.fetch({ url: `${guest.origin}${pathname}` }) });
  });
  const data = { name: 'amelie@contoso.example', password: 'perch-demo' };
  const answer = await context.request.post('/api/v1/session', { data, headers: { Origin: secure.url } });
  expect(answer.ok(), await answer.text()).toBe(true);
  const amelie = await context.newPage();
  await openRoom(demo, amelie);
  const pane = amelie.getByRole('region', { name: 'Prices' });
  await expect(pane.getByRole('heading', { name: 'This page cannot be shown here' })).toBeVisible();
  await expect(
    pane.getByText('It is an http page, and browsers do not show those inside an https one.'),
  ).toBeVisible();
  await expect(pane.locator('iframe')).toHaveCount(0);
  await expectAccessible(amelie);
  const [popup] = await Promise.all([
    context.waitForEvent('page'),
    pane.getByRole('button', { name: 'Open in a window' }).last().click(),
  ]);
  await expect(popup.locator('#said')).toHaveText(ROOM);
  await context.close();
  secure.close();
});
