/** An administrator says what becomes of posted text, tries it, and the pane of a room is told of it. */
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FrameLocator, Page } from '@playwright/test';
import { expect, expectAccessible, test } from './demo';

/** The add-in's own page: inside its sandboxed frame, inside our broker document. */
function addinPage(page: Page): FrameLocator {
  return page.frameLocator('iframe:not([hidden])').frameLocator('iframe');
}

const PAGE = `<!doctype html><title>Contexts</title><ol aria-label="Contexts"></ol><script type="module">
  import { connect } from './perch-addin.js';
  const room = await connect();
  room.on('context', ({ context }) => {
    const item = document.createElement('li');
    item.textContent = context.type + ' ' + JSON.stringify(context.id);
    document.querySelector('ol').append(item);
  });
</script>`;

/** An add-in that lists whatever context it is told of. */
async function lister(): Promise<Server> {
  const sdk = await readFile(new URL('../../sdk/dist/index.js', import.meta.url));
  const server = createServer((request, response) => {
    const isScript = request.url === '/perch-addin.js';
    response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? sdk : PAGE);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return server;
}

async function post(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: /^Message / }).fill(text);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('article').filter({ hasText: text }).last()).toBeVisible();
}

test('a pattern is tried, then found in what is posted, and an old message puts it into the pane again', async ({
  demo,
}) => {
  const control = await demo.as('control');
  await control.goto('/admin/trigger');
  await expect(control.getByRole('row', { name: 'Stock tickers' })).toBeVisible();
  await control.getByRole('button', { name: 'New' }).click();
  await control.getByRole('textbox', { name: 'Name' }).fill('Tickets');
  await control.getByRole('textbox', { name: 'Type' }).fill('x.ticket');
  await control.getByRole('textbox', { name: 'Pattern' }).fill('INC-(\\d+');
  await control.getByRole('textbox', { name: 'Field for the value' }).fill('number');
  const tester = control.getByRole('region', { name: 'Try it' });
  await tester.getByRole('textbox', { name: 'Text' }).fill('INC-4711 about $MSFT');
  await expect(tester.getByText('from character 5 on')).toBeVisible();
  await control.getByRole('textbox', { name: 'Pattern' }).fill('INC-\\d+');
  await expect(tester.getByText('2 contexts are found.')).toBeVisible();
  await expect(
    tester.getByRole('row', { name: /INC-4711 x\.ticket number: INC-4711 Tickets/ }),
  ).toBeVisible();
  await expectAccessible(control);
  await control.getByRole('button', { name: 'Commit' }).click();
  await expect(control.getByRole('row', { name: 'Tickets' })).toBeVisible();

  const server = await lister();
  const { port } = server.address() as AddressInfo;
  const headers = { Origin: demo.url };
  const read = async (path: string) => (await control.request.get(`/api/v1${path}`)).json();
  const [{ fqdn }] = await read('/pools');
  const data = { name: 'Contexts', url: `http://127.0.0.1:${port}/` };
  const registered = await control.request.post(`/api/v1/pools/${fqdn}/addins`, { data, headers });
  const rooms: { id: string; name: string }[] = await read('/rooms?relation=all');
  const room = rooms.find(({ name }) => name === 'Equities')?.id;
  const put = { data: { addin: (await registered.json()).id }, headers };
  expect((await control.request.patch(`/api/v1/rooms/${room}`, put)).ok()).toBe(true);

  const amelie = await demo.as('amelie');
  await amelie.goto('/');
  await amelie.getByRole('link', { name: /Equities/ }).click();
  await post(amelie, 'who has INC-4711');
  const told = addinPage(amelie).getByRole('listitem');
  await expect(told.last()).toHaveText('x.ticket {"number":"INC-4711"}');
  await post(amelie, 'and INC-4712');
  await expect(told.last()).toHaveText('x.ticket {"number":"INC-4712"}');
  // By keyboard, as by a click.
  await amelie.getByRole('button', { name: 'INC-4711' }).focus();
  await expect(amelie.getByRole('tooltip')).toContainText('x.ticket');
  await amelie.keyboard.press('Enter');
  await expect(told.last()).toHaveText('x.ticket {"number":"INC-4711"}');
  server.close();
});
