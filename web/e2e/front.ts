/** The chat under https, as behind a proxy that ends TLS: browsers treat what it shows differently from then on. */
import { once } from 'node:events';
import { request as ask, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import { connect } from 'node:net';
import { certificate } from './certificate';

export interface Front {
  url: string;
  close: () => void;
}

export async function front(chat: string): Promise<Front> {
  const { host, hostname, port } = new URL(chat);
  const forwarded = ({ headers }: IncomingMessage): IncomingHttpHeaders => ({
    ...headers,
    host,
    ...(headers.origin !== undefined && { origin: chat }),
  });
  const server = createServer(await certificate(), (request, response) => {
    const { method = 'GET', url = '/' } = request;
    const asked = ask(`${chat}${url}`, { method, headers: forwarded(request) }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(asked.on('error', () => response.destroy()));
  });
  server.on('upgrade', (request, socket, head) => {
    const chatSide = connect(Number(port), hostname, () => {
      const headers = Object.entries(forwarded(request)).map(([name, value]) => `${name}: ${value}`);
      chatSide.write([`GET ${request.url} HTTP/1.1`, ...headers, '', ''].join('\r\n'));
      chatSide.write(head);
      socket.pipe(chatSide).pipe(socket);
    });
    chatSide.on('error', () => socket.destroy());
    socket.on('error', () => chatSide.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return {
    url: `https://localhost:${address.port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
