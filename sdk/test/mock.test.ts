// The room that authors test their pages in: a page that is written for a chat finds everything that it would there.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connect, NotInRoomError, type RoomAddin } from '../src/index.js';
import { type MockRoom, type MockRoomOptions, mockRoom } from '../src/mock.js';

const MSFT = { type: 'fdc3.instrument', name: 'MSFT', id: { ticker: 'MSFT' }, start: 0, end: 5 };
let room: MockRoom;

beforeEach(() => {
  const target = new EventTarget();
  vi.stubGlobal('window', Object.assign(target, { parent: target }));
});

afterEach(() => {
  room.close();
  vi.unstubAllGlobals();
});

async function page(options: MockRoomOptions = {}): Promise<RoomAddin> {
  room = mockRoom(options);
  return connect();
}

describe('a mock room', () => {
  it('is a room as long as it is open', async () => {
    const addin = await page({ room: { name: 'Ops' }, user: { locale: 'fr' } });
    expect([addin.room.name, addin.user.locale]).toEqual(['Ops', 'fr']);
    room.close();
    await expect(connect()).rejects.toBeInstanceOf(NotInRoomError);
  });

  it('tells of messages, contexts, people and changes', async () => {
    const addin = await page();
    const told: string[] = [];
    addin.on('messagesReceived', ({ messages }) => told.push(messages.map(({ text }) => text).join()));
    addin.on('context', ({ context }) => told.push(context.name));
    addin.on('participantsChanged', ({ arrived }) => told.push(arrived.map(({ id }) => id).join()));
    addin.on('environmentChanged', ({ theme }) => told.push(theme));
    room.receive('$MSFT', { contexts: [MSFT] });
    room.setParticipants([
      {
        id: 'jo',
        address: 'sip:jo@example.com',
        display_name: 'Jo',
        manager: false,
        presenter: false,
        can_post: true,
      },
    ]);
    room.setEnvironment({ theme: 'dark' });
    await vi.waitFor(() => expect(told).toEqual(['$MSFT', 'MSFT', 'jo', 'dark']));
    expect(await addin.participants()).toHaveLength(1);
    expect((await addin.latestMessages(5)).map(({ seq }) => seq)).toEqual([1]);
  });

  it('shows what becomes of cards, and keeps each version', async () => {
    const addin = await page();
    const card = { title: 'MSFT over its limit', tone: 'warning' } as const;
    room.receive('somebody else’s', { card });
    const first = await addin.postCard('MSFT is over its limit', card);
    const second = await addin.updateCard(first, 'MSFT: taken', { ...card, tone: 'success' });
    expect(room.sent).toMatchObject([
      { seq: first, text: 'MSFT is over its limit', card },
      { seq: second, text: 'MSFT: taken', card: { tone: 'success' }, updates: first },
    ]);
    for (const place of [1, second, 99])
      await expect(addin.updateCard(place, 'x', card)).rejects.toMatchObject({ code: 'InvalidArgument' });
  });

  it('keeps what the page sends and stores, with the versions of a real room', async () => {
    const addin = await page();
    expect(await addin.sendStory('Minutes', 'all of it')).toBe(1);
    expect(room.sent).toMatchObject([{ title: 'Minutes', text: 'all of it', author: { id: 'me' } }]);
    await addin.storage.set('topic', 'one', 0);
    await expect(addin.storage.set('topic', 'two', 0)).rejects.toMatchObject({ code: 'DataCollision' });
    expect(await addin.storage.get('topic')).toMatchObject({ value: 'one', version: 1 });
  });

  it('asks the filter about what the person posts', async () => {
    const addin = await page();
    expect(await room.post('bye')).toMatchObject({ message: { text: 'bye' } });
    await addin.enableOutgoingFilter(({ text }) =>
      text === 'no' ? { action: 'canceled', reason: 'why' } : { action: 'replaced', text: 'buy' },
    );
    expect(await room.post('bye', { title: 'Order' })).toMatchObject({
      action: 'posted',
      message: { text: 'buy', title: 'Order' },
    });
    expect(await room.post('no')).toEqual({ action: 'canceled', reason: 'why' });
    await expect(addin.send('no')).rejects.toMatchObject({ code: 'Canceled' });
  });

  it('posts without the answer of a filter that is silent', async () => {
    const addin = await page();
    await addin.enableOutgoingFilter(() => new Promise(() => {}));
    const posting = room.post('bye');
    room.close();
    expect(await posting).toMatchObject({ action: 'posted', message: { text: 'bye' } });
  });

  it('refuses what was not granted, and what it is told to refuse', async () => {
    const addin = await page({ granted: ['messages.send'] });
    await expect(addin.latestMessages(1)).rejects.toMatchObject({ code: 'ActionNotGranted' });
    room.refuse('messages.send', { code: 'NodeDisabled', detail: 'The room is disabled.' });
    await expect(addin.send('hello')).rejects.toMatchObject({ code: 'NodeDisabled' });
    room.refuse('messages.send', null);
    expect(await addin.send('hello')).toBe(1);
  });
});
