/** The outgoing message filter: the page in the pane passes, replaces or holds back what the person posts. */
import type { Demo } from './demo';
import { expectAccessible } from './demo';
import { expect, type Guest, guestPage, type Page, putOnRoom, roomId, test } from './guest';

const ROOM = 'Ops bridge';

/** A filter that reads its orders from the messages themselves. */
const FILTER = `
const room = await connect();
let asked = 0;
await room.enableOutgoingFilter(async ({ text, title }) => {
  asked += 1;
  say('asked ' + asked + ': ' + (title === undefined ? text : title + '/' + text));
  if (text.startsWith('slow')) await new Promise((done) => setTimeout(done, 700));
  if (text.startsWith('silent')) return new Promise(() => {});
  if (text.startsWith('reload')) { location.reload(); return new Promise(() => {}); }
  if (text.startsWith('bye')) return { action: 'replaced', text: text.replace('bye', 'buy') };
  if (text.startsWith('no')) return { action: 'canceled', reason: 'Orders above 10 need a second pair of eyes.' };
  return { action: 'passed' };
});
say('ready');
`;

async function opened(demo: Demo, guest: Guest): Promise<{ amelie: Page; idris: Page }> {
  guest.page('/filter', FILTER);
  await putOnRoom(demo, ROOM, 'Wording', `${guest.origin}/filter`);
  const idris = await demo.as('idris');
  await idris.goto('/');
  await idris.getByRole('link', { name: /Ops bridge/ }).click();
  await idris.getByRole('button', { name: 'Close the pane' }).click();
  const amelie = await demo.as('amelie');
  await amelie.goto('/');
  await amelie.getByRole('link', { name: /Ops bridge/ }).click();
  await expect(guestPage(amelie).locator('#said')).toHaveText('ready');
  return { amelie, idris };
}

function box(page: Page) {
  return page.getByRole('textbox', { name: /^Message / });
}

async function say(page: Page, text: string): Promise<void> {
  await box(page).fill(text);
  await box(page).press('Enter');
}

function row(page: Page, text: string) {
  return page.locator('article[data-seq]').filter({ hasText: text });
}

test('what it lets pass is posted, what it holds back returns with its reason', async ({ demo, guest }) => {
  const { amelie, idris } = await opened(demo, guest);
  await say(amelie, 'sell 5');
  await expect(row(idris, 'sell 5')).toHaveCount(1);
  await say(amelie, 'no 50');
  await expect(amelie.getByRole('alert')).toContainText('Wording held this message back');
  await expect(amelie.getByRole('alert')).toContainText('Orders above 10 need a second pair of eyes.');
  await expect(box(amelie)).toHaveValue('no 50');
  await expectAccessible(amelie);
  // Others are not filtered: the filter sees what its own person posts.
  await say(idris, 'no from idris');
  await expect(row(amelie, 'no from idris')).toHaveCount(1);
  await expect(guestPage(amelie).locator('#said')).toHaveText('asked 2: no 50');
});

test('what it changes is shown before and after, and posted when the person agrees', async ({
  demo,
  guest,
}) => {
  const { amelie, idris } = await opened(demo, guest);
  await say(amelie, 'bye 5');
  const change = amelie.getByRole('article').filter({ hasText: 'Wording changed your message' });
  await expect(change).toContainText('bye 5');
  await expect(change).toContainText('buy 5');
  await expectAccessible(amelie);
  await change.getByRole('button', { name: 'Post the changed text' }).press('Enter');
  await expect(row(idris, 'buy 5')).toHaveCount(1);
  await expect(change).toHaveCount(0);

  await say(amelie, 'bye 6');
  await change.getByRole('button', { name: 'Edit again' }).click();
  await expect(box(amelie)).toHaveValue('bye 6');
  await expect(change).toHaveCount(0);
  await say(amelie, 'sell 6');
  await expect(row(idris, 'sell 6')).toHaveCount(1);
  await expect(row(idris, 'buy 6')).toHaveCount(0);

  // What was typed is kept, for administrators alone.
  const id = await roomId(demo, ROOM);
  const control = (await demo.as('control')).context().request;
  const originals = await (await control.get(`/api/v1/rooms/${id}/originals`)).json();
  expect(originals).toMatchObject([{ text: 'bye 5', message: { text: 'buy 5' } }]);
  const refused = await amelie.context().request.get(`/api/v1/rooms/${id}/originals`);
  expect(refused.status()).toBe(403);
});

test('a story is filtered, title and text', async ({ demo, guest }) => {
  const { amelie, idris } = await opened(demo, guest);
  await amelie.getByRole('button', { name: /^Write a story/ }).click();
  await amelie.getByRole('textbox', { name: 'Title of the story' }).fill('Order');
  await amelie.getByRole('textbox', { name: 'Text of the story' }).fill('bye a lot');
  await amelie.keyboard.press('Enter');
  await expect(guestPage(amelie).locator('#said')).toHaveText('asked 1: Order/bye a lot');
  await amelie.getByRole('button', { name: 'Post the changed text' }).click();
  await row(idris, 'Order').getByRole('button').click();
  await expect(row(idris, 'Order')).toContainText('buy a lot');
});

test('without an answer the message is posted as it was typed, in its order, and the person is told', async ({
  demo,
  guest,
}) => {
  const { amelie, idris } = await opened(demo, guest);
  await say(amelie, 'silent first');
  await say(amelie, 'slow second');
  await say(amelie, 'third');
  await expect(guestPage(amelie).locator('#said')).toHaveText('asked 3: third');
  await expect(row(idris, 'third')).toHaveCount(1);
  const texts = await idris.locator('article[data-seq]').allInnerTexts();
  const order = ['silent first', 'slow second', 'third'].map((text) =>
    texts.findIndex((whole) => whole.includes(text)),
  );
  expect(order).toEqual(order.toSorted((a, b) => a - b));
  expect(order[0]).toBeGreaterThan(-1);
  await expect(amelie.getByText('Wording did not answer in time')).toBeVisible();
});

test('a page that reloads, a room that is left and a pane that is closed hold nothing up', async ({
  demo,
  guest,
}) => {
  const { amelie, idris } = await opened(demo, guest);
  await say(amelie, 'reload now');
  await expect(row(idris, 'reload now')).toHaveCount(1);
  await expect(guestPage(amelie).locator('#said')).toHaveText('ready');

  await say(amelie, 'silent and away');
  await amelie.getByRole('link', { name: /Equities/ }).click();
  await expect(row(idris, 'silent and away')).toHaveCount(1);

  await amelie.getByRole('link', { name: /Ops bridge/ }).click();
  await expect(guestPage(amelie).locator('#said')).toHaveText('ready');
  await amelie.getByRole('button', { name: 'Close the pane' }).click();
  await say(amelie, 'no filter any more');
  await expect(row(idris, 'no filter any more')).toHaveCount(1);
});
