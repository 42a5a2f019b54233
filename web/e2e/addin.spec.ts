/** The product's main job: an add-in is registered, put on a room, and reacts to what is posted. */
import type { FrameLocator, Page } from '@playwright/test';
import { expect, expectAccessible, test } from './demo';

/** The add-in's own page: inside its sandboxed frame, inside our broker document. */
function addinPage(page: Page): FrameLocator {
  return page.frameLocator('iframe:not([hidden])').frameLocator('iframe');
}

async function post(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: /^Message / }).fill(text);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('article').filter({ hasText: text }).last()).toBeVisible();
}

test('an add-in that is registered and put on a room reacts in the panes of everybody there', async ({
  demo,
}) => {
  const amelie = await demo.as('amelie');
  await amelie.goto('/');
  await amelie.getByRole('link', { name: /FX Spot/ }).click();
  await expect(amelie.getByRole('heading', { name: 'FX Spot' })).toBeVisible();

  const control = await demo.as('control');
  await control.goto('/admin/addin');
  await control.getByRole('button', { name: 'New' }).click();
  await control.getByRole('textbox', { name: 'Name' }).fill('Prices');
  await control.getByRole('textbox', { name: 'URL' }).fill(`${demo.addins}/stock-history/?theme={theme}`);
  await control.getByRole('button', { name: 'Commit' }).click();
  await expect(control.getByRole('row', { name: 'Prices' })).toBeVisible();

  const idris = await demo.as('idris');
  await idris.goto('/manage');
  await idris.getByRole('row', { name: /FX Spot/ }).dblclick();
  await idris
    .getByRole('button', { name: /^Add-in|None/ })
    .last()
    .click();
  await idris.getByRole('option', { name: 'Prices' }).click();
  await idris.getByRole('button', { name: 'Commit' }).click();
  await expect(idris.getByRole('row', { name: 'FX Spot' }).filter({ hasText: 'Prices' })).toBeVisible();

  // Nobody reloaded: the pane is there, and reacts to what somebody else posts.
  await expect(amelie.getByText(demo.addins)).toBeVisible();
  const jo = await demo.as('jo');
  await jo.goto('/');
  await jo.getByRole('link', { name: /FX Spot/ }).click();
  await post(jo, 'what does $MSFT do');
  await expect(addinPage(amelie).getByRole('heading', { name: 'MSFT' })).toBeVisible();
  await post(jo, 'and $IBM');
  await expect(addinPage(amelie).getByRole('heading', { name: 'IBM' })).toBeVisible();

  // An old message puts its context into the pane again.
  await amelie
    .getByRole('button', { name: /\$MSFT/ })
    .last()
    .click();
  await expect(addinPage(amelie).getByRole('heading', { name: 'MSFT' })).toBeVisible();
  await expectAccessible(amelie);
});

test('an add-in that rooms use is deleted only after its consequence was shown in numbers', async ({
  demo,
}) => {
  const amelie = await demo.as('amelie');
  await amelie.goto('/');
  await amelie.getByRole('link', { name: /Equities/ }).click();
  await expect(amelie.locator('iframe:not([hidden])')).toBeVisible();

  const control = await demo.as('control');
  await control.goto('/admin/addin');
  await control
    .getByRole('row', { name: /Stock history/ })
    .getByRole('checkbox')
    .check({ force: true });
  await control.getByRole('button', { name: /^Edit/ }).click();
  await control.getByRole('menuitem', { name: 'Delete' }).click();
  const dialog = control.getByRole('alertdialog');
  await expect(dialog).toContainText('1 room uses this add-in; its pane will be empty.');
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await expect(control.getByRole('row', { name: /Stock history/ })).toHaveCount(0);
  await expect(amelie.locator('iframe')).toHaveCount(0);
});

test('a wrong URL is refused by the form, and a taken name beside its field', async ({ demo }) => {
  const control = await demo.as('control');
  await control.goto('/admin/addin');
  await control.getByRole('button', { name: 'New' }).click();
  await control.getByRole('textbox', { name: 'Name' }).fill('stock HISTORY');
  await control.getByRole('textbox', { name: 'URL' }).fill('javascript:alert(1)');
  await control.getByRole('button', { name: 'Commit' }).click();
  await expect(control.getByText('Only absolute addresses that start with').first()).toBeVisible();
  await control.getByRole('textbox', { name: 'URL' }).fill('https://intranet.contoso.example/');
  await control.getByRole('textbox', { name: /^Intents/ }).fill('{ "ViewChart": true }');
  await control.getByRole('button', { name: 'Commit' }).click();
  await expect(control.getByText('This is not the part listensFor').first()).toBeVisible();
  await control.getByRole('textbox', { name: /^Intents/ }).fill('');
  await control.getByRole('button', { name: 'Commit' }).click();
  await expect(control.getByText(/The pool has an add-in of this name already/).first()).toBeVisible();
  await expectAccessible(control);
});

test('the topic of the day belongs to the room', async ({ demo }) => {
  const amelie = await demo.as('amelie');
  await amelie.goto('/');
  await amelie.getByRole('link', { name: /Ops bridge/ }).click();
  const idris = await demo.as('idris');
  await idris.goto('/');
  await idris.getByRole('link', { name: /Ops bridge/ }).click();
  await addinPage(idris).getByRole('button').first().click();
  await addinPage(idris).getByRole('textbox', { name: 'Title' }).fill('Rebalance at 16:25');
  await addinPage(idris).getByRole('button', { name: /Save/ }).click();
  await expect(addinPage(amelie).getByText('Rebalance at 16:25')).toBeVisible();
});
