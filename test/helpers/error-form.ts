import assert from 'node:assert/strict';
import { homedir, tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { errorTable, type ErrorCode } from '../../src/errors.ts';
import type { ClientError, TestGateway } from './gateway.ts';

/** A response, read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly data: unknown;
  readonly errors: readonly ClientError[];
}

/** What a bad request should be told. */
export interface Expected {
  /** @default 400 */
  readonly status?: number;
  /** One code for each error. */
  readonly codes: readonly ErrorCode[];
  /** Of the first error. */
  readonly message?: RegExp;
  readonly path?: readonly (string | number)[];
  /** `reason` and `input` of a BAD_USER_INPUT of ours. */
  readonly details?: { readonly reason: string; readonly input: string };
}

/** Words that only the inside of the server has: its folders, positions in its code, and lines of stacks. */
const inside: readonly (string | RegExp)[] = [
  fileURLToPath(new URL('../../', import.meta.url)),
  `${tmpdir()}/`,
  `${homedir()}/`,
  'node_modules',
  'file://',
  'node:internal',
  /\.(?:ts|js|mjs|cc|cpp|h):\d+/,
  /\bat (?:async )?\S+ \(/,
  'stacktrace',
  '/onnxruntime/',
];

/** Reads a response, and asserts what must hold of every one: nothing of the inside, and all errors in the one form. */
export async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  assertNothingInside(text);
  const { status, headers } = response;
  const requestId = headers.get('x-request-id');
  if (text === '') return { status, headers, text, data: undefined, errors: [] };
  const body = JSON.parse(text) as { data?: unknown; errors?: ClientError[] };
  for (const error of body.errors ?? []) assertForm(error, requestId);
  return { status, headers, text, data: body.data, errors: body.errors ?? [] };
}

/** Asserts that a text for others shows no folder of the server, no position in its code and no stack. */
export function assertNothingInside(text: string): void {
  for (const word of inside) {
    const found = typeof word === 'string' ? text.includes(word) : word.test(text);
    assert.ok(!found, `the answer shows ${word}: ${text.slice(0, 2000)}`);
  }
}

/** Asserts that an error has the one form, of the request with this id. */
export function assertForm(error: ClientError, requestId: string | null): void {
  const { code, retryable } = error.extensions;
  assert.ok(
    error.message.length > 0 && error.message.length <= 1000,
    `a message of ${error.message.length} characters`,
  );
  assert.ok(Object.hasOwn(errorTable, code), `the code ${code} is not in the table`);
  assert.equal(retryable, errorTable[code as ErrorCode].retryable);
  assert.equal(error.extensions.requestId, requestId);
  const known = ['code', 'retryable', 'requestId', 'traceId', 'model', 'version', 'retryAfterMs', 'details'];
  assert.deepEqual(
    Object.keys(error.extensions).filter((name) => !known.includes(name)),
    [],
  );
}

const flower = { sepalLength: 5.1, sepalWidth: 3.5, petalLength: 1.4, petalWidth: 0.2 };
const predictFlower = JSON.stringify({
  query: 'query($input: IrisInput!) { predict { iris(input: $input) { label } } }',
  variables: { input: flower },
});

/** Asserts that the gateway, with the shipped models, predicts as ever. */
export async function assertServes({ graphqlUrl }: Pick<TestGateway, 'graphqlUrl'>): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(graphqlUrl, { method: 'POST', headers, body: predictFlower });
  assert.deepEqual(await response.json(), { data: { predict: { iris: { label: 'setosa' } } } });
}

/**
 * Sends a bad request beside a good one and before another. Asserts that the bad one is told what is expected and the
 * good ones notice nothing.
 */
export async function assertRefused(
  gateway: Pick<TestGateway, 'graphqlUrl'>,
  send: () => Promise<Response>,
  expected: Expected,
): Promise<void> {
  await refusedAnswer(gateway, send, expected);
}

/** Asserts as `assertRefused` does, and gives the answer to the bad request. */
export async function refusedAnswer(
  gateway: Pick<TestGateway, 'graphqlUrl'>,
  send: () => Promise<Response>,
  { status = 400, codes, message, path, details }: Expected,
): Promise<Answer> {
  const [answer] = await Promise.all([send().then(readAnswer), assertServes(gateway)]);
  const told = answer.text.slice(0, 1000);
  assert.deepEqual(
    answer.errors.map(({ extensions }) => extensions.code),
    codes,
    told,
  );
  assert.equal(answer.status, status, told);
  const [first] = answer.errors;
  if (message !== undefined) assert.match(first?.message ?? '', message);
  if (path !== undefined) assert.deepEqual(first?.path, path);
  if (details !== undefined) {
    const { reason, input, ...rest } = first?.extensions.details ?? {};
    assert.deepEqual({ reason, input }, details);
    assert.deepEqual(Object.keys(rest), ['expected', 'received']);
    for (const text of Object.values(rest)) assert.ok(typeof text === 'string' && text !== '' && text.length < 300);
  }
  await assertServes(gateway);
  return answer;
}
