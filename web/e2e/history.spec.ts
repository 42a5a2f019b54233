/** A room with 100,000 messages is read back as smoothly as one with a hundred. */
import type { Page } from '@playwright/test';
import { type Demo, expect, test } from './demo';

const MESSAGES = 100_000;
const AT_ONCE = 1_000;
/** Six pages of 50, and those that are just arriving. */
const ROWS_MAX = 400;

async function fillRoom(page: Page, demo: Demo): Promise<string> {
  const found = await page.request.get('/api/v1/rooms?relation=all&name=Settlements');
  const [room] = (await found.json()) as { id: string }[];
  if (!room) throw new Error('no such room');
  const start = Date.UTC(2025, 0, 1);
  for (let first = 0; first < MESSAGES; first += AT_ONCE) {
    const messages = Array.from({ length: AT_ONCE }, (_, index) => ({
      nonce: crypto.randomUUID(),
      author: `trader${(first + index) % 7}`,
      at: new Date(start + (first + index) * 60_000).toISOString(),
      text: `message number ${first + index}${' and some more of it'.repeat((first + index) % 9)}`,
    }));
    const done = await page.request.post(`/api/v1/rooms/${room.id}/import`, {
      data: { messages },
      headers: { Origin: demo.url },
    });
    expect(done.ok()).toBe(true);
  }
  return room.id;
}

/** The places of the rows that are in the document, in its order. */
function places(page: Page): Promise<number[]> {
  return page
    .locator('[data-seq]')
    .evaluateAll((rows) => rows.map((row) => Number(row.getAttribute('data-seq'))));
}

/** The place of the topmost row that can be seen. */
async function firstShown(page: Page): Promise<number> {
  return page.locator('[data-seq]').evaluateAll((rows) => {
    const shown = rows.find((row) => {
      const { left, top, bottom } = row.getBoundingClientRect();
      return bottom > 0 && row.contains(document.elementFromPoint(left + 4, Math.max(top, 0) + 8));
    });
    return Number(shown?.getAttribute('data-seq'));
  });
}

test('a long history scrolls back without a gap, and its window stays small', async ({ demo }) => {
  test.slow();
  const control = await demo.as('control');
  const room = await fillRoom(control, demo);
  const amelie = await demo.as('amelie');
  await amelie.goto(`/room/${room}`);
  await expect(amelie.getByText('message number 99999')).toBeVisible();
  await amelie.getByRole('article').last().hover();
  const start = await firstShown(amelie);
  let shown = start;
  while (shown > start - 1_000) {
    const before = shown;
    await amelie.mouse.wheel(0, -900);
    await expect
      .poll(async () => (shown = await firstShown(amelie)), { intervals: [30] })
      .toBeLessThan(before);
    // About 900 px of rows: what was being read did not jump away.
    expect(before - shown).toBeLessThan(60);
    const held = await places(amelie);
    expect(held.length).toBeLessThan(ROWS_MAX);
    held.forEach((place, index) => {
      expect(place).toBe((held[0] ?? 0) + index);
    });
  }
  await amelie.getByRole('button', { name: /latest/i }).click();
  await expect(amelie.getByText('message number 99999')).toBeInViewport();
});
