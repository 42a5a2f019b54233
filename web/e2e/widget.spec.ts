/** Widgets that were written for Matrix work in the pane as they are. */
import { bundled } from './bundle';
import type { Demo } from './demo';
import { expect, type Guest, guestPage, test as guestTest, type Page, putOnRoom, roomId } from './guest';

interface MatrixEvent {
  type: string;
  content: Record<string, unknown>;
}

/** What of the package's WidgetApi is used here: it is only in the guest's bundle. */
interface WidgetApi {
  sendRoomEvent(type: string, content: object): Promise<{ room_id: string; event_id: string }>;
  readRoomEvents(type: string, limit?: number): Promise<MatrixEvent[]>;
  readStateEvents(type: string, limit?: number): Promise<MatrixEvent[]>;
  requestOpenIDConnectToken(): Promise<{ access_token?: string; matrix_server_name?: string }>;
}

declare global {
  interface Window {
    widget: { api: WidgetApi; heard: string[] };
  }
}

const PAGE = `<!doctype html><title>Widget</title><p id="state"></p><p id="approved"></p><p id="message"></p>
<script src="/guest.js"></script>`;
const SEND = 'org.matrix.msc2762.send.event:m.room.message#m.text';
const RECEIVE = 'org.matrix.msc2762.receive.event:m.room.message#m.text';
const NAME = 'org.matrix.msc2762.receive.state_event:m.room.name#';
const MEMBER = 'org.matrix.msc2762.receive.state_event:m.room.member';

const test = guestTest.extend<object, { script: string }>({
  // biome-ignore lint/correctness/noEmptyPattern: what a fixture needs is named in its pattern
  script: [async ({}, use) => use(await bundled('matrix')), { scope: 'worker' }],
  guest: async ({ guest, script }, use) => {
    guest.answer('/', (_, response) => response.setHeader('Content-Type', 'text/html').end(PAGE));
    guest.answer('/guest.js', (_, response) =>
      response.setHeader('Content-Type', 'text/javascript').end(script),
    );
    await use(guest);
  },
});

async function roomWithWidget(demo: Demo, guest: Guest, granted: string[]): Promise<Page> {
  const url = `${guest.origin}/?widgetId=perch&parentUrl=${encodeURIComponent(demo.url)}`;
  await putOnRoom(demo, 'FX Spot', 'Widget', url, granted);
  const amelie = await demo.as('amelie');
  await amelie.goto('/');
  await amelie.getByRole('link', { name: /FX Spot/ }).click();
  await expect(guestPage(amelie).locator('#state')).toHaveText('ready');
  return amelie;
}

async function widgetFrame(page: Page, guest: Guest) {
  const found = page.frames().find((one) => one.url().startsWith(guest.origin));
  if (found === undefined) throw new Error('the widget is gone');
  return found;
}

async function post(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: /^Message / }).fill(text);
  await page.keyboard.press('Enter');
}

test('a widget is told of messages, reads the room, and proves who looks at it', async ({ demo, guest }) => {
  const granted = ['room.info', 'messages.live', 'messages.history', 'participants', 'token.issue'];
  const amelie = await roomWithWidget(demo, guest, granted);
  const page = guestPage(amelie);
  await expect(page.locator('#approved')).toHaveText(`${RECEIVE} ${NAME} ${MEMBER}`);
  const jo = await demo.as('jo');
  await jo.goto('/');
  await jo.getByRole('link', { name: /FX Spot/ }).click();
  await post(jo, 'hello widget');
  await expect(page.locator('#message')).toHaveText('hello widget');

  const frame = await widgetFrame(amelie, guest);
  const known = await frame.evaluate(async () => {
    const { api } = window.widget;
    const [latest] = await api.readRoomEvents('m.room.message', 1);
    const [name] = await api.readStateEvents('m.room.name');
    const members = await api.readStateEvents('m.room.member');
    const token = await api.requestOpenIDConnectToken();
    return {
      latest: latest?.content.body,
      name: name?.content.name,
      members: members.length,
      server: token.matrix_server_name,
      parts: token.access_token?.split('.').length,
    };
  });
  expect(known).toEqual({
    latest: 'hello widget',
    name: 'FX Spot',
    members: 2,
    server: 'localhost',
    parts: 3,
  });

  // What an administrator takes away, the widget loses while it is open.
  await revoke(demo, 'Widget', ['room.info']);
  await expect(page.locator('#approved')).toHaveText(NAME);
  await post(jo, 'not for the widget');
  await expect(amelie.getByRole('article').filter({ hasText: 'not for the widget' })).toBeVisible();
  await expect(page.locator('#message')).toHaveText('hello widget');
});

test('a widget posts as the person, who is asked, and only if it may', async ({ demo, guest }) => {
  const amelie = await roomWithWidget(demo, guest, ['messages.send']);
  const frame = await widgetFrame(amelie, guest);
  await expect(guestPage(amelie).locator('#approved')).toHaveText(SEND);
  const sent = frame.evaluate(() =>
    window.widget.api.sendRoomEvent('m.room.message', { msgtype: 'm.text', body: 'said by the widget' }),
  );
  await expect(amelie.getByRole('alertdialog')).toContainText('said by the widget');
  await amelie.getByRole('alertdialog').getByRole('button').last().click();
  expect((await sent).room_id).toBe(`!${await roomId(demo, 'FX Spot')}:localhost`);
  await expect(amelie.getByRole('article').filter({ hasText: 'said by the widget' })).toBeVisible();
  const refused = await frame.evaluate(async () => {
    const { api } = window.widget;
    const said = (error: Error) => error.message;
    return [
      await api.readRoomEvents('m.room.message').catch(said),
      await api.readStateEvents('m.room.member').catch(said),
      await api.sendRoomEvent('m.reaction', {}).catch(said),
      await api.requestOpenIDConnectToken().catch(said),
    ];
  });
  expect(refused).toEqual([
    expect.stringContaining('messages.history'),
    expect.stringContaining('participants'),
    expect.stringContaining('m.room.message'),
    expect.stringContaining('declined'),
  ]);
});

async function revoke(demo: Demo, name: string, granted: string[]): Promise<void> {
  const control = (await demo.as('control')).context().request;
  const headers = { Origin: demo.url };
  const [pool] = (await (await control.get('/api/v1/pools')).json()) as { fqdn: string }[];
  const path = `/api/v1/pools/${pool?.fqdn}/addins`;
  const addins = (await (await control.get(path)).json()) as { id: string; name: string }[];
  const addin = addins.find((one) => one.name === name);
  const changed = await control.patch(`${path}/${addin?.id}`, { headers, data: { granted } });
  expect(changed.ok(), await changed.text()).toBe(true);
}
