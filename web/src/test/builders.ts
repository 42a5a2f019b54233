/** Values for tests: everything is plausible, and what matters is said by the test. */
import type { Message, Participant, Room } from '../api/types';

export function aRoom(room: Partial<Room> = {}): Room {
  return {
    id: 'ops',
    pool: 'pchat01.contoso.example',
    category: { id: 'operations', name: 'Operations' },
    name: 'Ops bridge',
    description: '',
    privacy: 'open',
    type: 'normal',
    invitations: 'inherit',
    disabled: false,
    addin: null,
    revision: 1,
    created_at: '2026-11-24T09:00:00Z',
    updated_at: '2026-11-24T09:00:00Z',
    permissions: { view: true, join: true, read_history: true, post: true, manage: false },
    followed: true,
    member: true,
    head: 0,
    unread: 0,
    participant_count: 0,
    ...room,
  };
}

export function aParticipant(id: string): Participant {
  return {
    id,
    address: `sip:${id}@contoso.example`,
    display_name: id,
    manager: false,
    presenter: false,
  };
}

export function aMessage(message: Partial<Message> & { seq: number }): Message {
  return {
    room: 'ops',
    author: { id: 'idris', address: 'sip:idris@contoso.example', display_name: 'Idris Kone' },
    at: '2026-11-24T09:14:00Z',
    text: 'thin since the open',
    alert: false,
    contexts: [],
    nonce: `nonce-${message.seq}`,
    ...message,
  };
}
