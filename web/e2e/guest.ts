/**
 * Pages of guests: an origin of their own that serves whatever a test writes, registered as an add-in and put on a room of
 * the demo. Its WebSockets say again what they hear.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { FrameLocator, Page } from '@playwright/test';
import { type Demo, test as demoTest, expect } from './demo';

const sdk = fileURLToPath(new URL('../../sdk/dist/index.js', import.meta.url));

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export interface Guest {
  /** Where its pages are: no origin of the chat. */
  origin: string;
  /** The same pages by a host name of the chat's site, for those that need storage. */
  neighbour: string;
  /** Serves a page whose module script is `script`; `connect` of the SDK is in reach of it. */
  page(path: string, script: string): void;
  /** Answers a path by hand. */
  answer(path: string, handler: Handler): void;
  /** Answers every other path. */
  answerOthers(handler: Handler): void;
}

export const test = demoTest.extend<{ guest: Guest }>({
  // biome-ignore lint/correctness/noEmptyPattern: what a fixture needs is named in its pattern
  guest: async ({}, use) => {
    const handlers = new Map<string, Handler>();
    let others: Handler = (_, response) => response.writeHead(404).end();
    const source = await readFile(sdk);
    handlers.set('/addin.js', (_, response) =>
      response.setHeader('Content-Type', 'text/javascript').end(source),
    );
    const server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://guest');
      (handlers.get(pathname) ?? others)(request, response);
    })
      .on('upgrade', echo)
      .listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('no port');
    const answer: Guest['answer'] = (path, handler) => void handlers.set(path, handler);
    await use({
      origin: `http://127.0.0.1:${address.port}`,
      neighbour: `http://localhost:${address.port}`,
      answer,
      answerOthers: (handler) => {
        others = handler;
      },
      page: (path, script) =>
        answer(path, (_, response) =>
          response
            .setHeader('Content-Type', 'text/html; charset=utf-8')
            .end(
              `<!doctype html><title>Guest</title><h1 id="said">starting</h1><script type="module">import { connect } from '/addin.js'; const say = (text) => { document.getElementById('said').textContent = text; };\n${script}</script>`,
            ),
        ),
    });
    server.closeAllConnections();
    server.close();
  },
});

/** A WebSocket (RFC 6455) for short texts, each in a packet of its own. */
function echo({ headers }: IncomingMessage, socket: Duplex): void {
  const key = `${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const accept = createHash('sha1').update(key).digest('base64');
  const head = `Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}`;
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${head}\r\n\r\n`);
  socket.on('error', () => socket.destroy());
  socket.on('data', (frame: Buffer) => {
    const mask = frame.subarray(2, 6);
    const said = frame.subarray(6).map((byte, place) => byte ^ (mask[place % 4] ?? 0));
    socket.write(Buffer.from([frame[0] ?? 0, said.length, ...said]));
  });
}

/** Registers a page under a name and puts it on a room; returns the add-in's identifier. */
export async function putOnRoom(
  demo: Demo,
  room: string,
  name: string,
  url: string,
  granted = ['room.info', 'contexts', 'messages.live', 'messages.filter'],
  intents: Record<string, unknown> = {},
): Promise<string> {
  const control = (await demo.as('control')).context().request;
  const headers = { Origin: demo.url };
  const rooms = await control.get(`/api/v1/rooms?relation=all&name=${encodeURIComponent(room)}`);
  const found = ((await rooms.json()) as { id: string; pool: string }[])[0];
  if (found === undefined) throw new Error(`no room ${room}`);
  const data = { name, url, granted, intents };
  const created = await control.post(`/api/v1/pools/${found.pool}/addins`, { headers, data });
  expect(created.ok(), await created.text()).toBe(true);
  const { id } = (await created.json()) as { id: string };
  const put = await control.patch(`/api/v1/rooms/${found.id}`, { headers, data: { addin: id } });
  expect(put.ok(), await put.text()).toBe(true);
  return id;
}

/** The identifier of a room, by its name. */
export async function roomId(demo: Demo, room: string): Promise<string> {
  const control = (await demo.as('control')).context().request;
  const rooms = await control.get(`/api/v1/rooms?relation=all&name=${encodeURIComponent(room)}`);
  const found = ((await rooms.json()) as { id: string }[])[0];
  if (found === undefined) throw new Error(`no room ${room}`);
  return found.id;
}

/** The guest's own page: inside its sandboxed frame, inside our broker document. */
export function guestPage(page: Page): FrameLocator {
  return page.frameLocator('iframe:not([hidden])').frameLocator('iframe');
}

export { expect, type Page };
