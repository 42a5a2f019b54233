/** Every page, in both themes and on a phone, without a finding; and the main job without a mouse. */
import { expect, expectAccessible, test } from './demo';

const pages = [
  ['amelie', '/', 'Followed'],
  ['idris', '/manage', 'My Rooms'],
  ['idris', '/manage/new', 'Create a Room'],
  ['control', '/admin/addin', 'Add-in'],
  ['control', '/admin/addin/new', 'New Add-in'],
  ['control', '/admin/category', 'Category'],
  ['amelie', '/admin', 'This area is not open to you'],
  ['amelie', '/nowhere', 'There is no page here'],
] as const;

for (const colorScheme of ['light', 'dark'] as const) {
  test(`no page has a finding of the axe engine, ${colorScheme}`, async ({ demo }) => {
    for (const [person, path, words] of pages) {
      const page = await demo.as(person, { colorScheme });
      await page.goto(path);
      await expect(page.getByText(words).first()).toBeVisible();
      await expectAccessible(page);
      await page.close();
    }
  });
}

test('no page has a finding on a phone', async ({ demo }) => {
  for (const [person, path, words] of pages) {
    const page = await demo.as(person, { viewport: { width: 390, height: 844 } });
    await page.goto(path);
    await expect(page.getByText(words).first()).toBeVisible();
    await expectAccessible(page);
    await page.close();
  }
});

test('somebody without a mouse signs in, opens a room, posts and closes the pane', async ({
  demo,
  browser,
}) => {
  const context = await browser.newContext({ baseURL: demo.url });
  const page = await context.newPage();
  await page.goto('/');
  await page.getByLabel('Name or address').waitFor();
  await expectAccessible(page);
  await page.keyboard.type('amelie@contoso.example');
  await page.keyboard.press('Tab');
  await page.keyboard.type('perch-demo');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Followed').first()).toBeVisible();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('Equit');
  await expect(page.getByRole('dialog').getByText('Equities').first()).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Equities' })).toBeVisible();
  // The composer has the focus: one can write at once.
  await expect(page.getByRole('textbox', { name: /^Message / })).toBeFocused();
  await page.keyboard.type('typed without a mouse');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('article').filter({ hasText: 'typed without a mouse' })).toBeVisible();
  await context.close();
});
