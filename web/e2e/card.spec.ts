/** Cards: a page posts one for its person, others see it and press it into their panes, and the page updates it. */
import type { Demo } from './demo';
import { expectAccessible } from './demo';
import { expect, type Guest, guestPage, type Page, putOnRoom, roomId, test } from './guest';

const ROOM = 'Ops bridge';
const GRANTED = ['contexts', 'messages.live', 'cards.post'];

/** A board with two buttons, which says what it is told of. */
const BOARD = `
const room = await connect();
const card = (tone, state) => ({
  title: 'MSFT over its limit', summary: 'Bid above 410 for ten minutes.', tone,
  fields: [{ label: 'Bid', value: '412.30' }, { label: 'Limit', value: '410.00' }, { label: 'State', value: state }],
  footer: '<b>Alert board</b>',
  actions: [
    { label: 'Chart', context: { type: 'fdc3.instrument', name: 'MSFT', id: { ticker: 'MSFT' } } },
    { label: 'Open the ticket', url: 'https://tickets.contoso.example/7' },
  ],
});
let first;
room.on('messagesReceived', ({ messages }) => {
  for (const { seq, card, updates } of messages) if (card && !updates) first = seq;
});
room.on('context', ({ context }) => say(context.type + ' ' + context.id.ticker));
const button = (label, act) => {
  const made = document.createElement('button');
  made.textContent = label;
  made.addEventListener('click', () => act().then((seq) => say(label + ': ' + seq), ({ code }) => say(code)));
  document.body.append(made);
};
button('Warn', () => room.postCard('MSFT is over its limit of 410', card('warning', 'open')));
button('Take', () => room.updateCard(first, 'MSFT: taken by somebody', card('success', 'taken')));
button('Overdo', () => room.postCard('too much', { title: 'x'.repeat(121) }));
say('ready');
`;

async function opened(demo: Demo, guest: Guest): Promise<{ amelie: Page; idris: Page }> {
  guest.page('/board', BOARD);
  await putOnRoom(demo, ROOM, 'Alert board', `${guest.origin}/board`, GRANTED);
  const pages = [await demo.as('amelie'), await demo.as('idris')] as const;
  for (const page of pages) {
    await page.goto('/');
    await page.getByRole('link', { name: /Ops bridge/ }).click();
    await expect(guestPage(page).locator('#said')).toHaveText('ready');
  }
  return { amelie: pages[0], idris: pages[1] };
}

function card(page: Page) {
  return page.getByRole('feed').getByRole('group', { name: /MSFT over its limit/ });
}

/** The message that the card is shown in. */
function cardRow(page: Page) {
  const has = page.getByRole('group', { name: /MSFT over its limit/ });
  return page.locator('article[data-seq]').filter({ has });
}

async function press(page: Page, label: string, answer: 'Post' | 'Do not post'): Promise<void> {
  await guestPage(page).getByRole('button', { name: label }).click();
  const dialog = page.getByRole('alertdialog');
  await expect(dialog).toContainText('MSFT over its limit');
  await dialog.getByRole('button', { name: answer, exact: true }).click();
  await expect(dialog).toHaveCount(0);
}

test('a card that a page posts is pressed into the pane of somebody else, and updated there', async ({
  demo,
  guest,
}) => {
  const { amelie, idris } = await opened(demo, guest);
  await press(amelie, 'Warn', 'Do not post');
  await expect(guestPage(amelie).locator('#said')).toHaveText('ActionDeclined');
  await guestPage(amelie).getByRole('button', { name: 'Overdo' }).click();
  await amelie.getByRole('alertdialog').getByRole('button', { name: 'Post', exact: true }).click();
  await expect(guestPage(amelie).locator('#said')).toHaveText('InvalidArgument');
  await press(amelie, 'Warn', 'Post');
  await expect(guestPage(amelie).locator('#said')).toHaveText(/^Warn: \d+$/);

  const seen = card(idris);
  await expect(seen).toBeVisible();
  await expect(idris.getByRole('group', { name: 'Warning: MSFT over its limit' })).toBeVisible();
  await expect(seen.getByRole('definition').first()).toHaveText('412.30');
  // Text is text.
  await expect(seen).toContainText('<b>Alert board</b>');
  const link = seen.getByRole('link', { name: 'Open the ticket tickets.contoso.example' });
  await expect(link).toHaveAttribute('href', 'https://tickets.contoso.example/7');
  await expect(link).toHaveAttribute('rel', 'noopener noreferrer');
  await expectAccessible(idris);
  const row = cardRow(idris);
  await expect(row).toHaveAccessibleDescription('MSFT is over its limit of 410');
  await expect(row).toContainText('via Alert board');

  // By keyboard: from the row to its first action, and pressed.
  await row.focus();
  await idris.keyboard.press('Enter');
  await expect(seen.getByRole('button', { name: 'Chart: show MSFT in the pane' })).toBeFocused();
  await idris.keyboard.press('Enter');
  await expect(guestPage(idris).locator('#said')).toHaveText('fdc3.instrument MSFT');
  await expect(guestPage(amelie).locator('#said')).toHaveText(/^Warn: \d+$/);

  await press(idris, 'Take', 'Post');
  for (const page of [amelie, idris]) {
    await expect(page.getByRole('group', { name: 'Done: MSFT over its limit' })).toContainText('taken');
    await expect(card(page)).toContainText(/updated .* by Idris/);
    const version = page.locator('article[data-seq]').filter({ hasText: 'Updated a card' });
    await expect(version).toContainText('MSFT: taken by somebody');
  }
  await expectAccessible(amelie);

  // Whoever comes later sees the newest version, too, and finds it from where it was updated.
  await amelie.reload();
  await expect(card(amelie)).toHaveCount(1);
  await expect(amelie.getByRole('group', { name: 'Done: MSFT over its limit' })).toBeVisible();
  await amelie.getByRole('button', { name: 'Show the card' }).click();
  await expect(cardRow(amelie)).toBeFocused();
});

test('the sample add-in posts what it shows as a card, and only where it may', async ({ demo }) => {
  const amelie = await demo.as('amelie');
  await amelie.goto('/');
  await amelie.getByRole('link', { name: /Equities/ }).click();
  const page = guestPage(amelie);
  await amelie.getByRole('textbox', { name: /^Message / }).fill('look at $IBM');
  await amelie.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Post in the room' }).click();
  const dialog = amelie.getByRole('alertdialog');
  await expect(dialog).toContainText('Stock history');
  await dialog.getByRole('button', { name: 'Post', exact: true }).click();
  await expect(page.getByText('Posted in the room')).toBeVisible();
  const posted = amelie.getByRole('feed').getByRole('group', { name: /^IBM 125\.55 USD/ });
  await expect(posted.getByRole('definition').last()).toHaveText('Jan 2000 – Mar 2010');
  await expectAccessible(amelie);

  await amelie.getByRole('textbox', { name: /^Message / }).fill('and $MSFT');
  await amelie.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'MSFT' })).toBeVisible();
  await posted.getByRole('button', { name: /Price history/ }).click();
  await expect(page.getByRole('heading', { name: 'IBM' })).toBeVisible();

  const id = await roomId(demo, 'Equities');
  const manager = (await demo.as('idris')).context().request;
  const withheld = await manager.patch(`/api/v1/rooms/${id}`, {
    headers: { Origin: demo.url },
    data: { addin_withheld: ['cards.post'] },
  });
  expect(withheld.ok(), await withheld.text()).toBe(true);
  await expect(page.getByRole('button', { name: 'Post in the room' })).toBeHidden();
});

test('in a room without an add-in a context of a card finds other messages, in French as well', async ({
  demo,
}) => {
  const id = await roomId(demo, 'Settlements');
  const control = (await demo.as('control')).context().request;
  const headers = { Origin: demo.url };
  const taken = await control.patch(`/api/v1/rooms/${id}`, { headers, data: { addin: null } });
  expect(taken.ok(), await taken.text()).toBe(true);
  const amelie = await demo.as('amelie', { locale: 'fr' });
  const action = {
    label: 'Cours',
    context: { type: 'fdc3.instrument', name: 'MSFT', id: { ticker: 'MSFT' } },
  };
  const card = { title: 'Limite dépassée', tone: 'critical', actions: [action] };
  const data = { nonce: crypto.randomUUID(), text: 'MSFT dépasse sa limite', card };
  const posted = await amelie.context().request.post(`/api/v1/rooms/${id}/messages`, { headers, data });
  expect(posted.ok(), await posted.text()).toBe(true);
  await amelie.goto(`/room/${id}`);
  const seen = amelie.getByRole('group', { name: /^Critique\s*: Limite dépassée$/ });
  await expect(seen).toBeVisible();
  await seen.getByRole('link', { name: 'Cours' }).click();
  await expect(amelie.getByRole('searchbox')).toHaveValue('"MSFT"');
  await expect(amelie.getByRole('row', { name: /MSFT dépasse sa limite/ })).toBeVisible();
});

test('a card without its capability is refused to the page', async ({ demo, guest }) => {
  guest.page('/board', BOARD);
  await putOnRoom(demo, ROOM, 'Alert board', `${guest.origin}/board`, ['messages.send.silent']);
  const amelie = await demo.as('amelie');
  await amelie.goto('/');
  await amelie.getByRole('link', { name: /Ops bridge/ }).click();
  await expect(guestPage(amelie).locator('#said')).toHaveText('ready');
  await guestPage(amelie).getByRole('button', { name: 'Warn' }).click();
  await expect(guestPage(amelie).locator('#said')).toHaveText('ActionNotGranted');
  await expect(card(amelie)).toHaveCount(0);
});
