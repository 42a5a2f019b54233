/** The conversation: live, kept, refused with the author's text in its place, long. */
import { expect, expectAccessible, test } from './demo';

test('a message reaches others at once and is there after a reload', async ({ demo }) => {
  const amelie = await demo.as('amelie');
  const jo = await demo.as('jo');
  for (const page of [amelie, jo]) {
    await page.goto('/');
    await page.getByRole('link', { name: /Equities/ }).click();
  }
  await jo.getByRole('textbox', { name: /^Message / }).fill('the close is at half past');
  await jo.keyboard.press('Enter');
  const row = amelie.getByRole('article').filter({ hasText: 'the close is at half past' });
  await expect(row).toHaveCount(1);
  await expect(row).toBeInViewport();
  await amelie.reload();
  await expect(row).toHaveCount(1);
  await expect(jo.getByText('2 here')).toBeVisible();
});

test('who is in a room is listed there, as people come and go', async ({ demo }) => {
  const amelie = await demo.as('amelie');
  await amelie.goto('/');
  await amelie.getByRole('link', { name: /Equities/ }).click();
  await amelie.getByRole('button', { name: /^Who is here/ }).click();
  const list = amelie.getByRole('list', { name: 'Participants' });
  await expect(list.getByRole('listitem')).toHaveText([/Amelie/]);
  const jo = await demo.as('jo');
  await jo.goto('/');
  await expect(list.getByRole('listitem')).toHaveText([/Amelie/, /Jo/]);
  await amelie.getByRole('link', { name: /Ops bridge/ }).click();
  await amelie.getByRole('link', { name: /Equities/ }).click();
  await expect(list.getByRole('listitem')).toHaveText([/Amelie/, /Jo/]);
  await jo.close();
  await expect(list.getByRole('listitem')).toHaveText([/Amelie/]);
});

test('unread messages are counted until the room is opened', async ({ demo }) => {
  const amelie = await demo.as('amelie');
  await amelie.goto('/');
  await amelie.getByRole('link', { name: /Equities/ }).click();
  const bridge = amelie.getByRole('link', { name: /Ops bridge/ });
  await expect(bridge).toContainText('16');
  await bridge.click();
  await expect(bridge).not.toContainText('16');
  await amelie.getByRole('link', { name: /Equities/ }).click();
  const idris = await demo.as('idris');
  await idris.goto('/');
  await idris.getByRole('link', { name: /Ops bridge/ }).click();
  await idris.getByRole('textbox', { name: /^Message / }).fill('doors are open');
  await idris.keyboard.press('Enter');
  await expect(bridge).toContainText('1');
});

test('what is being written stays when the right to post ends', async ({ demo }) => {
  const amelie = await demo.as('amelie');
  await amelie.goto('/');
  await amelie.getByRole('link', { name: /Settlements/ }).click();
  const composer = amelie.getByRole('textbox', { name: /^Message / });
  await composer.fill('is anybody there');
  const control = await demo.as('control');
  const rooms = await control.context().request.get('/api/v1/rooms?relation=all&name=Settlements');
  const [room] = (await rooms.json()) as { id: string }[];
  // The room becomes an auditorium while the message is being written: only presenters may post there.
  const changed = await control.context().request.patch(`/api/v1/rooms/${room?.id}`, {
    data: { type: 'auditorium', presenters: [] },
    headers: { Origin: demo.url },
  });
  expect(changed.ok()).toBe(true);
  const note = amelie.getByRole('note');
  await expect(note).toContainText('Only presenters post in this auditorium.');
  await expect(note).toContainText('is anybody there');
  await control.context().request.patch(`/api/v1/rooms/${room?.id}`, {
    data: { type: 'normal' },
    headers: { Origin: demo.url },
  });
  await expect(composer).toHaveValue('is anybody there');
});

test('a message that the server refuses comes back into the composer with the reason', async ({ demo }) => {
  const amelie = await demo.as('amelie');
  // The server answers the post as it answers one that came just after the author's right to post ended.
  await amelie.routeWebSocket('**/api/v1/live', (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((text) => {
      const frame = JSON.parse(String(text)) as { type: string; id: number; room: string };
      if (frame.type !== 'post') return server.send(text);
      const detail = 'Only presenters may post in this auditorium.';
      socket.send(
        JSON.stringify({ type: 'error', id: frame.id, room: frame.room, code: 'ErrorPermission', detail }),
      );
    });
  });
  await amelie.goto('/');
  await amelie.getByRole('link', { name: /Settlements/ }).click();
  const composer = amelie.getByRole('textbox', { name: /^Message / });
  await composer.fill('is anybody there');
  await composer.press('Enter');
  await expect(composer).toHaveValue('is anybody there');
  await expect(amelie.getByRole('form')).toContainText(/may/);
});

test('who is denied by the category does not find its rooms', async ({ demo }) => {
  const sofia = await demo.as('sofia');
  await sofia.goto('/');
  await sofia.getByRole('button', { name: 'Find rooms and messages' }).click();
  await sofia.getByRole('dialog').getByRole('searchbox').fill('e');
  await expect(sofia.getByText('Research notes').first()).toBeVisible();
  await expect(sofia.getByText('Equities')).toHaveCount(0);
  await expectAccessible(sofia);
});
