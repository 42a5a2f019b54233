/** Who is here: not known yet, a list, or a large room. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import type { RoomState } from '../../live/store';
import { aParticipant, aRoom } from '../../test/builders';
import { ParticipantPanel } from './ParticipantPanel';

function show(over: Partial<RoomState>) {
  const state: RoomState = {
    room: aRoom({ participant_count: 2 }),
    window: null,
    participants: null,
    large: false,
    following: true,
    present: false,
    important: false,
    newFrom: null,
    loading: null,
    failed: null,
    ...over,
  };
  render(
    <QueryClientProvider client={new QueryClient()}>
      <ParticipantPanel state={state} onClose={() => {}} />
    </QueryClientProvider>,
  );
}

it('waits until it is known who is here', () => {
  show({});
  expect(screen.queryByRole('status')).not.toBeNull();
  expect(screen.queryByRole('button', { name: 'Show the list' })).toBeNull();
});

it('lists who is here by name', () => {
  show({ participants: [aParticipant('idris'), aParticipant('amelie')] });
  const names = screen.getAllByRole('listitem').map(({ title }) => title);
  expect(names).toEqual(['sip:amelie@contoso.example', 'sip:idris@contoso.example']);
});

it('offers the list of a large room to who asks for it', () => {
  show({ large: true });
  expect(screen.queryByRole('button', { name: 'Show the list' })).not.toBeNull();
  expect(screen.queryByRole('status')).toBeNull();
});
