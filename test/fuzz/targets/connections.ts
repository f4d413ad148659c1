import assert from 'node:assert/strict';
import { connect } from 'node:net';
import fc from 'fast-check';
import { byteEdit, mutateBytes, mutationOf } from '../mutations/bytes.ts';
import { mutateText, textEdit } from '../mutations/text.ts';
import { readAnswered } from '../bench.ts';
import { throwing, type FuzzTarget } from '../target.ts';

const body = '{"query":"{ models { name } }"}';
const post = `POST /graphql HTTP/1.1\r\nhost: localhost\r\norigin: https://elsewhere.test\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
const texts: Readonly<Record<string, string>> = {
  post,
  two: post + post,
  chunked: `POST /graphql HTTP/1.1\r\nhost: localhost\r\norigin: https://elsewhere.test\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
  get: 'GET /graphql?query=%7Bmodels%7Bname%7D%7D HTTP/1.1\r\nhost: localhost\r\norigin: https://elsewhere.test\r\napollo-require-preflight: 1\r\naccept: */*\r\n\r\n',
  probe: 'GET /readyz HTTP/1.1\r\nhost: localhost\r\n\r\n',
  head: 'HEAD /healthz HTTP/1.0\r\nconnection: keep-alive\r\n\r\n',
  options:
    'OPTIONS /graphql HTTP/1.1\r\nhost: localhost\r\norigin: https://elsewhere.test\r\naccess-control-request-method: POST\r\n\r\n',
  upgrade:
    'GET /graphql HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  expect: post.replace('\r\n\r\n', '\r\nexpect: 100-continue\r\n\r\n'),
  tunnel: 'CONNECT localhost:80 HTTP/1.1\r\nhost: localhost\r\n\r\n',
  http2: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  nowhere: 'GET /../../etc/passwd?a=%00 HTTP/1.1\r\nhost: localhost\r\n\r\n',
};
const bytes = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, Buffer.from(text, 'latin1')]));
const words = [
  '\r\n',
  '\n',
  '\r',
  ' ',
  ':',
  ';',
  '/',
  '?',
  '%',
  '%00',
  '%zz',
  '%2e%2e',
  '#',
  '*',
  'GET',
  'POST',
  'PUT',
  'TRACE',
  'HTTP/1.0',
  'HTTP/9.9',
  '0',
  '-1',
  '99999999999',
  'chunked',
  'identity',
  'gzip',
  'content-length: 3\r\n',
  'transfer-encoding: chunked\r\n',
  'host: a\r\n',
  'connection: close\r\n',
  'x-request-id: a\r\n',
  'x-request-timeout-ms: 1\r\n',
  'content-type: text/plain\r\n',
  'expect: nothing\r\n',
  'http://localhost/graphql',
  '/healthz',
  '/graphql/',
  '//graphql',
  '\u0000',
  '\u00FF',
];
const raw = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ as: fc.constant('text' as const), mutation: mutationOf(texts, textEdit(words), 4) }),
  },
  fc.record({ as: fc.constant('bytes' as const), mutation: mutationOf(bytes, byteEdit(bytes), 4) }),
);

/** Longer than anything that is answered takes. */
const closedWithinMs = 15_000;

/** What arrives on a connection, be it HTTP or not. */
export const connections: FuzzTarget = {
  name: 'connections',
  about:
    'bytes on a connection: requests that are cut, doubled, contradict themselves or are none; the client says that it has sent all',
  casesInTests: 150,
  share: 60,
  open: async (bench) => {
    const server = await bench.open();
    return throwing({
      cases: raw,
      check: async (each) => {
        const sent =
          each.as === 'text'
            ? Buffer.from(mutateText(texts, each.mutation), 'latin1')
            : mutateBytes(bytes, each.mutation);
        const answers = await exchange(server.url, sent);
        const outcomes = await Promise.all(answers.map(async (answer) => (await readAnswered(answer)).outcome));
        return outcomes.length === 0 ? 'closed' : outcomes.slice(0, 2).join(', ');
      },
      stillWorks: server.assertWell,
    });
  },
};

/** Writes bytes, says that there are no more, and gives what is answered until the server closes the connection. */
async function exchange(url: string, sent: Uint8Array): Promise<readonly Response[]> {
  const { hostname, port } = new URL(url);
  const text = await new Promise<string>((resolve, reject) => {
    let received = '';
    const socket = connect(Number(port), hostname, () => void socket.end(sent));
    socket.setTimeout(closedWithinMs, () => {
      socket.destroy();
      reject(new Error(`The connection was not closed within ${closedWithinMs} ms, with ${received.slice(0, 500)}`));
    });
    socket.setEncoding('utf8').on('data', (part: string) => (received += part));
    // A server that refuses may close before everything was written; that none listens any more is another thing.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') reject(error);
      else resolve(received);
    });
    socket.on('close', () => resolve(received));
  });
  return responsesIn(text);
}

function responsesIn(text: string): readonly Response[] {
  const answers = text
    .split(/(?=HTTP\/1\.1 \d{3} )/)
    .filter((answer) => answer !== '' && !answer.startsWith('HTTP/1.1 100 '));
  return answers.map((answer) => {
    assert.match(answer, /^HTTP\/1\.1 \d{3} [^]*\r\n\r\n/);
    const end = answer.indexOf('\r\n\r\n');
    const [status = '', ...fields] = answer.slice(0, end).split('\r\n');
    const headers = new Headers(fields.map((field) => field.split(': ', 2) as [string, string]));
    const code = Number(status.split(' ')[1]);
    const body = answer.slice(end + 4);
    return new Response(body === '' || code === 204 ? null : body, { status: code, headers });
  });
}
