/** The pictures in the README, from the running program: `make screenshots`. */
import { fileURLToPath } from 'node:url';
import { test } from './demo';

function picture(name: string): string {
  return fileURLToPath(new URL(`../../docs/screenshots/${name}.png`, import.meta.url));
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`screenshots, ${colorScheme}`, async ({ demo }) => {
    const client = await demo.as('amelie', { colorScheme });
    await client.goto('/');
    await client.getByRole('link', { name: /Equities/ }).click();
    await client.getByRole('textbox', { name: /Message/ }).fill('size in $MSFT?');
    await client.keyboard.press('Enter');
    await client
      .frameLocator('iframe:not([hidden])')
      .frameLocator('iframe')
      .getByText('MSFT')
      .first()
      .waitFor();
    await client.screenshot({ path: picture(`client-${colorScheme}`) });

    const manage = await demo.as('idris', { colorScheme });
    await manage.goto('/manage');
    await manage.getByRole('row', { name: /Equities/ }).waitFor();
    await manage.screenshot({ path: picture(`manage-${colorScheme}`) });

    const admin = await demo.as('control', { colorScheme });
    await admin.goto('/admin/addin');
    await admin.getByRole('row', { name: /Stock history/ }).waitFor();
    await admin.screenshot({ path: picture(`admin-${colorScheme}`) });
  });
}
