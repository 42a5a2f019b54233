/**
 * What ends while a pane is open: the page hears nothing more, without anybody reloading, and is told why.
 */
import type { Demo } from './demo';
import { expect, type Guest, guestPage, type Page, putOnRoom, test } from './guest';

const ROOM = 'Ops bridge';

/** Shows what it hears, and tells its own server why it was closed. */
const LISTENER = `
const room = await connect();
const heard = [];
const note = (text) => { heard.push(text); say(heard.join(' ')); };
room.on('messagesReceived', ({ messages }) => { for (const { text } of messages) note(text); });
room.on('closed', ({ code }) => { note('closed:' + code); fetch('/closed/' + code, { keepalive: true }); });
note('listening');
`;

interface Scene {
  amelie: Page;
  addin: string;
  /** Why the page was closed, as it told its own server. */
  closed: string[];
  control: (method: 'patch' | 'get', path: string, data?: unknown) => Promise<Record<string, unknown>>;
}

async function listening(demo: Demo, guest: Guest): Promise<Scene> {
  const closed: string[] = [];
  for (const code of ['disabled', 'replaced', 'left', 'closed', 'lost']) {
    guest.answer(`/closed/${code}`, (_, response) => {
      closed.push(code);
      response.end();
    });
  }
  guest.page('/listener', LISTENER);
  const addin = await putOnRoom(demo, ROOM, 'Guest', `${guest.origin}/listener`);
  const amelie = await demo.as('amelie');
  await amelie.goto('/');
  await amelie.getByRole('link', { name: /Ops bridge/ }).click();
  await expect(guestPage(amelie).locator('#said')).toHaveText('listening');
  await post(demo, 'first');
  await expect(guestPage(amelie).locator('#said')).toHaveText('listening first');
  const { request } = (await demo.as('control')).context();
  return {
    amelie,
    addin,
    closed,
    control: async (method, path, data) => {
      const answer = await request[method](`/api/v1${path}`, { headers: { Origin: demo.url }, data });
      expect(answer.ok(), await answer.text()).toBe(true);
      return (await answer.json()) as Record<string, unknown>;
    },
  };
}

/** Idris posts; he sees it when it has been stored. */
async function post(demo: Demo, text: string): Promise<void> {
  const { request } = (await demo.as('idris')).context();
  const headers = { Origin: demo.url };
  const rooms = await request.get(`/api/v1/rooms?name=${encodeURIComponent(ROOM)}`);
  const room = ((await rooms.json()) as { id: string }[])[0];
  const data = { nonce: crypto.randomUUID(), text };
  const answer = await request.post(`/api/v1/rooms/${room?.id}/messages`, { headers, data });
  expect(answer.ok(), await answer.text()).toBe(true);
}

async function ofRoom({ control }: Scene): Promise<{ id: string; pool: string }> {
  const rooms = await control('get', `/rooms?relation=all&name=${encodeURIComponent(ROOM)}`);
  const found = (rooms as unknown as { id: string; pool: string }[])[0];
  return (await control('get', `/rooms/${found?.id}`)) as never;
}

test('a grant that is withdrawn stops events, and its return lets them come again', async ({
  demo,
  guest,
}) => {
  const scene = await listening(demo, guest);
  const { id, pool } = await ofRoom(scene);
  const said = guestPage(scene.amelie).locator('#said');
  await scene.control('patch', `/pools/${pool}/addins/${scene.addin}`, { granted: ['contexts'] });
  await post(demo, 'unheard');
  await expect(scene.amelie.locator('article').filter({ hasText: 'unheard' })).toHaveCount(1);
  const granted = ['contexts', 'messages.live'];
  await scene.control('patch', `/pools/${pool}/addins/${scene.addin}`, { granted });
  await post(demo, 'second');
  await expect(said).toHaveText('listening first second');
  await scene.control('patch', `/rooms/${id}`, { addin_withheld: ['messages.live'] });
  await post(demo, 'withheld');
  await expect(scene.amelie.locator('article').filter({ hasText: 'withheld' })).toHaveCount(1);
  await expect(said).toHaveText('listening first second');
  expect(scene.closed).toEqual([]);
});

test('an add-in that is disabled is told so, and so is one that another replaces', async ({
  demo,
  guest,
}) => {
  const scene = await listening(demo, guest);
  const { pool } = await ofRoom(scene);
  const path = `/pools/${pool}/addins/${scene.addin}`;
  await scene.control('patch', path, { disabled: true });
  await expect(scene.amelie.locator('iframe')).toHaveCount(0);
  await expect.poll(() => scene.closed).toEqual(['disabled']);
  await scene.control('patch', path, { disabled: false });
  await expect(guestPage(scene.amelie).locator('#said')).toHaveText('listening');
  guest.page('/other', `say('another page');`);
  await putOnRoom(demo, ROOM, 'Other', `${guest.origin}/other`);
  await expect(guestPage(scene.amelie).locator('#said')).toHaveText('another page');
  await expect.poll(() => scene.closed).toEqual(['disabled', 'replaced']);
});

test('an add-in whose address moves is another page, which may do nothing until that is approved', async ({
  demo,
  guest,
}) => {
  const scene = await listening(demo, guest);
  const { pool } = await ofRoom(scene);
  const path = `/pools/${pool}/addins/${scene.addin}`;
  await scene.control('patch', path, { url: `${guest.origin.replace('127.0.0.1', 'localhost')}/listener` });
  await expect.poll(() => scene.closed).toEqual(['replaced']);
  const said = guestPage(scene.amelie).locator('#said');
  await expect(said).toHaveText('listening');
  await post(demo, 'unheard');
  await expect(scene.amelie.locator('article').filter({ hasText: 'unheard' })).toHaveCount(1);
  await expect(said).toHaveText('listening');
  await scene.control('patch', path, { granted: ['messages.live'] });
  await post(demo, 'second');
  await expect(said).toContainText('second');
});

test('who loses the membership loses the pane at once', async ({ demo, guest }) => {
  const scene = await listening(demo, guest);
  const room = await ofRoom(scene);
  const lists = await scene.control('get', `/rooms/${room.id}/detail`);
  const members = (lists.members as { id: string; display_name: string }[])
    .filter(({ display_name }) => display_name.startsWith('Idris'))
    .map(({ id }) => id);
  // An open room lets everybody in whom its category lets in.
  await scene.control('patch', `/rooms/${room.id}`, { privacy: 'closed', members });
  await expect(scene.amelie.locator('iframe')).toHaveCount(0);
});
