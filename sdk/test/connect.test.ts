// The handshake: whom a page believes, and what it says when nobody answers.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { connect, NotInRoomError } from '../src/index.js';
import { fakeWindow, Host, ROOM, USER, WELCOME, welcomingWindow } from './host.js';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('connect', () => {
  it('says hello to its parent and is given the room and the user', async () => {
    const host = new Host();
    const window = welcomingWindow(host);
    const addin = await connect({ wants: ['contexts', 'storage'] });
    const hello = { perch: 'hello', protocols: ['perch/1'], sdk: '0.1.0', wants: ['contexts', 'storage'] };
    expect(window.hellos).toEqual([{ data: hello, targetOrigin: '*' }]);
    expect(addin.granted).toEqual(['room.info', 'contexts']);
    expect(addin.denied).toEqual([{ capability: 'storage', why: 'room' }]);
    expect(addin.room).toEqual(ROOM);
    expect(addin.user).toEqual(USER);
    expect(host.asked.map(({ method }) => method)).toEqual(['room.get', 'user.get', 'ready']);
    expect(host.asked.every(({ id }) => typeof id === 'string')).toBe(true);
    addin.disconnect();
  });

  it('rejects at once in a window of its own', async () => {
    const alone = new EventTarget();
    vi.stubGlobal('window', Object.assign(alone, { parent: alone }));
    await expect(connect()).rejects.toMatchObject({ name: 'NotInRoomError', code: 'NotInRoom' });
  });

  it('rejects after the time-out when the parent says nothing', async () => {
    vi.useFakeTimers();
    fakeWindow();
    const outcome = connect({ timeoutMs: 700 }).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(699);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await outcome).toBeInstanceOf(NotInRoomError);
  });

  it.each([
    ['another window', { source: {}, data: WELCOME }],
    ['another protocol', { data: { perch: 'welcome', protocol: 'perch/9' } }],
    ['something else', { data: 'welcome' }],
  ])('ignores a welcome from %s', async (_, forged) => {
    vi.useFakeTimers();
    const host = new Host();
    fakeWindow((window) => window.deliver({ ...forged, ports: [host.pagePort] }));
    const outcome = connect({ timeoutMs: 50 }).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(50);
    expect(await outcome).toBeInstanceOf(NotInRoomError);
    host.port.close();
  });

  it('ignores a welcome without a port', async () => {
    vi.useFakeTimers();
    fakeWindow((window) => window.deliver({ data: WELCOME }));
    const outcome = connect({ timeoutMs: 50 }).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(50);
    expect(await outcome).toBeInstanceOf(NotInRoomError);
  });

  it('obeys only the origin it was told to obey', async () => {
    const host = new Host();
    const window = fakeWindow((fake) => {
      fake.deliver({ origin: 'https://evil.example', data: WELCOME, ports: [new MessageChannel().port1] });
      fake.deliver({ origin: 'https://chat.contoso.com', data: WELCOME, ports: [host.pagePort] });
    });
    const addin = await connect({ hostOrigin: 'https://chat.contoso.com' });
    expect(window.hellos[0]?.targetOrigin).toBe('https://chat.contoso.com');
    expect(addin.room.name).toBe('FX Spot');
    addin.disconnect();
  });
});
