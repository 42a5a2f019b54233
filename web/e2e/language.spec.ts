/** English and French: by the browser, and by choice. */
import { expect, expectAccessible, test } from './demo';

test('a French browser gets French pages, dates and forms', async ({ demo }) => {
  const control = await demo.as('control', { locale: 'fr-FR' });
  await control.goto('/admin/addin');
  await expect(control.getByRole('heading', { name: 'Complément' })).toBeVisible();
  await control.getByRole('button', { name: 'Nouveau' }).click();
  await expect(control.getByRole('heading', { name: 'Nouveau complément' })).toBeVisible();
  await expect(control.getByRole('button', { name: 'Valider' })).toBeVisible();
  await expect(control.getByRole('button', { name: 'Annuler' })).toBeVisible();
  expect(await control.locator('html').getAttribute('lang')).toBe('fr');
  await expectAccessible(control);

  const amelie = await demo.as('amelie', { locale: 'fr-FR' });
  await amelie.goto('/');
  await amelie.getByRole('link', { name: /Equities/ }).click();
  await expect(amelie.getByText('Suivies').first()).toBeVisible();
  await expect(
    amelie.getByText(/(lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche) \d/).first(),
  ).toBeVisible();
  await expectAccessible(amelie);
});

test('the language can be changed and stays', async ({ demo }) => {
  const amelie = await demo.as('amelie');
  await amelie.goto('/');
  await amelie.getByRole('button', { name: 'Français' }).click();
  await expect(amelie.getByText('Suivies').first()).toBeVisible();
  await amelie.reload();
  await expect(amelie.getByText('Suivies').first()).toBeVisible();
});
