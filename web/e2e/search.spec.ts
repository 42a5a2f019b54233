/** What was said is found by its words, and the place in the room's history is one key away. */
import type { Page } from '@playwright/test';
import { type Demo, expect, expectAccessible, test } from './demo';

const MESSAGES = 3_000;
const AT_ONCE = 1_000;
const WANTED = 700;

/** A long history in which one message, far above the end, has a word of its own. */
async function fillRoom(page: Page, demo: Demo): Promise<string> {
  const found = await page.request.get('/api/v1/rooms?relation=all&name=Settlements');
  const [room] = (await found.json()) as { id: string }[];
  if (!room) throw new Error('no such room');
  const start = Date.UTC(2025, 0, 1);
  for (let first = 0; first < MESSAGES; first += AT_ONCE) {
    const messages = Array.from({ length: AT_ONCE }, (_, index) => {
      const n = first + index;
      return {
        nonce: crypto.randomUUID(),
        author: `trader${n % 7}`,
        at: new Date(start + n * 60_000).toISOString(),
        text: n === WANTED ? `Résumé ${n}: the kingfisher has landed` : `message number ${n}`,
      };
    });
    const done = await page.request.post(`/api/v1/rooms/${room.id}/import`, {
      data: { messages },
      headers: { Origin: demo.url },
    });
    expect(done.ok()).toBe(true);
  }
  return room.id;
}

/** Whether anything is found yet: the index is a moment behind what was posted. */
async function indexed(page: Page, words: string): Promise<void> {
  const query = new URLSearchParams({ q: words });
  const found = async () => {
    const answer = await page.request.get(`/api/v1/search/messages?${query}`);
    return ((await answer.json()) as { found: unknown[] }).found.length;
  };
  await expect.poll(found, { timeout: 30_000 }).toBeGreaterThan(0);
}

test('a message far back is found by keyboard and shown in its place', async ({ demo }) => {
  test.slow();
  const control = await demo.as('control');
  const room = await fillRoom(control, demo);
  const amelie = await demo.as('amelie');
  await indexed(amelie, 'kingfisher');
  await amelie.goto(`/room/${room}`);
  await expect(amelie.getByText(`message number ${MESSAGES - 1}`)).toBeVisible();

  await amelie.keyboard.press('Control+k');
  await expect(amelie.getByRole('dialog').getByRole('searchbox')).toBeFocused();
  await amelie.keyboard.type('RESUME kingfisher');
  await expect(amelie.getByText('Search messages for “RESUME kingfisher”')).toBeVisible();
  await expect(amelie.getByText('No room of this name is visible to you')).toBeVisible();
  await amelie.keyboard.press('Enter');
  await expect(amelie.getByRole('main').getByRole('status')).toHaveText('1 message');
  await expect(amelie.locator('mark')).toHaveText(['Résumé', 'kingfisher']);
  await expectAccessible(amelie);

  await amelie.getByRole('searchbox').focus();
  await amelie.keyboard.press('ArrowDown');
  await amelie.keyboard.press('Enter');
  const wanted = amelie.locator('article', { hasText: 'the kingfisher has landed' });
  await expect(wanted).toBeInViewport();
  await expect(wanted).toBeFocused();
  await expect(wanted).toHaveAttribute('aria-current', 'true');
  await expect(amelie.getByText(`message number ${WANTED + 1}`, { exact: true })).toBeInViewport();
  await expectAccessible(amelie);
  await amelie.getByRole('button', { name: /latest/i }).click();
  await expect(amelie.getByText(`message number ${MESSAGES - 1}`)).toBeInViewport();

  await amelie.goBack();
  await expect(amelie.getByRole('searchbox')).toHaveValue('RESUME kingfisher');
});

test('a search in one room is widened to all, and says when there is nothing', async ({ demo }) => {
  const amelie = await demo.as('amelie');
  await amelie.goto('/');
  await amelie.getByRole('link', { name: 'Search this room' }).click();
  await expect(amelie.getByText('Find what was said')).toBeVisible();
  await amelie.getByRole('searchbox').fill('xylophone');
  await expect(amelie.getByRole('main').getByRole('status')).toHaveText('No message found');
  await amelie.getByRole('button', { name: 'Search all rooms' }).click();
  await expect(amelie.getByText('In all rooms whose history you may read.')).toBeVisible();
  await amelie.getByRole('searchbox').fill('after:soon');
  await expect(amelie.getByRole('alert')).toContainText('This cannot be searched for');
});

test('on a phone, in French, the search is a screen of its own', async ({ demo }) => {
  const amelie = await demo.as('amelie', { locale: 'fr', viewport: { width: 390, height: 844 } });
  await indexed(amelie, 'msft');
  await amelie.goto('/search?q=msft');
  await expect(amelie.getByRole('heading', { name: 'Rechercher des messages' })).toBeVisible();
  await amelie.getByRole('row').first().click();
  await expect(amelie.locator('article[aria-current=true]')).toBeInViewport();
});
