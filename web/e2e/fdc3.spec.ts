/** Pages that were written for FDC3 work in the pane as they are. */
import type { Frame } from '@playwright/test';
import { bundled } from './bundle';
import { type Demo, expectAccessible } from './demo';
import { expect, type Guest, guestPage, test as guestTest, type Page, putOnRoom } from './guest';

interface Context {
  type: string;
  id?: Record<string, string>;
  [more: string]: unknown;
}

/** What of the standard's DesktopAgent is used here: the package itself is only in the guest's bundle. */
interface DesktopAgent {
  getInfo(): Promise<{ fdc3Version: string; appMetadata: { appId: string; instanceId?: string } }>;
  getCurrentChannel(): Promise<{
    id: string;
    getCurrentContext(type: string): Promise<Context | null>;
  } | null>;
  getUserChannels(): Promise<unknown[]>;
  joinUserChannel(id: string): Promise<void>;
  broadcast(context: Context): Promise<void>;
  raiseIntent(
    intent: string,
    context: Context,
  ): Promise<{ source: { appId: string }; getResult(): Promise<unknown> }>;
  open(app: { appId: string }, context?: Context): Promise<{ appId: string; instanceId?: string }>;
  findInstances(app: { appId: string }): Promise<unknown[]>;
}

declare global {
  interface Window {
    guest: { agent: Promise<DesktopAgent>; heard: { type: string }[] };
  }
}

const PAGE = `<!doctype html><title>Guest</title><p id="state"></p><p id="context"></p><p id="intent"></p>
<script src="/guest.js"></script>`;

const test = guestTest.extend<object, { script: string }>({
  // biome-ignore lint/correctness/noEmptyPattern: what a fixture needs is named in its pattern
  script: [async ({}, use) => use(await bundled('fdc3')), { scope: 'worker' }],
  guest: async ({ guest, script }, use) => {
    guest.answer('/', (_, response) => response.setHeader('Content-Type', 'text/html').end(PAGE));
    guest.answer('/guest.js', (_, response) =>
      response.setHeader('Content-Type', 'text/javascript').end(script),
    );
    await use(guest);
  },
});

async function roomWithGuest(demo: Demo, guest: Guest, granted: string[]): Promise<Page> {
  await putOnRoom(demo, 'FX Spot', 'Guest', `${guest.neighbour}/`, granted);
  const amelie = await demo.as('amelie');
  await amelie.goto('/');
  await amelie.getByRole('link', { name: /FX Spot/ }).click();
  return amelie;
}

/** The guest's own window, inside its frame, to run code in. */
async function guestFrame(page: Page, guest: Guest): Promise<Frame> {
  const frame = () => page.frames().find((one) => one.url().startsWith(guest.neighbour));
  await expect.poll(() => frame()?.url()).toBeDefined();
  const found = frame();
  if (found === undefined) throw new Error('the guest is gone');
  return found;
}

async function post(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: /^Message / }).fill(text);
  await page.keyboard.press('Enter');
}

/** Registers the guest's page a second time, for others to open. */
async function registerPrices(demo: Demo, guest: Guest, page = '/') {
  const control = (await demo.as('control')).context().request;
  const headers = { Origin: demo.url };
  const [pool] = (await (await control.get('/api/v1/pools')).json()) as { fqdn: string }[];
  const intents = { ViewInstrument: { displayName: 'View instrument', contexts: ['fdc3.instrument'] } };
  const data = { name: 'Prices', url: `${guest.neighbour}${page}`, granted: ['contexts'], intents };
  const path = `/api/v1/pools/${pool?.fqdn}/addins`;
  const made = await control.post(path, { data, headers });
  expect(made.ok(), await made.text()).toBe(true);
  const addin = `${path}/${((await made.json()) as { id: string }).id}`;
  return {
    pool: pool?.fqdn,
    health: async () =>
      (await (await control.get(`${addin}/health`)).json()) as {
        state: string;
        handshakes: { ok: number; silent: number };
      },
    /** Changes it, or without data removes it. */
    change: async (change?: object) => {
      const answer = change
        ? await control.patch(addin, { data: change, headers })
        : await control.delete(addin, { headers });
      expect(answer.ok(), await answer.text()).toBe(true);
    },
  };
}

/** The guest opens Prices beside the room, and both have connected. */
async function besidePrices(demo: Demo, guest: Guest) {
  const amelie = await roomWithGuest(demo, guest, ['contexts']);
  const { change } = await registerPrices(demo, guest);
  const frame = await guestFrame(amelie, guest);
  await expect(frame.locator('#state')).toHaveText('connected');
  await frame.evaluate(async () => (await window.guest.agent).open({ appId: 'Prices' }).then(() => null));
  const prices = amelie.frameLocator('iframe[title="Prices"]').frameLocator('iframe');
  await expect(prices.locator('#state')).toHaveText('connected');
  return { amelie, frame, prices, change };
}

test('a page that calls getAgent() is told what is posted in its room, and asked to show what is chosen', async ({
  demo,
  guest,
}) => {
  const amelie = await roomWithGuest(demo, guest, ['room.info', 'contexts']);
  const page = guestPage(amelie);
  await expect(page.locator('#state')).toHaveText('connected');
  const jo = await demo.as('jo');
  await jo.goto('/');
  await jo.getByRole('link', { name: /FX Spot/ }).click();
  await post(jo, 'what does $MSFT do');
  await expect(page.locator('#context')).toHaveText('MSFT');
  await post(jo, 'and $IBM');
  await expect(page.locator('#context')).toHaveText('IBM');
  await expect(page.locator('#intent')).toBeEmpty();
  await amelie
    .getByRole('button', { name: /\$MSFT/ })
    .last()
    .click();
  await expect(page.locator('#intent')).toHaveText('MSFT');

  const frame = await guestFrame(amelie, guest);
  const known = await frame.evaluate(async () => {
    const fdc3 = await window.guest.agent;
    const [info, channel, channels] = [
      await fdc3.getInfo(),
      await fdc3.getCurrentChannel(),
      await fdc3.getUserChannels(),
    ];
    const current = await channel?.getCurrentContext('fdc3.instrument');
    return {
      version: info.fdc3Version,
      app: info.appMetadata.appId,
      channel: channel?.id,
      channels: channels.length,
      current: current?.id,
    };
  });
  expect(known).toMatchObject({ version: '2.2', channels: 8, current: { ticker: 'MSFT' } });
  expect(known.app).toMatch(/^Guest@/);
  expect(known.channel).toMatch(/^room:/);
});

test('a page posts by intent as the person, who is asked, and only if it may', async ({ demo, guest }) => {
  const amelie = await roomWithGuest(demo, guest, ['messages.send']);
  const frame = await guestFrame(amelie, guest);
  await expect(frame.locator('#state')).toHaveText('connected');
  const sent = frame.evaluate(async () => {
    const fdc3 = await window.guest.agent;
    const message = { type: 'fdc3.message', text: { 'text/plain': 'said by the page' } };
    const resolution = await fdc3.raiseIntent('SendChatMessage', { type: 'fdc3.chat.message', message });
    return resolution.source.appId;
  });
  await expect(amelie.getByRole('alertdialog')).toContainText('said by the page');
  await amelie.getByRole('alertdialog').getByRole('button').last().click();
  expect(await sent).toMatch(/^perch@/);
  await expect(amelie.getByRole('article').filter({ hasText: 'said by the page' })).toBeVisible();
});

test('a page without grants hears nothing of its room, and cannot speak there', async ({ demo, guest }) => {
  const amelie = await roomWithGuest(demo, guest, []);
  const frame = await guestFrame(amelie, guest);
  await expect(frame.locator('#state')).toHaveText('connected');
  await post(amelie, 'size in $MSFT?');
  await expect(amelie.getByRole('button', { name: /\$MSFT/ }).last()).toBeVisible();
  const answer = await frame.evaluate(async () => {
    const fdc3 = await window.guest.agent;
    const context = { type: 'fdc3.chat.message', message: { text: { 'text/plain': 'no' } } };
    const refused = await fdc3.raiseIntent('SendChatMessage', context).catch((error: Error) => error.message);
    return { refused, heard: window.guest.heard };
  });
  expect(answer).toEqual({ refused: 'IntentDeliveryFailed', heard: [] });
});

test('a page opens another one beside it, which has no part of the room, and raises its intents', async ({
  demo,
  guest,
}) => {
  const amelie = await roomWithGuest(demo, guest, ['contexts']);
  const { pool } = await registerPrices(demo, guest);
  const frame = await guestFrame(amelie, guest);
  await expect(frame.locator('#state')).toHaveText('connected');

  const opened = await frame.evaluate(async () => {
    const fdc3 = await window.guest.agent;
    const context = { type: 'fdc3.instrument', id: { ticker: 'MSFT' } };
    const { appId } = await fdc3.open({ appId: 'Prices' }, context);
    const none = await fdc3.open({ appId: 'Nothing' }).catch((error: Error) => error.message);
    return { appId, none, running: (await fdc3.findInstances({ appId: 'Prices' })).length };
  });
  expect(opened).toEqual({ appId: `Prices@${pool}`, none: 'AppNotFound', running: 1 });
  const strip = amelie.getByRole('radiogroup', { name: 'Pages in this pane' });
  await expect(strip.getByRole('radio', { name: 'Prices' })).toBeChecked();
  const prices = amelie.frameLocator('iframe[title="Prices"]').frameLocator('iframe');
  await expect(prices.locator('#context')).toHaveText('MSFT');
  await expectAccessible(amelie);

  const jo = await demo.as('jo');
  await jo.goto('/');
  await jo.getByRole('link', { name: /FX Spot/ }).click();
  await post(jo, 'and $IBM');
  await expect(frame.locator('#context')).toHaveText('IBM');
  await expect(prices.locator('#context')).toHaveText('MSFT');
  const asked = frame.evaluate(async () => {
    const fdc3 = await window.guest.agent;
    const context = { type: 'fdc3.instrument', id: { ticker: 'IBM' } };
    return (await fdc3.raiseIntent('ViewInstrument', context)).source.appId;
  });
  expect(await asked).toBe(`Prices@${pool}`);
  await expect(prices.locator('#intent')).toHaveText('IBM');

  await strip.getByRole('radio', { name: 'Guest' }).click();
  await expect(frame.locator('#state')).toBeVisible();
  await strip.getByRole('radio', { name: 'Prices' }).click();
  await amelie.getByRole('button', { name: 'Close Prices' }).click();
  await expect(strip).toBeHidden();
  await expect(frame.locator('#state')).toBeVisible();
});

test('a page beside the room’s own is closed when its add-in is disabled or removed, and moves with its address', async ({
  demo,
  guest,
}) => {
  const { amelie, frame, prices, change } = await besidePrices(demo, guest);
  const within = { timeout: 5_000 };
  await change({ disabled: true });
  await expect(amelie.locator('iframe[title="Prices"]')).toHaveCount(0, within);
  await expect(amelie.getByText('An administrator has disabled Prices.')).toBeVisible();
  await expectAccessible(amelie);
  const strip = amelie.getByRole('radiogroup', { name: 'Pages in this pane' });
  await strip.getByRole('radio', { name: 'Guest' }).click();
  await expect(frame.locator('#state')).toHaveText('connected');
  await strip.getByRole('radio', { name: 'Prices' }).click();
  await change({ disabled: false });
  await expect(prices.locator('#state')).toHaveText('connected');

  guest.page('/other', `say('another page');`);
  await change({ url: `${guest.neighbour}/other` });
  await expect(prices.locator('#said')).toHaveText('another page', within);
  await change();
  await expect(amelie.locator('iframe[title="Prices"]')).toHaveCount(0, within);
  await expect(amelie.getByText('An administrator has removed Prices.')).toBeVisible();
  await amelie.getByRole('button', { name: 'Close Prices' }).click();
  await expect(frame.locator('#state')).toBeVisible();
});

test('a page beside the room’s own that stays empty says why, and is counted among those that do', async ({
  demo,
  guest,
}) => {
  const amelie = await roomWithGuest(demo, guest, ['contexts']);
  guest.answer('/refusing', (_, response) => response.setHeader('X-Frame-Options', 'DENY').end('<h1>Prices'));
  const { health } = await registerPrices(demo, guest, '/refusing');
  await expect.poll(async () => (await health()).state).toBe('fault');
  const frame = await guestFrame(amelie, guest);
  await expect(frame.locator('#state')).toHaveText('connected');
  const refused = frame.evaluate(async () => {
    const fdc3 = await window.guest.agent;
    return fdc3.open({ appId: 'Prices' }).catch((error: Error) => error.message);
  });
  await expect(amelie.getByText('this is why. To tell the room’s manager: Remove the header')).toBeVisible();
  await expectAccessible(amelie);
  await expect.poll(async () => (await health()).handshakes).toMatchObject({ ok: 0, silent: 1 });
  expect(await refused).toBe('AppTimeout');
});

test('what is pressed in the conversation reaches a page beside the room’s own while that is granted', async ({
  demo,
  guest,
}) => {
  const { amelie, frame, prices, change } = await besidePrices(demo, guest);
  await post(amelie, 'what do $MSFT and $IBM do');
  await expect(frame.locator('#context')).not.toBeEmpty();
  await expect(prices.locator('#context')).toBeEmpty();
  const press = (ticker: string) => amelie.getByRole('button', { name: ticker }).last().click();
  await press('$MSFT');
  await expect(prices.locator('#context')).toHaveText('MSFT');
  await expect(prices.locator('#intent')).toHaveText('MSFT');
  const heard = amelie.waitForResponse((response) => /\/addins\/[^/]+$/.test(response.url()));
  await change({ granted: [] });
  await (await heard).finished();
  await press('$IBM');
  await expect(frame.locator('#context')).toHaveText('IBM');
  expect(await prices.locator('#context').textContent()).toBe('MSFT');
  await change({ granted: ['contexts'] });
  await expect(async () => {
    await press('$IBM');
    await expect(prices.locator('#context')).toHaveText('IBM', { timeout: 500 });
  }).toPass();
});

test('a page beside the room’s own stays when that moves into a window and back, and is told and heard there', async ({
  demo,
  guest,
}) => {
  const { amelie, frame } = await besidePrices(demo, guest);
  const broker = await (await amelie.locator('iframe[title="Prices"]').elementHandle())?.contentFrame();
  const prices = broker?.childFrames()[0];
  if (prices === undefined) throw new Error('Prices is gone');
  const join = async () => (await window.guest.agent).joinUserChannel('fdc3.channel.3');
  const self = async () => (await (await window.guest.agent).getInfo()).appMetadata.instanceId;
  await frame.evaluate(join);
  await prices.evaluate(join);
  const before = await frame.evaluate(self);
  const broadcast = (ticker: string) =>
    prices.evaluate(async (ticker) => {
      await (await window.guest.agent).broadcast({ type: 'fdc3.instrument', id: { ticker } });
    }, ticker);

  const pane = amelie.getByRole('region', { name: 'Guest' });
  const strip = pane.getByRole('radiogroup', { name: 'Pages in this pane' });
  const [popup] = await Promise.all([
    amelie.context().waitForEvent('page'),
    pane.getByRole('button', { name: 'Open in a window' }).click(),
  ]);
  await expect(popup.locator('#state')).toHaveText('connected');
  await expect(strip.getByRole('radio', { name: 'Prices' })).toBeChecked();
  expect(await popup.evaluate(self)).toBe(before);
  await broadcast('IBM');
  await expect(popup.locator('#context')).toHaveText('IBM');
  await popup.evaluate(async () => {
    await (await window.guest.agent).broadcast({ type: 'fdc3.instrument', id: { ticker: 'MSFT' } });
  });
  await expect(prices.locator('#context')).toHaveText('MSFT');
  await expectAccessible(amelie);

  await strip.getByRole('radio', { name: 'Guest' }).click();
  await pane.getByRole('button', { name: 'Show it here again' }).click();
  await expect.poll(() => popup.isClosed()).toBe(true);
  await expect(guestPage(amelie).locator('#state')).toHaveText('connected');
  await broadcast('AAPL');
  await expect(guestPage(amelie).locator('#context')).toHaveText('AAPL');
  expect(prices.isDetached()).toBe(false);
  // Its opener ends, and another load begins.
  await pane.getByRole('button', { name: 'Reload' }).click();
  await expect(strip).toHaveCount(0);
  expect(prices.isDetached()).toBe(true);
  await expect(guestPage(amelie).locator('#state')).toHaveText('connected');
});

test('a person puts a page on a channel, and takes it off', async ({ demo, guest }) => {
  const amelie = await roomWithGuest(demo, guest, []);
  const frame = await guestFrame(amelie, guest);
  await expect(frame.locator('#state')).toHaveText('connected');
  await amelie.getByRole('button', { name: /Channel/ }).click();
  await amelie.getByRole('option', { name: 'Channel 3' }).click();
  const current = () =>
    frame.evaluate(async () => (await (await window.guest.agent).getCurrentChannel())?.id ?? null);
  await expect.poll(current).toBe('fdc3.channel.3');
  await amelie.getByRole('button', { name: /Channel/ }).click();
  await amelie.getByRole('option', { name: 'No channel' }).click();
  await expect.poll(current).toBeNull();
});
