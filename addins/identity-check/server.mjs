// A server that says who asked: `CHAT=https://chat.contoso.com ADDIN=<identifier> node server.mjs`.
// The add-in's page sends its token: `fetch('/who', { headers: { authorization: `Bearer ${(await room.token()).token}` } })`.
import { createServer } from 'node:http';
import { check, publishedKeys, stillHolds } from './check.mjs';

const { CHAT: chat, ADDIN: addin, PORT: port = '3000' } = process.env;
if (!chat || !addin) throw new Error('Set CHAT to the address of the chat, and ADDIN to the identifier of the add-in.');
const keys = publishedKeys(chat);

createServer(async (request, response) => {
  const answer = (status, body) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  const token = (request.headers.authorization ?? '').replace(/^Bearer /, '');
  try {
    const { sub, name, room, role } = await check(token, { chat, addin, keys });
    if (!(await stillHolds(token, chat))) return answer(401, { error: 'It holds no more.' });
    answer(200, { sub, name, room, role });
  } catch (error) {
    answer(401, { error: error.message });
  }
}).listen(Number(port), () => console.log(`http://localhost:${port}/who`));
