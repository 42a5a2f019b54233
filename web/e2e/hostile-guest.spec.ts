/**
 * Guests that mean harm: nothing changes for the person, and each attempt is refused and logged. What the browser itself
 * keeps a frame from (to navigate the chat, to download, to open windows or dialogs) it tells its console and no script: there each attempt stands, and the server's log has none.
 */
import type { Demo } from './demo';
import { expect, type Guest, guestPage, type Page, putOnRoom, test } from './guest';

const ROOM = 'Ops bridge';

async function opened(demo: Demo, guest: Guest, path: string): Promise<Page> {
  await putOnRoom(demo, ROOM, 'Guest', `${guest.origin}${path}`);
  const amelie = await demo.as('amelie');
  await amelie.goto('/');
  await amelie.getByRole('link', { name: /Ops bridge/ }).click();
  return amelie;
}

/** The person is where they were, and can still write. */
async function expectUnharmed(page: Page, demo: Demo, words: string): Promise<void> {
  expect(new URL(page.url()).origin).toBe(new URL(demo.url).origin);
  await page.getByRole('textbox', { name: /^Message / }).fill(words);
  await page.getByRole('textbox', { name: /^Message / }).press('Enter');
  await expect(page.locator('article[data-seq]').filter({ hasText: words })).toHaveCount(1);
}

/** The server's log says what the page was refused, by code; it does so within seconds. */
async function expectLogged(demo: Demo, ...codes: string[]): Promise<void> {
  for (const code of codes) {
    await expect
      .poll(() => demo.log(), { timeout: 20_000 })
      .toMatch(new RegExp(`an add-in's page was refused .*refused="[^"]*${code}=\\d`));
  }
}

/** `raw(data)` puts something on the port by hand; `answers` are the codes that came back. */
const PORT = `
const channel = await new Promise((resolve) => {
  addEventListener('message', (event) => { if (event.data?.perch === 'welcome') resolve(event.ports[0]); });
  parent.postMessage({ perch: 'hello', protocols: ['perch/1'], sdk: 'x', wants: [] }, '*');
});
const answers = [];
channel.onmessage = ({ data }) => { const frame = JSON.parse(data); answers.push(frame.error?.data?.code ?? 'ok'); say(answers.join(' ')); };
const raw = (data) => channel.postMessage(data);
const ask = (id, method, params) => raw(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
`;

test('frames that are oversized, deep, polluting or forged are refused one by one', async ({
  demo,
  guest,
}) => {
  guest.page(
    '/frames',
    `${PORT}
    raw({ jsonrpc: '2.0', id: '1', method: 'room.get' });
    raw('"' + 'x'.repeat(70000) + '"');
    raw('['.repeat(5000) + ']'.repeat(5000));
    raw('{"jsonrpc":"2.0","id":"1","method":"room.get","params":{"__proto__":{"polluted":1}}}');
    ask('2', 'constructor', {});
    ask('3', 'messages.send', { text: 'forged', room: 'another', author: 'control' });
    ask('4', 'filter.answer', { id: 'made-up', action: 'passed' });
    ask('5', 'storage.set', { key: 'k', value: 1, version: 0 });
    ask('6', 'room.get', {});`,
  );
  const amelie = await opened(demo, guest, '/frames');
  const said = guestPage(amelie).locator('#said');
  await expect(said).toContainText('ok');
  const codes = ((await said.textContent()) ?? '').split(' ');
  expect(codes.toSorted()).toEqual(
    [
      ...Array.from({ length: 4 }, () => 'InvalidArgument'),
      'MsgNotSupported',
      'InvalidArgument',
      'InvalidFlowOfOperations',
      'ActionNotGranted',
      'ok',
    ].toSorted(),
  );
  expect(await amelie.evaluate(() => ({}) as { polluted?: unknown })).toEqual({});
  await expectUnharmed(amelie, demo, 'after the frames');
  await expectLogged(
    demo,
    'InvalidArgument',
    'MsgNotSupported',
    'InvalidFlowOfOperations',
    'ActionNotGranted',
  );
});

/** The same by hand in FDC3: `ask(type, payload)`; `answers` are the errors that came back. */
const FDC3_PORT = `
const meta = { connectionAttemptUuid: 'by-hand', timestamp: new Date() };
const channel = await new Promise((resolve) => {
  addEventListener('message', (event) => { if (event.data?.type === 'WCP3Handshake') resolve(event.ports[0]); });
  parent.postMessage({ type: 'WCP1Hello', meta, payload: { identityUrl: location.href, actualUrl: location.href, fdc3Version: '2.2' } }, '*');
});
const answers = [];
channel.onmessage = ({ data }) => {
  if (!/Response$/.test(data.type)) return;
  answers.push(data.payload.error ?? data.type); say(answers.join(' '));
};
const raw = (data) => channel.postMessage(data);
const identify = (url) => raw({ type: 'WCP4ValidateAppIdentity', meta, payload: { identityUrl: url, actualUrl: url } });
let asked = 0;
const ask = (type, payload, more) => raw({ type, meta: { requestUuid: String(asked += 1), ...more }, payload });`;

test('an FDC3 page that forges, floods with nonsense or pollutes is refused one by one', async ({
  demo,
  guest,
}) => {
  guest.page(
    '/fdc3',
    `${FDC3_PORT}
    const deep = {}; for (let at = deep, n = 0; n < 500; n += 1) at = at.deeper = {};
    ask('getInfoRequest', {});
    identify(location.href);
    ask('constructor', {});
    ask('toStringRequest', {});
    ask('broadcastRequest', { channelId: 'fdc3.channel.1', context: { type: 'x', deep } });
    ask('broadcastRequest', { channelId: 'fdc3.channel.1', context: { type: 'x', text: 'x'.repeat(70000) } });
    ask('broadcastRequest', JSON.parse('{"channelId":"fdc3.channel.1","context":{"type":7,"__proto__":{"polluted":1}}}'));
    ask('intentResultRequest', { intentEventUuid: 'made-up', intentResult: {} }, { source: { appId: 'perch', instanceId: 'forged' } });
    ask('contextListenerUnsubscribeRequest', { listenerUUID: 'somebody-elses' });
    raw('nonsense');
    ask('getCurrentChannelRequest', {});`,
  );
  guest.page('/fdc3-elsewhere', `${FDC3_PORT} identify('https://elsewhere.example/');`);
  const amelie = await opened(demo, guest, '/fdc3');
  const said = guestPage(amelie).locator('#said');
  await expect(said).toContainText('WCP5ValidateAppIdentityResponse');
  await expect(said).toContainText('getCurrentChannelResponse');
  const answered = new Set((await said.textContent())?.split(' '));
  const right = ['WCP5ValidateAppIdentityResponse', 'getCurrentChannelResponse'];
  expect([...answered].toSorted()).toEqual([...right, 'AccessDenied', 'MalformedMessage'].toSorted());
  expect(await amelie.evaluate(() => ({}) as { polluted?: unknown })).toEqual({});
  await expectUnharmed(amelie, demo, 'after the messages');
  await expectLogged(demo, 'InvalidArgument', 'MsgNotSupported', 'ActionNotGranted');
  await putOnRoom(demo, ROOM, 'Elsewhere', `${guest.origin}/fdc3-elsewhere`);
  await expectLogged(demo, 'ForeignHello');
});

test('a second frame does not speak for the first', async ({ demo, guest }) => {
  guest.page(
    '/inner',
    `parent.parent.postMessage({ perch: 'hello', protocols: ['perch/1'], sdk: 'x', wants: [] }, '*');
    addEventListener('message', (event) => parent.postMessage({ inner: event.data?.perch ?? 'none' }, '*'));
    top.postMessage({ perch: 'addin-port', state: 'connected', hello: 1, wants: [] }, '*', [new MessageChannel().port1]);`,
  );
  guest.page(
    '/two',
    `let welcomes = 0;
    addEventListener('message', (event) => { if (event.data?.inner === 'welcome') say('inner was welcomed'); });
    const inner = document.createElement('iframe'); inner.src = '/inner';
    inner.onload = async () => { await connect(); welcomes += 1; if (document.getElementById('said').textContent === 'starting') say('welcomed ' + welcomes); };
    document.body.append(inner);`,
  );
  const amelie = await opened(demo, guest, '/two');
  await expect(guestPage(amelie).locator('#said')).toHaveText('welcomed 1');
  await expectUnharmed(amelie, demo, 'after the second frame');
  await expectLogged(demo, 'ForeignHello');
});

test('a page that leaves its origin is not shown, and nobody speaks for it', async ({ demo, guest }) => {
  const elsewhere = `${guest.origin.replace('127.0.0.1', 'localhost')}/elsewhere`;
  guest.page('/elsewhere', 'connect();');
  guest.page('/leave', `location.href = ${JSON.stringify(elsewhere)};`);
  const amelie = await opened(demo, guest, '/leave');
  await expectUnharmed(amelie, demo, 'after it left');
  await expectLogged(demo, 'LeftOrigin');
});

test('the chat is not navigated, downloads do not start, windows do not open, dialogs do not show', async ({
  demo,
  guest,
}) => {
  guest.answer('/file', (_, response) =>
    response.setHeader('Content-Disposition', 'attachment; filename="x.exe"').end('x'),
  );
  guest.page(
    '/escape',
    `const tried = [];
    const attempt = (name, run) => { try { tried.push(name + ':' + (run() ?? 'nothing')); } catch { tried.push(name + ':threw'); } };
    attempt('top', () => { top.location = location.origin + '/elsewhere'; });
    attempt('parent', () => { parent.location = location.origin + '/elsewhere'; });
    attempt('open', () => (open('/file') === null ? 'null' : 'opened'));
    attempt('alert', () => { alert('x'); });
    const link = Object.assign(document.createElement('a'), { href: '/file', download: 'x.exe' });
    document.body.append(link);
    attempt('download', () => link.click());
    attempt('read', () => top.document.title);
    say(tried.join(' '));`,
  );
  const amelie = await demo.as('amelie');
  const harm: string[] = [];
  amelie.on('download', () => harm.push('download'));
  amelie.on('dialog', (dialog) => {
    harm.push('dialog');
    void dialog.dismiss();
  });
  amelie.context().on('page', () => harm.push('window'));
  const told: string[] = [];
  amelie.on('console', (message) => told.push(message.text()));
  await putOnRoom(demo, ROOM, 'Guest', `${guest.origin}/escape`);
  await amelie.goto('/');
  await amelie.getByRole('link', { name: /Ops bridge/ }).click();
  const said = guestPage(amelie).locator('#said');
  await expect(said).toContainText('open:null');
  await expect(said).toContainText('read:threw');
  await expectUnharmed(amelie, demo, 'after the escape');
  expect(harm).toEqual([]);
  // Each was tried, and the sandbox is what kept it.
  for (const words of [
    /^Unsafe attempt to initiate navigation .* of the top-level window is sandboxed/,
    /^Unsafe attempt to initiate navigation .* is sandboxed, and is therefore disallowed from navigating its ancestors/,
    /^Blocked opening '.*\/file' in a new window because .* sandboxed frame/,
    /^Ignored call to 'alert\(\)'\. The document is sandboxed/,
    /^Download is disallowed\. The frame .* is sandboxed/,
  ]) {
    await expect.poll(() => told.filter((text) => words.test(text)), `${words}`).toHaveLength(1);
  }
});

test('a page that reloads before it has loaded is stopped after a minute', async ({ demo, guest }) => {
  let loads = 0;
  guest.answer('/storm', (_, response) => {
    loads += 1;
    response.setHeader('Content-Type', 'text/html').end('<!doctype html><script>location.reload()</script>');
  });
  const addin = await putOnRoom(demo, ROOM, 'Guest', `${guest.origin}/storm`);
  const amelie = await demo.as('amelie');
  await amelie.clock.install();
  const handshake = amelie.waitForRequest(/\/handshakes$/);
  await amelie.goto('/');
  await amelie.getByRole('link', { name: /Ops bridge/ }).click();
  await expect.poll(() => loads).toBeGreaterThan(3);
  await amelie.clock.fastForward(10_000);
  expect((await handshake).postDataJSON()).toMatchObject({ addin, handshake: 'silent' });
  await expectUnharmed(amelie, demo, 'in the storm');
  await expect(amelie.locator('iframe[title="Guest"]')).toBeVisible();
  await amelie.clock.fastForward(60_000);
  await expect(amelie.getByText('The add-in was disconnected')).toBeVisible();
  await expect(amelie.locator('iframe[title="Guest"]')).toHaveCount(0);
  await expectLogged(demo, 'ReloadedTooOften', 'Flooded');
  guest.page('/storm', `connect().then(() => say('mended'));`);
  await amelie.getByRole('button', { name: 'Reload' }).last().click();
  await expect(guestPage(amelie).locator('#said')).toHaveText('mended');
});

test('a page that reloads without end, or floods, costs the person nothing', async ({ demo, guest }) => {
  guest.page('/storm', `connect().then(() => location.reload());`);
  const amelie = await opened(demo, guest, '/storm');
  await expectUnharmed(amelie, demo, 'in the storm');
  await expectLogged(demo, 'ReloadedTooOften');
  // Without a word it is stopped altogether.
  guest.page('/storm', `addEventListener('load', () => setTimeout(() => location.reload()));`);
  await amelie.getByRole('button', { name: 'Reload' }).first().click();
  await expect(amelie.getByText('The add-in was disconnected')).toBeVisible();
  await expectUnharmed(amelie, demo, 'after the storm');
  guest.page('/storm', `${PORT} setInterval(() => { for (let n = 0; n < 3000; n += 1) raw('x'); }, 10);`);
  await amelie.getByRole('button', { name: 'Reload' }).first().click();
  await expect(amelie.getByText('The add-in was disconnected')).toBeVisible();
  await expectUnharmed(amelie, demo, 'after the flood');
  await expectLogged(demo, 'Flooded');
});
