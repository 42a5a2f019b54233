/** Whether an add-in's page is shown: seen by whoever registers it, and by whoever chooses it for a room. */
import { expectAccessible } from './demo';
import { expect, type Page, test } from './guest';

async function register(control: Page, name: string, url: string): Promise<void> {
  await control.goto('/admin/addin/new');
  await control.getByRole('textbox', { name: 'Name' }).fill(name);
  await control.getByRole('textbox', { name: 'URL' }).fill(url);
  await control.getByRole('button', { name: 'Commit' }).click();
  await expect(control.getByRole('row', { name })).toBeVisible();
}

test('a page that refuses to be framed is named with the header to change, where it is registered and where it is chosen', async ({
  demo,
  guest,
}) => {
  let framable = false;
  guest.page('/well', 'connect();');
  guest.answer('/refusing', (_, response) => {
    if (!framable) response.setHeader('X-Frame-Options', 'DENY');
    response.setHeader('Content-Type', 'text/html').end('<!doctype html><h1>Prices</h1>');
  });
  const control = await demo.as('control');
  await register(control, 'Prices', `${guest.origin}/well`);
  await register(control, 'Archive', `${guest.origin}/refusing`);

  // Nobody asked for it: both were looked at because they were registered.
  const diagnosis = `Remove the header X-Frame-Options: DENY, or send Content-Security-Policy: frame-ancestors ${demo.url}`;
  const archive = control.getByRole('row', { name: 'Archive' });
  await expect(archive).toContainText(`Not shown${diagnosis}`);
  await expect(
    control.getByRole('row', { name: 'Prices' }).getByText('Shown', { exact: true }),
  ).toBeVisible();
  await expectAccessible(control);

  // Its manager-to-be is warned.
  const idris = await demo.as('idris');
  await idris.goto('/manage');
  await idris.getByRole('row', { name: /FX Spot/ }).dblclick();
  await idris
    .getByRole('button', { name: /^Add-in|None/ })
    .last()
    .click();
  await expect(idris.getByRole('option', { name: 'Prices Shown' })).toBeVisible();
  await idris.getByRole('option', { name: 'Archive Not shown' }).click();
  await expect(idris.getByText(`Its page is not shown today. To tell its owner: ${diagnosis}`)).toBeVisible();
  await expectAccessible(idris);

  // The header is changed, and somebody wants to know at once.
  framable = true;
  await archive.dblclick();
  const panel = control.getByRole('region', { name: 'Its page in the pane' });
  await expect(panel).toContainText(diagnosis);
  await panel.getByText('What its server answered').click();
  await expect(panel.getByText('DENY', { exact: true })).toBeVisible();
  await expectAccessible(control);
  // Not twice within five seconds: whoever is faster than that is told so, and asks again.
  await expect(async () => {
    await panel.getByRole('button', { name: 'Check now' }).click();
    await expect(panel).toContainText('Browsers show this page in the pane.', { timeout: 2_000 });
  }).toPass();
  await expect(panel.getByText('Shown', { exact: true })).toBeVisible();
  await expect(idris.getByText('Its page is not shown today.')).toHaveCount(0);
});
