/** The agent: who reaches which channel, who answers which intent. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Agent, type Arrival } from './agent';
import type { App } from './directory';
import type { Instance } from './instance';
import { Fdc3Error, type Requests } from './messages';

const MSFT = { type: 'fdc3.instrument', id: { ticker: 'MSFT' } };
const app = (name: string, ...intents: string[]): App => ({
  appId: `${name}@pool`,
  name,
  intents: intents.map((intent) => ({ name: intent, displayName: intent, contexts: [], resultType: null })),
  metadata: {},
});

let agent: Agent;
const opened = vi.fn();
const said = vi.fn(async () => ({}));
const choose = vi.fn();
/** The page that was opened last. */
let news: Instance | undefined;

beforeEach(() => {
  vi.resetAllMocks();
  news = undefined;
  said.mockResolvedValue({});
  agent = new Agent({
    apps: async () => [app('Own'), app('Prices', 'ViewInstrument'), app('News', 'ViewInstrument')],
    choose,
    open: async (_, { appId }, instance) => {
      opened(appId);
      news = page(appId.split('@')[0] ?? '', { instanceId: instance, beside: true });
    },
    host: { app: app('perch', 'SendChatMessage'), intents: { SendChatMessage: said } },
  });
});

function page(
  name: string,
  more: { beside?: boolean; room?: string } & Partial<Pick<Arrival, 'instanceId' | 'claimed'>> = {},
): Instance {
  return agent.admit({
    appId: `${name}@pool`,
    room: { id: more.room ?? 'r', name: 'FX' },
    beside: more.beside ?? false,
    latest: null,
    instanceId: more.instanceId,
    ...(more.claimed && { claimed: more.claimed }),
    tell: vi.fn(),
    answer: vi.fn(),
  });
}

async function asks<R extends keyof Requests>(by: Instance, type: R, payload: Requests[R]) {
  const { payload: answer, after } = await agent.handle(by, type, payload, 'request');
  after?.();
  return answer as Record<string, unknown>;
}

const refusal = (code: string) => expect.objectContaining({ code });

describe('the channels of pages', () => {
  it("are the room's for its own page, and none for a page beside it, which cannot reach that", async () => {
    const own = page('Own');
    const beside = page('Prices', { beside: true });
    const elsewhere = page('Own', { room: 'other' });
    expect(agent.channelOf('r', null)).toBe('room:r');
    expect(agent.channelOf('r', beside.id)).toBeNull();
    for (const stranger of [beside, elsewhere]) {
      for (const asked of [
        agent.handle(stranger, 'joinUserChannelRequest', { channelId: 'room:r' }, 'q'),
        agent.handle(stranger, 'getOrCreateChannelRequest', { channelId: 'room:r' }, 'q'),
        agent.handle(stranger, 'getCurrentContextRequest', { channelId: 'room:r' }, 'q'),
        agent.handle(stranger, 'broadcastRequest', { channelId: 'room:r', context: MSFT }, 'q'),
        agent.handle(stranger, 'addContextListenerRequest', { channelId: 'room:r' }, 'q'),
      ]) {
        await expect(asked).rejects.toBeInstanceOf(Fdc3Error);
      }
      await asks(stranger, 'addContextListenerRequest', {});
    }
    await asks(own, 'addContextListenerRequest', {});
    agent.contextInRoom('r', MSFT);
    expect(own.tell).toHaveBeenCalledWith('broadcastEvent', expect.objectContaining({ context: MSFT }));
    expect(beside.tell).not.toHaveBeenCalled();
    expect(elsewhere.tell).not.toHaveBeenCalled();
  });

  it("bring a page beside the room's own nothing of the talk, but it is told of what is chosen there, if it listens", async () => {
    const beside = page('Prices', { beside: true, instanceId: 'prices' });
    expect(agent.chosenBeside('r', beside.id, ['ViewInstrument'], MSFT)).toBe(false);
    expect(agent.chosenBeside('other', beside.id, ['ViewInstrument'], MSFT)).toBe(false);
    await asks(beside, 'addContextListenerRequest', { contextType: 'fdc3.contact' });
    expect(agent.chosenBeside('r', beside.id, ['ViewInstrument'], MSFT)).toBe(false);
    await asks(beside, 'addIntentListenerRequest', { intent: 'ViewInstrument' });
    expect(agent.chosenBeside('r', beside.id, ['ViewChart', 'ViewInstrument'], MSFT)).toBe(true);
    expect(beside.tell).toHaveBeenCalledExactlyOnceWith(
      'intentEvent',
      expect.objectContaining({ context: MSFT }),
    );
    agent.putOn('r', beside.id, 'fdc3.channel.2');
    await asks(beside, 'addContextListenerRequest', { contextType: 'fdc3.instrument' });
    expect(agent.chosenBeside('r', beside.id, [], MSFT)).toBe(true);
    expect(beside.tell).toHaveBeenLastCalledWith(
      'broadcastEvent',
      expect.objectContaining({ channelId: 'fdc3.channel.2', context: MSFT }),
    );
  });

  it('are chosen by the person, and the page and the chooser are told', () => {
    const own = page('Own');
    const changed = vi.fn();
    const stop = agent.watch(changed);
    agent.putOn('r', null, 'fdc3.channel.2');
    expect(agent.channelOf('r', null)).toBe('fdc3.channel.2');
    expect(own.tell).toHaveBeenCalledWith('channelChangedEvent', { newChannelId: 'fdc3.channel.2' });
    agent.putOn('r', null, null);
    expect(agent.channelOf('r', null)).toBeNull();
    agent.leave(own);
    expect(agent.channelOf('r', null)).toBeUndefined();
    expect(changed).toHaveBeenCalledTimes(3);
    stop();
    page('Own');
    expect(changed).toHaveBeenCalledTimes(3);
  });

  it('are kept with its identity by a page that comes again where its pane knows it, or proves who it was', () => {
    const first = page('Own', { instanceId: 'pane' });
    agent.putOn('r', null, 'fdc3.channel.2');
    agent.leave(first);
    const again = page('Own', { instanceId: 'pane' });
    expect(again).toMatchObject({ id: 'pane', uuid: first.uuid, channel: 'fdc3.channel.2' });
    agent.leave(again);
    const stranger = page('Own', { claimed: { id: 'pane', uuid: 'guessed' } });
    expect(stranger).toMatchObject({ id: expect.not.stringMatching('pane'), channel: 'room:r' });
    agent.leave(stranger);
    const proved = page('Own', { claimed: { id: 'pane', uuid: first.uuid } });
    expect(proved).toMatchObject({ id: 'pane', uuid: first.uuid, channel: 'fdc3.channel.2' });
    agent.leave(proved);
    const other = page('Other', { instanceId: 'pane' });
    expect(other.uuid).not.toBe(first.uuid);
    expect(other.channel).toBe('room:r');
  });

  it('that are private are reached by nobody who was not handed them', async () => {
    const own = page('Own');
    const { privateChannel } = await asks(own, 'createPrivateChannelRequest', {});
    const { id: channelId } = privateChannel as { id: string };
    const other = page('Prices', { beside: true });
    await expect(agent.handle(other, 'broadcastRequest', { channelId, context: MSFT }, 'q')).rejects.toEqual(
      refusal('AccessDenied'),
    );
    await expect(agent.handle(other, 'getOrCreateChannelRequest', { channelId }, 'q')).rejects.toEqual(
      refusal('AccessDenied'),
    );
  });
});

describe('intents', () => {
  it('open an add-in that declares them, when the person chose among several', async () => {
    const own = page('Own');
    choose.mockImplementation(async (_, choices) =>
      choices.find((choice: { app: App }) => choice.app.name === 'News'),
    );
    const asked = asks(own, 'raiseIntentRequest', { intent: 'ViewInstrument', context: MSFT });
    await vi.waitFor(() => expect(news).toBeDefined());
    expect(opened).toHaveBeenCalledExactlyOnceWith('News@pool');
    if (news === undefined) throw new Error('not opened');
    await asks(news, 'addIntentListenerRequest', { intent: 'ViewInstrument' });
    expect(await asked).toMatchObject({ intentResolution: { source: { appId: 'News@pool' } } });
    expect(news.tell).toHaveBeenCalledWith(
      'intentEvent',
      expect.objectContaining({ context: MSFT }),
      expect.any(String),
    );
    choose.mockResolvedValue(null);
    await expect(
      agent.handle(own, 'raiseIntentRequest', { intent: 'ViewInstrument', context: MSFT }, 'q'),
    ).rejects.toEqual(refusal('UserCancelledResolution'));
  });

  it("of the chat are answered for the room's own page, not for one beside it", async () => {
    const context = { type: 'fdc3.chat.message' };
    const beside = page('Prices', { beside: true });
    await expect(
      agent.handle(beside, 'raiseIntentRequest', { intent: 'SendChatMessage', context }, 'q'),
    ).rejects.toEqual(refusal('NoAppsFound'));
    expect(said).not.toHaveBeenCalled();
    await asks(page('Own'), 'raiseIntentRequest', { intent: 'SendChatMessage', context });
    expect(said).toHaveBeenCalledWith(context, 'r');
  });

  it('that nobody answers are refused', async () => {
    const own = page('Own');
    await expect(
      agent.handle(own, 'raiseIntentRequest', { intent: 'ViewOrders', context: MSFT }, 'q'),
    ).rejects.toEqual(refusal('NoAppsFound'));
  });
});
