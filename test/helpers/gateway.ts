import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { compileOptions, type SettingName } from '../../src/config/options.ts';
import { startGateway, type Gateway } from '../../src/gateway.ts';
import { recordLog, type LogLine } from './log.ts';
import type { TestScope } from './temporary-folder.ts';

/** The models that the project ships. */
export const shippedModels = fileURLToPath(new URL('../../models/', import.meta.url));

export interface TestGateway extends Gateway {
  readonly graphqlUrl: string;
  /** Every line that was logged so far, debug lines included. */
  readonly log: readonly LogLine[];
}

/**
 * Starts the real server on a free port of the loopback interface, with every model loaded; it stops with the test. It
 * takes its models as they are at the start, unless the settings say how to watch them.
 */
export async function startTestGateway(
  test: TestScope,
  models: string,
  settings: Partial<Record<SettingName, unknown>> = {},
): Promise<TestGateway> {
  const gateway = await startLoadingGateway(test, models, settings);
  await gateway.ready;
  // Lines are written at the end of a tick.
  await new Promise(setImmediate);
  return gateway;
}

/** Starts the real server as `startTestGateway` does, and does not wait for the models. */
export async function startLoadingGateway(
  test: TestScope,
  models: string,
  settings: Partial<Record<SettingName, unknown>> = {},
): Promise<TestGateway> {
  const { logger, lines } = recordLog();
  const options = compileOptions({ port: 0, playground: false, watch: 'off', models, ...settings }, {});
  const gateway = await startGateway(options, logger, '0.0.0-test');
  test.after(() => gateway.stop());
  return { ...gateway, graphqlUrl: `${gateway.url}/graphql`, log: lines };
}

/** A GraphQL error as clients see it. */
export interface ClientError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: {
    readonly code: string;
    readonly retryable: boolean;
    readonly requestId: string;
    readonly traceId?: string;
    readonly model?: string;
    readonly version?: string;
    readonly retryAfterMs?: number;
    readonly details?: Readonly<Record<string, unknown>>;
  };
}

export interface ClientResult {
  readonly status: number;
  readonly headers: Headers;
  readonly data: any;
  readonly errors: readonly ClientError[];
}

/** Sends one operation over HTTP. */
export async function query(
  gateway: Pick<TestGateway, 'graphqlUrl'>,
  document: string,
  variables?: object,
  init: RequestInit = {},
): Promise<ClientResult> {
  const response = await post(gateway, JSON.stringify({ query: document, variables }), init);
  const body = (await response.json()) as { data?: unknown; errors?: ClientError[] };
  return { status: response.status, headers: response.headers, data: body.data, errors: body.errors ?? [] };
}

/** Posts a body as it is. When it is answered, the log has the lines of it, which are written at the end of a tick. */
export async function post(
  gateway: Pick<TestGateway, 'graphqlUrl'>,
  body: string | Uint8Array<ArrayBuffer>,
  { headers, ...init }: RequestInit = {},
): Promise<Response> {
  const response = await fetch(gateway.graphqlUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(headers as Record<string, string> | undefined) },
    body,
    ...init,
  });
  await nextTurn();
  return response;
}

/** The calls of a model that were made so far, as the log has them. */
export function callsOf(gateway: Pick<TestGateway, 'log'>, model: string): readonly LogLine[] {
  return gateway.log.filter((line) => line.message === 'call' && line['model'] === model);
}
