/** Where an add-in's own server is told what is posted: set, seen to fare, told again, in the Control Panel. */
import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { expectAccessible } from './demo';
import { expect, putOnRoom, test } from './guest';

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
}

test('an administrator sets a webhook, hands over its secret, sees how it fares, and has it told again', async ({
  demo,
  guest,
}) => {
  let status = 204;
  const told: { headers: IncomingMessage['headers']; body: string }[] = [];
  guest.page('/page', 'connect();');
  guest.answer('/events', async (request, response) => {
    told.push({ headers: request.headers, body: await bodyOf(request) });
    response.writeHead(status).end();
  });
  const seqs = () => told.map(({ body }) => (JSON.parse(body) as { data: { seq: number } }).data.seq);
  await putOnRoom(demo, 'FX Spot', 'Bot', `${guest.origin}/page`);

  const control = await demo.as('control');
  await control.goto('/admin/addin');
  await control.getByRole('row', { name: 'Bot' }).dblclick();
  const panel = control.getByRole('region', { name: 'Webhook' });
  await panel.getByRole('textbox', { name: 'Address of the receiver' }).fill('ftp://nowhere');
  await panel.getByRole('button', { name: 'Set' }).click();
  await expect(control.getByText('Only absolute addresses that start with http://')).toBeVisible();
  await panel.getByRole('textbox', { name: 'Address of the receiver' }).fill(`${guest.origin}/events`);
  await panel.getByRole('button', { name: 'Set' }).click();
  const secret = (await panel.getByText(/^whsec_/).textContent()) ?? '';
  await expect(panel.getByText('Nothing told yet')).toBeVisible();
  await expectAccessible(control);

  // What is posted is told, signed by that secret.
  const amelie = await demo.as('amelie');
  await amelie.goto('/');
  await amelie.getByRole('link', { name: /FX Spot/ }).click();
  const say = async (text: string) => {
    await amelie.getByRole('textbox', { name: /Message/ }).fill(text);
    await amelie.keyboard.press('Enter');
  };
  await say('$MSFT is moving');
  await expect.poll(() => told.length).toBe(1);
  const [first] = told;
  expect(first?.body).toContain('$MSFT is moving');
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const signed = `${first?.headers['webhook-id']}.${first?.headers['webhook-timestamp']}.${first?.body}`;
  const signature = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
  expect(first?.headers['webhook-signature']).toBe(signature);
  await expect(panel.getByText('Told', { exact: true })).toBeVisible();
  await panel.getByRole('button', { name: 'Hide' }).click();
  await expect(panel.getByText(/^whsec_/)).toHaveCount(0);

  // The receiver is away, and says so.
  status = 503;
  await say('and away');
  await expect(panel.getByText('Away', { exact: true })).toBeVisible();
  await expect(panel).toContainText('The receiver says that it is busy or away.');
  await expect(panel).toContainText('(status 503)');
  await expect(panel).toContainText('1 message waits.');
  await expectAccessible(control);
  status = 204;

  // Everything from the first of them on, once more.
  await expect(panel.getByText('Told', { exact: true })).toBeVisible();
  const [place = 0] = seqs();
  const before = told.length;
  await panel.getByText('Tell again').first().click();
  await panel.getByRole('textbox', { name: 'From message number' }).fill(`${place}`);
  await panel.getByRole('button', { name: 'Tell again' }).click();
  await expect.poll(() => seqs().slice(before)).toEqual([place, place + 1]);

  // The form beside it is still whole, and a new secret is another one.
  await control.getByRole('textbox', { name: 'Name' }).fill('Robot');
  await panel.getByRole('button', { name: 'New secret' }).click();
  await control.getByRole('button', { name: 'Make it' }).click();
  await expect(panel.getByText(/^whsec_/)).not.toHaveText(secret);
  await expect(panel).toContainText('The secret before signs too until');
  await control.getByRole('button', { name: 'Commit' }).click();
  await control.getByRole('row', { name: 'Robot' }).dblclick();
  await panel.getByRole('button', { name: 'Remove' }).click();
  await control.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
  await expect(panel.getByRole('button', { name: 'Set' })).toBeVisible();
});

test('what was given up is listed with its reason, in French too', async ({ demo, guest }) => {
  guest.page('/page', 'connect();');
  guest.answer('/events', (_, response) => void response.writeHead(204).end());
  const addin = await putOnRoom(demo, 'FX Spot', 'Bot', `${guest.origin}/page`);
  const control = await demo.as('control', { locale: 'fr-FR' });
  await control.goto(`/admin/addin/${addin}`);
  const panel = control.getByRole('region', { name: 'Webhook' });
  // Twelve attempts take a quarter of an hour: the server's answer is completed here.
  const asked: string[] = [];
  const letter = {
    room: '01931a2b-0000-7000-8000-000000000001',
    room_name: 'FX Spot',
    seq: 1207,
    attempts: 12,
    failure: { at: '2026-01-05T09:00:00Z', code: 'Refused', status: 400, detail: 'It refused the event.' },
  };
  await control.route('**/webhook', async (route) => {
    const answer = await route.fetch();
    if (!answer.ok()) return route.fulfill({ response: answer });
    const json = { ...(await answer.json()), dead_letters: asked.length === 0 ? [letter] : [] };
    await route.fulfill({ response: answer, json });
  });
  await control.route('**/dead-letters/**', async (route) => {
    asked.push(`${route.request().method()} ${new URL(route.request().url()).pathname.split('/').at(-1)}`);
    await route.fulfill({ status: 204 });
  });
  await panel.getByRole('textbox', { name: 'Adresse du destinataire' }).fill(`${guest.origin}/events`);
  await panel.getByRole('button', { name: 'Définir' }).click();
  const letters = panel.getByRole('list', { name: '1 événement abandonné' });
  await expect(letters).toContainText('FX Spot, message 1 207');
  await expect(letters).toContainText('Le destinataire a refusé l’événement.');
  await expect(letters).toContainText('(statut 400)');
  await expectAccessible(control);
  await letters.getByRole('button', { name: /^Oublier/ }).click();
  await expect(letters).toHaveCount(0);
  expect(asked).toEqual(['DELETE 1207']);
});
