import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, print } from 'graphql';
import { runCommand, type CommandRun } from '../helpers/command.ts';
import { assertForm, assertNothingInside, assertServes } from '../helpers/error-form.ts';
import { shippedModels, type ClientError } from '../helpers/gateway.ts';
import { testKeys, type TestKey } from '../helpers/keys.ts';
import { identityModel, remainderModel, runningSumModel } from '../helpers/onnx-models.ts';
import { channelMeansModel, twoBoxesModel } from '../helpers/picture-models.ts';
import { temporaryFolder, type TestScope } from '../helpers/temporary-folder.ts';
import { maskedTextModel, stringModel } from '../helpers/text-models.ts';
import { tokenizerFile } from '../helpers/tokenizer-fixtures.ts';
import { audience, issuer, tokenIssuer } from '../helpers/tokens.ts';
import { ModelLoading } from './model-loading.ts';

/** What the targets share: servers, which start when the first of them asks. */
export interface Bench {
  readonly scope: TestScope;
  /** Takes everybody's requests, and has the shipped models with some more. */
  readonly open: () => Promise<FuzzServer>;
  /** Takes keys and tokens, and runs trusted documents alone. */
  readonly locked: () => Promise<LockedServer>;
  /** Loads models in a process of its own. */
  readonly loading: ModelLoading;
  /** Stops whatever was started. */
  readonly close: () => Promise<void>;
}

/** A real server in a process of its own. */
export interface FuzzServer {
  readonly url: string;
  readonly graphqlUrl: string;
  /**
   * Sends a request and reads the answer.
   * @returns `data`, or the codes of the errors.
   * @throws AssertionError when it is answered as nothing ever may be: with a fault of the server, or with what is inside.
   */
  readonly send: (init: RequestInit, search?: string) => Promise<Answered>;
  /** Asserts that the process goes on, is ready, and has noted no fault. */
  readonly assertWell: () => Promise<void>;
}

export interface Answered {
  readonly outcome: string;
  readonly status: number;
  readonly body: unknown;
}

export interface LockedServer extends FuzzServer {
  readonly key: TestKey;
  /** A token that is good for an hour. */
  readonly token: string;
  readonly documentId: string;
}

/** Whoever comes from a page of elsewhere is no administrator: none of what is made up takes models away. */
const elsewhere = { origin: 'https://elsewhere.test' };
/** What is not answered by then hangs. */
const answerMs = 20_000;

/** Makes a bench. What is started lives until it is closed, whichever test asked for it. */
export function createBench(): Bench {
  const endings: (() => Promise<void>)[] = [];
  const scope: TestScope = { after: (end) => void endings.unshift(end) };
  let open: Promise<FuzzServer> | null = null;
  let locked: Promise<LockedServer> | null = null;
  return {
    scope,
    loading: new ModelLoading(scope),
    open: () => (open ??= startOpen(scope)),
    locked: () => (locked ??= startLocked(scope)),
    close: async () => {
      for (const end of endings.splice(0)) await end();
    },
  };
}

async function startOpen(scope: TestScope): Promise<FuzzServer> {
  const models = await temporaryFolder(scope, {
    'colours/model.yaml': 'task: image-classification\nlabels: [red, green, blue]\n',
    'colours/1/model.onnx': channelMeansModel(),
    'things/model.yaml': 'task: object-detection\nlabels: [thing]\n',
    'things/1/model.onnx': twoBoxesModel(),
    'sum/model.yaml': 'state: { stateN: state }\n',
    'sum/1/model.onnx': runningSumModel({ layers: 2 }),
    'words/model.yaml': 'task: text-classification\nlabels: [spam, ham]\n',
    'words/1/model.onnx': stringModel(),
    'embed/model.yaml': 'task: feature-extraction\ntext: { maxTokens: 64 }\n',
    'embed/1/model.onnx': maskedTextModel(),
    'embed/1/tokenizer.json': tokenizerFile('unigram-xlmr'),
    'matrix/1/model.onnx': identityModel('FP32', ['N', 'M', 'K']),
    'texts/1/model.onnx': identityModel('BYTES', ['N', 2]),
    'halves/1/model.onnx': identityModel('FP16', ['N', 3]),
    'longs/1/model.onnx': identityModel('INT64', ['N']),
    'flags/1/model.onnx': identityModel('BOOL', ['N', null]),
    'whole/1/model.onnx': identityModel('UINT8', [2, 3]),
    'remainders/1/model.onnx': remainderModel(),
    'single/1/model.onnx': identityModel('FP64', []),
  });
  await cp(shippedModels, models, { recursive: true });
  return startServer(scope, models, { INFERQL_MAX_IMAGE_PIXELS: '1000000' }, {}, assertServes);
}

async function startLocked(scope: TestScope): Promise<LockedServer> {
  const keys = await testKeys(scope);
  const key = await keys.make('predict:*');
  const ada = await tokenIssuer();
  const text = print(parse('query($input: IrisInput!) { predict { iris(input: $input) { label } } }'));
  const documentId = createHash('sha256').update(text).digest('hex');
  const folder = await temporaryFolder(scope, {
    'jwks.json': JSON.stringify(ada.jwks),
    'documents.json': JSON.stringify({ [documentId]: text }),
  });
  const token = await ada.token({ scope: 'predict:iris' });
  const server = await startServer(
    scope,
    shippedModels,
    {
      INFERQL_KEYS: keys.path,
      INFERQL_JWT_ISSUER: issuer,
      INFERQL_JWT_AUDIENCE: audience,
      INFERQL_JWT_JWKS: join(folder, 'jwks.json'),
      INFERQL_TRUSTED_DOCUMENTS: 'require',
      INFERQL_TRUSTED_DOCUMENTS_FILE: join(folder, 'documents.json'),
    },
    key.headers,
    async ({ send }) => {
      const input = { sepalLength: 5.1, sepalWidth: 3.5, petalLength: 1.4, petalWidth: 0.2 };
      const body = JSON.stringify({ documentId, variables: { input } });
      const answer = await send({
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', ...key.headers },
      });
      assert.deepEqual(answer.body, { data: { predict: { iris: { label: 'setosa' } } } });
    },
  );
  return { ...server, key, token, documentId };
}

async function startServer(
  scope: TestScope,
  models: string,
  environment: Readonly<Record<string, string>>,
  probing: Readonly<Record<string, string>>,
  assertPredicts: (server: Pick<FuzzServer, 'graphqlUrl' | 'send'>) => Promise<void>,
): Promise<FuzzServer> {
  const settings = { LOG_FORMAT: 'json', INFERQL_PLAYGROUND: 'false', INFERQL_WATCH: 'off', ...environment };
  const run = runCommand(scope, ['serve', models], settings);
  const { url } = (await run.line('listening')) as unknown as { readonly url: string };
  const { failed } = (await run.line('ready')) as unknown as { readonly failed: readonly string[] };
  assert.deepEqual(failed, []);
  const graphqlUrl = `${url}/graphql`;
  const send = async ({ headers, ...init }: RequestInit, search = ''): Promise<Answered> => {
    const all = { ...elsewhere, ...(headers as Readonly<Record<string, string>> | undefined) };
    const signal = AbortSignal.timeout(answerMs);
    return await readAnswered(await fetch(graphqlUrl + search, { ...init, headers: all, signal }));
  };
  return {
    url,
    graphqlUrl,
    send,
    assertWell: async () => {
      for (const probe of ['healthz', 'readyz']) {
        const response = await fetch(`${url}/${probe}`, { headers: probing, signal: AbortSignal.timeout(answerMs) });
        assert.equal(response.status, 200, `/${probe}: ${await response.text()}`);
      }
      await assertPredicts({ graphqlUrl, send });
      assertNoFaults(run);
    },
  };
}

/** Faults of ours are logged as errors; what Node itself has to say is on the other stream. */
function assertNoFaults({ lines }: CommandRun): void {
  assert.deepEqual(
    lines.filter(({ level }) => level === 'error'),
    [],
  );
}

/** Reads what any answer must be: JSON or nothing, with each error in the one form, and none of them a fault of the server. */
export async function readAnswered(response: Response): Promise<Answered> {
  const text = await response.text();
  const { status, headers } = response;
  assertNothingInside(text);
  assert.ok(status !== 500, text.slice(0, 2000));
  if (text === '') return { outcome: String(status), status, body: undefined };
  const body = JSON.parse(text) as Result | readonly Result[];
  const results: readonly Result[] = Array.isArray(body) ? body : [body];
  const errors = results.flatMap((each) => each.errors ?? []);
  for (const error of errors) {
    assertForm(error, headers.get('x-request-id'));
    assert.notEqual(error.extensions.code, 'INTERNAL_SERVER_ERROR', text.slice(0, 2000));
  }
  if (status !== 200) assert.ok(errors.length > 0, `${status} without an error: ${text.slice(0, 2000)}`);
  const codes = new Set(errors.map(({ extensions }) => extensions.code));
  return { outcome: codes.size === 0 ? 'data' : [...codes].sort().join('+'), status, body };
}

interface Result {
  readonly errors?: readonly ClientError[];
}
