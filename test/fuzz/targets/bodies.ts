import fc from 'fast-check';
import { byteEdit, mutateBytes, mutationOf } from '../mutations/bytes.ts';
import { jsonEdit, mutateJson, oddJson, textOf } from '../mutations/json.ts';
import { throwing, type FuzzTarget } from '../target.ts';
import { goodOperations } from './good-operations.ts';

const operations: Readonly<Record<string, unknown>> = {
  ...goodOperations,
  array: [goodOperations['one'], goodOperations['models'], goodOperations['literal']],
  named: { ...goodOperations['several'], operationName: 'A' },
  persisted: { extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } },
  document: { documentId: 'abc', variables: {}, extensions: {}, operationName: null },
};
const texts = Object.fromEntries(
  Object.entries(operations).map(([name, each]) => [name, Buffer.from(JSON.stringify(each))]),
);
const keys = ['query', 'variables', 'operationName', 'extensions', 'documentId', 'persistedQuery', 'input', 'inputs'];
const types = [
  'application/json',
  'application/json; charset=utf-8',
  'application/json;charset=utf-16',
  'application/graphql',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/graphql-response+json',
  'json',
  '',
  '*/*',
  'application/json, text/plain',
];
const accepts = [
  '*/*',
  'application/json',
  'application/graphql-response+json',
  'text/html',
  'multipart/mixed',
  'text/event-stream',
  'q=1',
  ';',
];
const headerNames = [
  'x-request-id',
  'x-request-timeout-ms',
  'content-encoding',
  'accept-encoding',
  'traceparent',
  'x-forwarded-for',
  'x-http-method-override',
  'range',
  'if-none-match',
  'cookie',
  'apollo-require-preflight',
  'authorization',
  'x-api-key',
  'origin',
  'referer',
  'content-language',
  '__proto__',
  'via',
];
const headerValue = fc.oneof(
  fc.constantFrom(
    '0',
    '1',
    '-1',
    '1e3',
    '99999999999999999999',
    'gzip',
    'identity',
    'br;q=0',
    '*',
    'bytes=0-',
    'Bearer x',
    '../../x',
    'null',
    '{}',
    '%00',
  ),
  fc.string({ maxLength: 40 }).map((text) => text.trim()),
  fc.nat(9000).map((length) => 'x'.repeat(length)),
);

const body = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ as: fc.constant('bytes' as const), mutation: mutationOf(texts, byteEdit(texts), 2) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ as: fc.constant('json' as const), mutation: mutationOf(operations, jsonEdit(keys), 3) }),
  },
  fc.record({ as: fc.constant('odd' as const), value: oddJson }),
  fc.record({ as: fc.constant('noise' as const), bytes: fc.uint8Array({ maxLength: 200 }) }),
);
const cases = fc.record({
  body,
  how: fc.oneof(
    { weight: 6, arbitrary: fc.constant('POST' as const) },
    fc.constantFrom('GET' as const, 'POST with search' as const),
  ),
  type: fc.oneof({ weight: 20, arbitrary: fc.constant('application/json') }, fc.constantFrom(...types)),
  accept: fc.oneof({ weight: 20, arbitrary: fc.constant('*/*') }, fc.constantFrom(...accepts)),
  headers: fc.array(fc.tuple(fc.constantFrom(...headerNames), headerValue), { maxLength: 1 }),
});
type Body = typeof body extends fc.Arbitrary<infer Value> ? Value : never;

/** Whatever can be posted, or stand in a URL. */
export const bodies: FuzzTarget = {
  name: 'bodies',
  about: 'bodies that are no UTF-8, no JSON, no operation, nested, doubled; arrays; searches of GET; headers',
  casesInTests: 200,
  share: 150,
  open: async (bench) => {
    const server = await bench.open();
    return throwing({
      cases,
      check: async ({ body, how, type, accept, headers }) => {
        const bytes = bytesOf(body);
        const all = { ...Object.fromEntries(headers), 'content-type': type, accept };
        if (how === 'POST') return (await server.send({ method: 'POST', body: bytes, headers: all })).outcome;
        const search = searchOf(bytes.toString('utf8'));
        if (how === 'GET')
          return (await server.send({ headers: { 'apollo-require-preflight': '1', ...all } }, search)).outcome;
        return (await server.send({ method: 'POST', body: bytes, headers: all }, search)).outcome;
      },
      stillWorks: server.assertWell,
    });
  },
};

function bytesOf(body: Body): Buffer<ArrayBuffer> {
  switch (body.as) {
    case 'bytes':
      return Buffer.from(mutateBytes(texts, body.mutation));
    case 'json':
      return Buffer.from(mutateJson(operations, body.mutation));
    case 'odd':
      return Buffer.from(textOf(body.value));
    case 'noise':
      return Buffer.from(body.bytes);
  }
}

/** The same as parameters, as far as it goes; Node itself refuses URLs and headers of more than 16 KiB. */
function searchOf(text: string): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return `?query=${encodeURIComponent(text.toWellFormed()).slice(0, 9000)}`;
  }
  if (typeof value !== 'object' || value === null) return `?${encodeURIComponent(text.toWellFormed()).slice(0, 9000)}`;
  const parameters = Object.entries(value).map(([name, each]) => {
    const parameter = typeof each === 'string' ? each : JSON.stringify(each);
    return `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(parameter.toWellFormed())}`;
  });
  return `?${parameters.join('&').slice(0, 12_000)}`;
}
