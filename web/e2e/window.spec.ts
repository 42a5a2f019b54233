/** An add-in in a window of its own: the same bridge, for as long as the room has it and the person is in it. */
import type { Demo } from './demo';
import { expect, type Guest, guestPage, type Page, putOnRoom, test } from './guest';

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

test('the window closes when the add-in is disabled, and when the person leaves the room', async ({
  demo,
  guest,
}) => {
  const { amelie, popup, addin } = await popped(demo, guest);
  const { request } = (await demo.as('control')).context();
  const headers = { Origin: demo.url };
  const pools = (await (await request.get('/api/v1/pools')).json()) as { fqdn: string }[];
  const path = `/api/v1/pools/${pools[0]?.fqdn}/addins/${addin}`;
  expect((await request.patch(path, { headers, data: { disabled: true } })).ok()).toBe(true);
  await expect.poll(() => popup.isClosed()).toBe(true);
  expect((await request.patch(path, { headers, data: { disabled: false } })).ok()).toBe(true);
  await expect(guestPage(amelie).locator('#said')).toHaveText('framed Ops bridge');
  const [again] = await Promise.all([
    amelie.context().waitForEvent('page'),
    amelie.getByRole('region', { name: 'Guest' }).getByRole('button', { name: 'Open in a window' }).click(),
  ]);
  await expect(again.locator('#said')).toHaveText('opened Ops bridge');
  await amelie.getByRole('link', { name: /FX Spot/ }).click();
  await expect.poll(() => again.isClosed()).toBe(true);
});
