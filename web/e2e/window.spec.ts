/** An add-in in a window of its own: the same bridge, for as long as the room has it and the person is a member, wherever they are. */
import type { Demo } from './demo';
import { expect, type Guest, guestPage, type Page, putOnRoom, roomId, test } from './guest';

const PAGE = `
const room = await connect();
const heard = [opener === null ? 'framed' : 'opened'];
const note = (text) => { heard.push(text); say(heard.join(' ')); };
room.on('messagesReceived', ({ messages }) => { for (const { text } of messages) note(text); });
note(room.room.name);
const attempt = (name, run) => { try { run(); note(name + ':done'); } catch { note(name + ':threw'); } };
window.harm = () => { attempt('read', () => opener.document.title); attempt('top', () => { opener.top.location = location.origin + '/elsewhere'; }); attempt('opener', () => { opener.location = location.origin + '/elsewhere'; }); };
`;

async function popped(demo: Demo, guest: Guest): Promise<{ amelie: Page; popup: Page; addin: string }> {
  guest.page('/popped', PAGE);
  const addin = await putOnRoom(demo, 'Ops bridge', 'Guest', `${guest.origin}/popped`);
  const amelie = await demo.as('amelie');
  await amelie.goto('/');
  await amelie.getByRole('link', { name: /Ops bridge/ }).click();
  await expect(guestPage(amelie).locator('#said')).toHaveText('framed Ops bridge');
  const pane = amelie.getByRole('region', { name: 'Guest' });
  const [popup] = await Promise.all([
    amelie.context().waitForEvent('page'),
    pane.getByRole('button', { name: 'Open in a window' }).click(),
  ]);
  await expect(popup.locator('#said')).toHaveText('opened Ops bridge');
  await expect(pane.getByRole('heading', { name: 'Shown in a window of its own' })).toBeVisible();
  return { amelie, popup, addin };
}

async function post(amelie: Page, text: string): Promise<void> {
  await amelie.getByRole('textbox', { name: /^Message / }).fill(text);
  await amelie.getByRole('textbox', { name: /^Message / }).press('Enter');
  await expect(amelie.locator('article[data-seq]').filter({ hasText: text })).toHaveCount(1);
}

test('a page in a window of its own speaks with the room, harms nothing, and comes back', async ({
  demo,
  guest,
}) => {
  const { amelie, popup } = await popped(demo, guest);
  await post(amelie, 'first');
  await expect(popup.locator('#said')).toHaveText('opened Ops bridge first');
  const before = amelie.url();
  await popup.evaluate(() => (window as unknown as { harm: () => void }).harm());
  await expect(popup.locator('#said')).toContainText('read:threw');
  await post(amelie, 'second');
  expect(amelie.url()).toBe(before);
  await amelie.getByRole('button', { name: 'Show it here again' }).click();
  await expect.poll(() => popup.isClosed()).toBe(true);
  await expect(guestPage(amelie).locator('#said')).toContainText('framed Ops bridge');
  await post(amelie, 'third');
  await expect(guestPage(amelie).locator('#said')).toContainText('third');
});

/** Changes something as an administrator. */
async function change(demo: Demo, path: string, data: object): Promise<void> {
  const { request } = (await demo.as('control')).context();
  const answer = await request.patch(`/api/v1${path}`, { headers: { Origin: demo.url }, data });
  expect(answer.ok(), await answer.text()).toBe(true);
}

async function openAgain(amelie: Page): Promise<Page> {
  await expect(guestPage(amelie).locator('#said')).toContainText('framed Ops bridge');
  const [popup] = await Promise.all([
    amelie.context().waitForEvent('page'),
    amelie.getByRole('region', { name: 'Guest' }).getByRole('button', { name: 'Open in a window' }).click(),
  ]);
  await expect(popup.locator('#said')).toHaveText('opened Ops bridge');
  return popup;
}

test('the window stays with its room while the person is in another one, and where there is no room', async ({
  demo,
  guest,
}) => {
  const { amelie, popup } = await popped(demo, guest);
  const posted = async (text: string) => {
    const idris = (await demo.as('idris')).context().request;
    const data = { nonce: crypto.randomUUID(), text };
    const path = `/api/v1/rooms/${await roomId(demo, 'Ops bridge')}/messages`;
    const answer = await idris.post(path, { headers: { Origin: demo.url }, data });
    expect(answer.ok(), await answer.text()).toBe(true);
  };
  await amelie.getByRole('link', { name: /FX Spot/ }).click();
  await expect(amelie.getByRole('textbox', { name: 'Message FX Spot' })).toBeVisible();
  await posted('meanwhile');
  await expect(popup.locator('#said')).toHaveText('opened Ops bridge meanwhile');
  await amelie
    .getByRole('button', { name: /Amelie/ })
    .first()
    .click();
  await amelie.getByRole('menuitem', { name: 'Manage rooms' }).click();
  await expect(amelie).toHaveURL(/\/manage/);
  await expect(amelie.getByRole('heading', { level: 1 })).toBeVisible();
  await posted('elsewhere');
  await expect(popup.locator('#said')).toHaveText('opened Ops bridge meanwhile elsewhere');
  await amelie.goBack();
  await amelie.getByRole('link', { name: /Ops bridge/ }).click();
  const pane = amelie.getByRole('region', { name: 'Guest' });
  await expect(pane.getByRole('heading', { name: 'Shown in a window of its own' })).toBeVisible();
  await pane.getByRole('button', { name: 'Show it here again' }).click();
  await expect.poll(() => popup.isClosed()).toBe(true);
  await expect(guestPage(amelie).locator('#said')).toContainText('framed Ops bridge');
});

test('the window closes when the add-in is disabled, when the person closes it or is no member any more, and at sign-out', async ({
  demo,
  guest,
}) => {
  const { amelie, popup, addin } = await popped(demo, guest);
  const room = await roomId(demo, 'Ops bridge');
  const { request } = (await demo.as('control')).context();
  const { pool } = (await (await request.get(`/api/v1/rooms/${room}`)).json()) as { pool: string };
  // From another room, so that it is not the pane that closes it.
  await amelie.getByRole('link', { name: /FX Spot/ }).click();
  await change(demo, `/pools/${pool}/addins/${addin}`, { disabled: true });
  await expect.poll(() => popup.isClosed(), { timeout: 5_000 }).toBe(true);
  await change(demo, `/pools/${pool}/addins/${addin}`, { disabled: false });

  await amelie.getByRole('link', { name: /Ops bridge/ }).click();
  const second = await openAgain(amelie);
  await second.close();
  await expect(guestPage(amelie).locator('#said')).toContainText('framed Ops bridge');

  const third = await openAgain(amelie);
  await amelie.getByRole('link', { name: /FX Spot/ }).click();
  const detail = await (await request.get(`/api/v1/rooms/${room}/detail`)).json();
  const { members } = detail as { members: { id: string; display_name: string }[] };
  const all = members.map(({ id }) => id);
  const others = members.filter(({ display_name }) => !display_name.startsWith('Amelie'));
  await change(demo, `/rooms/${room}`, { privacy: 'closed', members: others.map(({ id }) => id) });
  await expect.poll(() => third.isClosed(), { timeout: 5_000 }).toBe(true);

  await change(demo, `/rooms/${room}`, { privacy: 'open', members: all });
  await amelie.goto(`/room/${room}`);
  const fourth = await openAgain(amelie);
  await amelie.getByRole('link', { name: /FX Spot/ }).click();
  await amelie
    .getByRole('button', { name: /Amelie/ })
    .first()
    .click();
  await amelie.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect.poll(() => fourth.isClosed()).toBe(true);
});
