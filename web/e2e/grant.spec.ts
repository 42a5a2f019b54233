/** What an add-in may do: granted in the Control Panel, narrowed in room management, taken from open panes at once. */
import type { Page } from '@playwright/test';
import { expect, expectAccessible, test } from './demo';

async function openAddin(page: Page, name: string): Promise<void> {
  await page.goto('/admin/addin');
  await page.getByRole('row', { name: new RegExp(name) }).dblclick();
  await expect(page.getByRole('group', { name: 'What it may do' })).toBeVisible();
}

test('an add-in that is disabled leaves every pane within seconds, and comes back', async ({ demo }) => {
  const amelie = await demo.as('amelie');
  await amelie.goto('/');
  await amelie.getByRole('link', { name: /Equities/ }).click();
  const pane = amelie.getByRole('region', { name: 'Stock history' });
  await expect(pane).toHaveAttribute('data-phase', 'connected');

  const control = await demo.as('control');
  await openAddin(control, 'Stock history');
  await control.getByRole('checkbox', { name: /Disable this add-in/ }).check({ force: true });
  const begun = Date.now();
  await control.getByRole('button', { name: 'Commit' }).click();
  await expect(amelie.getByRole('heading', { name: 'This add-in is switched off' })).toBeVisible();
  expect(Date.now() - begun).toBeLessThan(5_000);
  await expect(amelie.locator('iframe')).toHaveCount(0);
  await expect(control.getByRole('row', { name: /Stock history/ })).toContainText('Disabled');

  await openAddin(control, 'Stock history');
  await expectAccessible(control);
  await control.getByRole('checkbox', { name: /Disable this add-in/ }).uncheck({ force: true });
  await control.getByRole('button', { name: 'Commit' }).click();
  await expect(pane).toHaveAttribute('data-phase', 'connected');
});

test('a manager takes a capability from an open pane', async ({ demo }) => {
  const amelie = await demo.as('amelie');
  await amelie.goto('/');
  await amelie.getByRole('link', { name: /Equities/ }).click();
  const page = amelie.frameLocator('iframe:not([hidden])').frameLocator('iframe');
  const post = async (text: string) => {
    await amelie.getByRole('textbox', { name: /^Message / }).fill(text);
    await amelie.keyboard.press('Enter');
    await expect(amelie.getByRole('article').filter({ hasText: text }).last()).toBeVisible();
  };
  await post('look at $IBM');
  await expect(page.getByRole('heading', { name: 'IBM' })).toBeVisible();

  const idris = await demo.as('idris');
  await idris.goto('/manage');
  await idris.getByRole('row', { name: /Equities/ }).dblclick();
  const may = idris.getByRole('group', { name: 'What the add-in may do here' });
  await expect(may).toBeVisible();
  await expectAccessible(idris);
  await may.getByRole('checkbox', { name: /Know what it is about/ }).uncheck({ force: true });
  await idris.getByRole('button', { name: 'Commit' }).click();
  await expect(idris.getByRole('row', { name: /Equities/ })).toBeVisible();

  await post('and $GOOG');
  await post('and the rest');
  await expect(page.getByRole('heading', { name: 'IBM' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'GOOG' })).toHaveCount(0);
});
