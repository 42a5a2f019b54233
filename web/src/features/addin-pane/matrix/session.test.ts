/** The session of a widget: what it is answered, told and refused. */
import type { Capability, Message } from '@perch/addin/host';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { RoomAccess } from '../bridge';
import { WidgetSession } from './session';

const ROOM = {
  id: 'r',
  name: 'FX',
  description: 'Spot',
  category: 'Trading',
  pool: 'pool',
  type: 'normal',
  privacy: 'open',
  joined: true,
  unread: 0,
} as const;
const MESSAGE: Message = {
  seq: 7,
  author: { id: 'jo', address: 'jo@contoso.example', display_name: 'Jo' },
  at: '2026-01-02T03:04:05Z',
  text: 'hello',
  alert: false,
  contexts: [],
};
const RECEIVE = 'org.matrix.msc2762.receive.event:m.room.message';
const SEND = 'org.matrix.msc2762.send.event:m.room.message';

let port: {
  onmessage: ((event: object) => void) | null;
  postMessage: ReturnType<typeof vi.fn>;
  close: () => void;
};
let granted: Capability[];
let access: RoomAccess;
let session: WidgetSession;
const use = { told: vi.fn(), refused: vi.fn() };
const flooded = vi.fn();

beforeEach(() => {
  vi.clearAllMocks();
  port = { onmessage: () => {}, postMessage: vi.fn(), close: vi.fn() };
  granted = [];
  access = {
    room: () => ROOM,
    latest: async () => [MESSAGE],
    participants: async () => [{ ...MESSAGE.author, manager: false, presenter: false }],
    send: vi.fn(async () => 8),
    confirm: vi.fn(async () => true),
    refusal: () => ({ code: 'ServerError', detail: 'failed' }),
  } as unknown as RoomAccess;
  const may = (capability: Capability) => granted.includes(capability);
  session = new WidgetSession(port as unknown as MessagePort, { access, may, server: 'chat', flooded, use });
});

/** What the widget is sent, by action. */
const sent = (action: string) =>
  port.postMessage.mock.calls.map(([message]) => message).filter((message) => message.action === action);
const says = (message: object) => port.onmessage?.({ data: { widgetId: 'w', requestId: 'q', ...message } });

async function asks(action: string, data: object = {}): Promise<{ error?: { message: string } }> {
  port.postMessage.mockClear();
  says({ api: 'fromWidget', action, data });
  await vi.waitFor(() => expect(sent(action)[0]?.response).toBeDefined());
  return sent(action)[0].response;
}

/** Lets the widget want something, as it does after its first words. */
async function wants(...capabilities: string[]): Promise<void> {
  says({ api: 'fromWidget', action: 'supported_api_versions', data: {} });
  await vi.waitFor(() => expect(sent('capabilities')).toHaveLength(1));
  const { requestId } = sent('capabilities')[0];
  says({ api: 'toWidget', action: 'capabilities', requestId, data: {}, response: { capabilities } });
}

describe('the session of a widget', () => {
  it('asks what the widget wants after its first words, and approves what the add-in was granted', async () => {
    granted = ['messages.live'];
    await wants(RECEIVE, SEND, 'm.sticker');
    expect(sent('notify_capabilities')[0].data).toEqual({
      requested: [RECEIVE, SEND, 'm.sticker'],
      approved: [RECEIVE],
    });
    granted = ['messages.send'];
    session.grant();
    expect(sent('notify_capabilities')[1].data.approved).toEqual([SEND]);
    session.grant();
    expect(sent('notify_capabilities')).toHaveLength(2);
  });

  it('tells of messages only a widget that asked for them and may', async () => {
    granted = ['messages.live'];
    session.tellMessages([MESSAGE]);
    expect(port.postMessage).not.toHaveBeenCalled();
    await wants(RECEIVE);
    session.tellMessages([MESSAGE]);
    expect(sent('send_event')[0].data).toMatchObject({
      type: 'm.room.message',
      sender: '@jo:chat',
      event_id: '$r.7',
      room_id: '!r:chat',
      content: { msgtype: 'm.text', body: 'hello' },
    });
    granted = [];
    session.tellMessages([MESSAGE]);
    expect(sent('send_event')).toHaveLength(1);
  });

  it('posts after the person agreed, in its own room, as text', async () => {
    granted = ['messages.send'];
    const text = { type: 'm.room.message', content: { msgtype: 'm.text', body: 'hi' } };
    expect((await asks('send_event', text)).error?.message).toContain('did not ask');
    await wants(SEND);
    expect(await asks('send_event', text)).toEqual({ room_id: '!r:chat', event_id: '$r.8' });
    expect(access.confirm).toHaveBeenCalledWith({ text: 'hi', alert: false });
    for (const wrong of [
      { ...text, room_id: '!other:chat' },
      { ...text, state_key: '' },
      { ...text, content: { msgtype: 'm.image', body: 'hi' } },
      { ...text, type: 'm.reaction' },
    ]) {
      expect((await asks('send_event', wrong)).error).toBeDefined();
    }
    vi.mocked(access.confirm).mockResolvedValue(false);
    expect((await asks('send_event', text)).error?.message).toContain('did not agree');
    expect(access.send).toHaveBeenCalledOnce();
  });

  it('answers what it does not know, and nothing that has no form', async () => {
    expect((await asks('constructor')).error?.message).toContain('constructor');
    port.postMessage.mockClear();
    for (const data of [
      'hello',
      { action: 'x' },
      { action: 'x'.repeat(300), requestId: 'q', widgetId: 'w' },
    ]) {
      port.onmessage?.({ data });
    }
    expect(port.postMessage).not.toHaveBeenCalled();
    expect(use.refused).toHaveBeenCalledWith('InvalidArgument');
  });

  it('ends when the widget floods it', () => {
    for (let message = 0; message < 2_000; message += 1) says({ api: 'fromWidget', action: 'x', data: {} });
    expect(flooded).toHaveBeenCalledOnce();
    expect(port.close).toHaveBeenCalledOnce();
  });
});
