/** The isolating proxy: a page that is not shown otherwise is shown, speaks with its room, and reaches what was declared only. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type Demo, expectAccessible } from './demo';
import { expect, type Guest, guestPage, putOnRoom, roomId, test } from './guest';

/** What a page tries, each by a name: what came of it stands in its text. */
const TRIES = `
  import { connect } from '/addin.js';
  const list = document.getElementById('tries');
  const put = (name, what) => { list.append(Object.assign(document.createElement('li'), { textContent: name + ': ' + what })); };
  const attempt = (name, run) => Promise.resolve().then(run).then((what) => put(name, what), () => put(name, 'refused'));
  const script = (src) => new Promise((done, failed) => {
    document.head.append(Object.assign(document.createElement('script'), { src, onload: () => done('ran'), onerror: failed }));
  });
  const image = (src) => new Promise((done, failed) => { Object.assign(new Image(), { src, onload: () => done('shown'), onerror: failed }); });
  attempt('own data', () => fetch('/data').then((answer) => answer.text()));
  attempt('declared data', () => fetch(DECLARED + '/data', { mode: 'no-cors' }).then(() => 'reached'));
  attempt('other data', () => fetch(OTHER + '/data', { mode: 'no-cors' }).then(() => 'reached'));
  attempt('other script', () => script(OTHER + '/addin.js'));
  attempt('declared image', () => image(DECLARED + '/dot.svg'));
  attempt('other image', () => image(OTHER + '/dot.svg'));
  attempt('other socket', () => new Promise((done, failed) => {
    const socket = new WebSocket(OTHER.replace('http', 'ws'));
    socket.onopen = () => done('reached');
    socket.onerror = failed;
  }));
  attempt('own socket', () => new Promise((done, failed) => {
    const socket = new WebSocket(location.origin.replace('http', 'ws') + '/live');
    socket.onopen = () => socket.send('bid');
    socket.onmessage = ({ data }) => done('heard ' + data);
    socket.onerror = failed;
  }));
  attempt('call', async () => {
    const call = new RTCPeerConnection({ iceServers: [{ urls: 'stun:' + STUN }] });
    call.createDataChannel('secret');
    await call.setLocalDescription(await call.createOffer());
    await new Promise((done) => { call.onicegatheringstatechange = () => call.iceGatheringState === 'complete' && done(); setTimeout(done, 1_000); });
    return 'tried';
  });
  attempt('worker', () => navigator.serviceWorker.register('/worker.js').then(() => 'installed'));
  attempt('window', () => (open(OTHER) === null ? 'refused' : 'opened'));
  attempt('chat', () => parent.parent.document.title);
  attempt('chat api', () => fetch(CHAT + '/api/v1/session', { credentials: 'include' }).then((answer) => 'reached ' + answer.status));
  attempt('own api', () => fetch('/api/v1/session').then((answer) => answer.status));
  document.cookie = 'perch_session=tossed; Path=/; Secure; SameSite=None; Partitioned';
  document.cookie = 'perch_session=tossed; Path=/; Domain=localhost';
  attempt('cookies', () => document.cookie);
  const room = await connect();
  const said = document.getElementById('said');
  room.on('context', ({ context }) => { said.textContent = 'context ' + context.name; });
  said.textContent = 'connected';
  document.getElementById('away').onclick = () => { location.href = OTHER + '/data'; };
`;

interface Sites {
  /** Named by the administrator. */
  declared: string;
  /** Not. */
  other: string;
}

/** The page is at the guest's own origin; the others are the same server by other names. */
function sites(guest: Guest): Sites {
  const by = (name: string) => guest.origin.replace('127.0.0.1', name);
  return { declared: by('cdn.localhost'), other: by('localhost') };
}

function serve(guest: Guest, demo: Demo, stun: string, asked: string[]): void {
  const { declared, other } = sites(guest);
  const names = Object.entries({ DECLARED: declared, OTHER: other, CHAT: demo.url, STUN: stun });
  const constants = names.map(([name, value]) => `const ${name} = ${JSON.stringify(value)};`).join('\n');
  guest.answer('/prices', (_, response) => {
    response
      .setHeader('X-Frame-Options', 'DENY')
      .setHeader('Content-Security-Policy', "frame-ancestors 'none'")
      .setHeader('Set-Cookie', 'theirs=1; Path=/; HttpOnly')
      .setHeader('Content-Type', 'text/html')
      .end(
        `<!doctype html><title>Prices</title><h1 id="said">starting</h1><button id="away">Away</button><ul id="tries"></ul><script type="module">${constants}${TRIES}</script>`,
      );
  });
  guest.answer('/data', ({ headers }, response) => {
    asked.push(`${headers.host} ${headers.cookie ?? ''} ${headers.referer ?? ''} ${headers.origin ?? ''}`);
    response.end('from its own server');
  });
  guest.answer('/dot.svg', (_, response) => {
    response
      .setHeader('Content-Type', 'image/svg+xml')
      .end('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>');
  });
  guest.answer('/worker.js', (_, response) =>
    response.setHeader('Content-Type', 'text/javascript').end('onfetch = () => {};'),
  );
}

test('a page that refuses frames is shown once it is isolated, and reaches what was declared alone', async ({
  demo,
  guest,
}) => {
  const asked: string[] = [];
  const packets: Buffer[] = [];
  const stun = createSocket('udp4', (packet) => packets.push(packet)).bind(0, '127.0.0.1');
  await once(stun, 'listening');
  serve(guest, demo, `127.0.0.1:${stun.address().port}`, asked);
  const { declared } = sites(guest);

  const control = await demo.as('control');
  await control.goto('/admin/addin/new');
  await control.getByRole('textbox', { name: 'Name' }).fill('Prices');
  await control.getByRole('textbox', { name: 'URL' }).fill(`${guest.origin}/prices`);
  await control.getByRole('checkbox', { name: /^Isolate its page/ }).check({ force: true });
  await control.getByRole('textbox', { name: 'Hosts that the page may reach, too' }).fill(declared);
  await expectAccessible(control);
  await control.getByRole('button', { name: 'Commit' }).click();
  await expect(control.getByRole('row', { name: 'Prices' })).toBeVisible();
  await expect(
    control.getByRole('row', { name: 'Prices' }).getByText('Shown', { exact: true }),
  ).toBeVisible();

  const { request } = control.context();
  const headers = { Origin: demo.url };
  const path = '/api/v1/pools/pchat01.contoso.example/addins';
  const addins = (await (await request.get(path)).json()) as { id: string; name: string }[];
  const prices = addins.find(({ name }) => name === 'Prices')?.id ?? '';
  const room = await roomId(demo, 'FX Spot');
  const put = await request.patch(`/api/v1/rooms/${room}`, { headers, data: { addin: prices } });
  expect(put.ok(), await put.text()).toBe(true);

  const amelie = await demo.as('amelie');
  await amelie.goto(`/room/${room}`);
  const page = guestPage(amelie);
  await expect(page.getByText('connected')).toBeVisible();
  const tried = page.getByRole('listitem');
  for (const what of [
    'own data: from its own server',
    'declared data: reached',
    'other data: refused',
    'other script: refused',
    'declared image: shown',
    'other image: refused',
    'own socket: heard bid',
    'other socket: refused',
    'call: ',
    'worker: refused',
    'window: refused',
    'chat: refused',
    'chat api: refused',
    'own api: 404',
  ]) {
    await expect(tried.filter({ hasText: what })).toContainText(what);
  }
  // However far a call got, it reached nobody; the same from a page that may is heard.
  expect(packets).toHaveLength(0);
  const elsewhere = await amelie.context().newPage();
  await elsewhere.goto(`${guest.origin}/prices`);
  await expect.poll(() => packets.length).toBeGreaterThan(0);
  await elsewhere.close();
  stun.close();
  // It sees what it set itself, and neither the chat's session nor its own pass.
  await expect(tried.filter({ hasText: 'cookies:' })).toHaveText('cookies: perch_session=tossed');
  expect((await amelie.context().request.get('/api/v1/session')).status()).toBe(200);
  // The pane says where the page comes from, and not where it is shown; a window would be no isolation.
  const pane = amelie.getByRole('region', { name: 'Prices' });
  await expect(pane.getByText(guest.origin)).toBeVisible();
  await expect(pane.getByRole('button', { name: 'Reload' })).toBeVisible();
  await expect(pane.getByRole('button', { name: 'Open in a window' })).toHaveCount(0);

  await amelie.getByRole('textbox', { name: /^Message / }).fill('look at $IBM');
  await amelie.keyboard.press('Enter');
  await expect(page.getByText(/context .*IBM/)).toBeVisible();

  // Its server sees its own cookies only, and itself as the origin.
  const own = asked.filter((line) => line.startsWith('127.0.0.1'));
  expect(own.join()).toContain('theirs=1');
  expect(own.join()).not.toMatch(/perch-addin|localhost/);
  const host = amelie.frames().map((frame) => new URL(frame.url()).hostname);
  expect(host.filter((name) => name.endsWith('.addins.localhost'))).toHaveLength(1);

  // Away to another server is nowhere.
  await page.getByRole('button', { name: 'Away' }).click();
  await expect(pane.getByRole('heading', { name: 'This page went elsewhere' })).toBeVisible();

  // Off means off, at once.
  await pane.getByRole('button', { name: 'Reload' }).last().click();
  await expect(page.getByText(/context .*IBM/)).toBeVisible();
  const off = await request.patch(`${path}/${prices}`, { headers, data: { disabled: true } });
  expect(off.ok()).toBe(true);
  await expect(pane.locator('iframe:not([hidden])')).toHaveCount(0);
  const entered = amelie.frames().filter((frame) => frame.url().includes('.addins.localhost'));
  await expect.poll(() => entered.every((frame) => frame.isDetached())).toBe(true);
});

test('an isolated page that speaks FDC3 is known by where it is shown', async ({ demo, guest }) => {
  guest.answer('/agent', (_, response) =>
    response.setHeader('Content-Type', 'text/html').end(`<!doctype html><h1 id="said">starting</h1><script>
      const put = (text) => { document.getElementById('said').textContent = text; };
      const meta = { connectionAttemptUuid: crypto.randomUUID(), timestamp: new Date() };
      addEventListener('message', ({ data, ports: [port] }) => {
        if (data.type !== 'WCP3Handshake') return;
        port.onmessage = ({ data: { type, payload } }) => put(type + ' ' + payload.appId);
        const payload = { identityUrl: location.href, actualUrl: location.href };
        port.postMessage({ type: 'WCP4ValidateAppIdentity', meta, payload });
      });
      const payload = { identityUrl: location.href, actualUrl: location.href, fdc3Version: '2.2' };
      parent.postMessage({ type: 'WCP1Hello', meta, payload }, '*');
    </script>`),
  );
  const addin = await putOnRoom(demo, 'FX Spot', 'Agent', `${guest.origin}/agent`, ['contexts']);
  const { request } = (await demo.as('control')).context();
  const path = `/api/v1/pools/pchat01.contoso.example/addins/${addin}`;
  const amelie = await demo.as('amelie');
  await amelie.goto(`/room/${await roomId(demo, 'FX Spot')}`);
  const page = guestPage(amelie);
  await expect(page.locator('#said')).toHaveText(/^WCP5ValidateAppIdentityResponse Agent@/);
  // Isolated while it is shown, it is loaded anew.
  await page.locator('#said').evaluate((said) => said.remove());
  const put = await request.patch(path, { headers: { Origin: demo.url }, data: { proxied: true } });
  expect(put.ok(), await put.text()).toBe(true);
  await expect(page.locator('#said')).toHaveText(/^WCP5ValidateAppIdentityResponse Agent@/);
  const hosts = amelie.frames().map((frame) => new URL(frame.url()).hostname);
  expect(hosts.filter((name) => name.endsWith('.addins.localhost'))).toHaveLength(1);
});
