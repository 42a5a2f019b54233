/** A card as people get it: by eye, by screen reader and by keyboard. */
import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import type { Card } from '../../api/types';
import { CardView } from './CardView';

const CARD: Card = {
  title: 'MSFT over its limit',
  tone: 'warning',
  fields: [
    { label: 'Bid', value: '412.30' },
    { label: 'Limit', value: '410.00' },
  ],
  actions: [
    { label: 'Chart', context: { type: 'fdc3.instrument', name: 'MSFT', id: { ticker: 'MSFT' } } },
    { label: 'Ticket', url: 'https://tickets.contoso.example/7' },
    { label: 'Harm', url: 'javascript:alert(1)' },
  ],
};

function show(over: Partial<Card> = {}, isInert = false) {
  const onContext = vi.fn();
  render(<CardView card={{ ...CARD, ...over }} onContext={onContext} isInert={isInert} />);
  return { onContext, card: screen.getByRole('group') };
}

it.each([
  ['info', 'For information: MSFT over its limit'],
  ['success', 'Done: MSFT over its limit'],
  ['warning', 'Warning: MSFT over its limit'],
  ['critical', 'Critical: MSFT over its limit'],
  // Of a later version than this client's.
  ['festive', 'MSFT over its limit'],
])('says that its tone is %s in words: "%s"', (tone, name) => {
  show({ tone: tone as 'info' });
  expect(screen.getByRole('group', { name })).toBeDefined();
});

it('lists its values under their labels', () => {
  const { card } = show();
  expect(
    within(card)
      .getAllByRole('term')
      .map(({ textContent }) => textContent),
  ).toEqual(['Bid', 'Limit']);
  expect(
    within(card)
      .getAllByRole('definition')
      .map(({ textContent }) => textContent),
  ).toEqual(['412.30', '410.00']);
});

it('says where a link leads, gives that page no way back, and leaves out what is no web address', () => {
  const { card } = show();
  const link = within(card).getByRole('link');
  expect(link.textContent).toBe('Tickettickets.contoso.example');
  expect(link.getAttribute('href')).toBe('https://tickets.contoso.example/7');
  expect(link.getAttribute('target')).toBe('_blank');
  expect(link.getAttribute('rel')).toBe('noopener noreferrer');
  expect(card.textContent).not.toContain('Harm');
});

it('hands on the context that is pressed', async () => {
  const { onContext } = show();
  await userEvent.click(screen.getByRole('button', { name: 'Chart: show MSFT in the pane' }));
  expect(onContext).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ type: 'fdc3.instrument', name: 'MSFT', id: { ticker: 'MSFT' } }),
  );
});

it('does nothing when it is only to be looked at', async () => {
  const { card, onContext } = show({}, true);
  const button = screen.getByRole<HTMLButtonElement>('button');
  expect(button.disabled).toBe(true);
  await userEvent.click(button);
  expect(onContext).not.toHaveBeenCalled();
  expect(within(card).queryByRole('link')).toBeNull();
  expect(card.textContent).toContain('tickets.contoso.example');
});
