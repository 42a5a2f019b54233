/** What authors of add-ins find in the chat: the guide, examples that run, and the simulator. */
import { expect, expectAccessible, test } from './demo';
import { guestPage, putOnRoom } from './guest';

test('the guide is in the language of its reader', async ({ demo, browser }) => {
  const context = await browser.newContext({ baseURL: demo.url, locale: 'fr-FR' });
  const page = await context.newPage();
  await page.goto('/sdk');
  await expect(page.getByRole('heading', { level: 1, name: 'Compléments' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Prouver qui regarde' })).toBeVisible();
  await expectAccessible(page);
  await context.close();
});

test('the guide and the examples can be read without signing in', async ({ demo, page }) => {
  await page.goto(`${demo.url}/sdk`);
  await expect(page.getByRole('heading', { name: 'The shortest add-in' })).toBeVisible();
  await expect(page.getByRole('cell', { name: 'messages.send.silent' }).first()).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Examples' }).click();
  await expect(page.getByRole('heading', { name: 'Alert board' })).toBeVisible();
  await expectAccessible(page);
  const link = page.getByRole('link', { name: 'alert-board.html' });
  const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
  expect(download.suggestedFilename()).toBe('alert-board.html');
});

test('an author plays a room with a page of theirs, and sees what is said on the bridge', async ({
  demo,
}) => {
  const author = await demo.as('jo');
  await author.goto('/sdk/simulator');
  await expectAccessible(author);
  await author.getByRole('textbox', { name: 'Address' }).fill(`${demo.addins}/examples/stock-history.html`);
  await author.getByRole('button', { name: 'Load' }).click();
  const said = guestPage(author);
  const bridge = author.getByRole('list', { name: 'Messages of the bridge' });
  await expect(bridge).toContainText('"method":"ready"');
  await author.getByRole('button', { name: 'Post as Idris' }).click();
  await expect(said.getByRole('heading', { name: 'MSFT' })).toBeVisible();
  await expect(bridge).toContainText('"method":"context"');
  await author.getByRole('checkbox', { name: /Know what it is about/ }).uncheck({ force: true });
  await expect(bridge).toContainText('"method":"grants.changed"');
  await author.getByRole('textbox', { name: 'Message' }).fill('$IBM');
  await author.getByRole('button', { name: 'Post as Idris' }).click();
  await expect(bridge).toContainText('$IBM');
  await expect(said.getByRole('heading', { name: 'MSFT' })).toBeVisible();
});

test('the conformance page passes what is granted and is refused the rest, in a room and in the simulator', async ({
  demo,
}) => {
  await putOnRoom(demo, 'Ops bridge', 'Conformance', `${demo.addins}/examples/conformance.html`);
  const amelie = await demo.as('amelie');
  await amelie.goto('/');
  await amelie.getByRole('link', { name: /Ops bridge/ }).click();
  // Granted: room.info, contexts, messages.live, messages.filter.
  await expect(guestPage(amelie).locator('#sum')).toHaveText('6 passed, 6 refused, 0 failed');

  const author = await demo.as('jo');
  await author.goto('/sdk/simulator');
  await author.getByRole('textbox', { name: 'Address' }).fill(`${demo.addins}/examples/conformance.html`);
  await author.getByRole('button', { name: 'Load' }).click();
  await expect(guestPage(author).locator('#sum')).toHaveText('12 passed, 0 refused, 0 failed');
});

test('the topic and the alert board of the examples do what they promise', async ({ demo }) => {
  const author = await demo.as('jo');
  await author.goto('/sdk/simulator');
  const load = async (name: string) => {
    await author.getByRole('textbox', { name: 'Address' }).fill(`${demo.addins}/examples/${name}.html`);
    await author.getByRole('button', { name: 'Load' }).click();
  };
  const shown = guestPage(author);
  await load('topic-of-the-day');
  await shown.getByRole('textbox').fill('Month end');
  await shown.getByRole('button', { name: 'Save' }).click();
  await expect(shown.locator('#by')).toContainText('Amelie B.');
  await load('alert-board');
  await expect(shown.locator('#words')).toHaveText('No alerts.');
  await author.getByRole('textbox', { name: 'Message' }).fill('Feed is down');
  await author.getByRole('checkbox', { name: 'High importance' }).check({ force: true });
  await author.getByRole('button', { name: 'Post as Idris' }).click();
  await expect(shown.getByText('Feed is down')).toBeVisible();
  await shown.getByRole('button', { name: 'Take it' }).click();
  await expect(shown.locator('#words')).toHaveText('0 open, 1 taken');
  await shown.getByRole('button', { name: 'It is done' }).click();
  await expect(shown.getByText('done by Amelie B.')).toBeVisible();
});
