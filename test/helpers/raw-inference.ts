import type { Datatype } from '../../src/tensors/datatypes.ts';
import { type ClientError, type TestGateway, post } from './gateway.ts';

/** A tensor as clients send it. */
export interface SentTensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly values?: unknown;
  readonly base64?: string;
}

/** A tensor as clients get it. */
export interface ReceivedTensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly values: any;
  readonly base64: string | null;
}

export interface RawAnswer {
  /** By name; empty where the inference failed. */
  readonly outputs: Readonly<Record<string, ReceivedTensor>>;
  readonly batchSize: number | undefined;
  readonly errors: readonly ClientError[];
}

const document = `query($input: InferInput!) {
  infer(input: $input) { outputs { name datatype shape values base64 } meta { batchSize } }
}`;

/** Sends tensors through the field `infer`. */
export async function inferRaw(
  gateway: Pick<TestGateway, 'graphqlUrl'>,
  model: string,
  inputs: readonly SentTensor[],
  outputs?: readonly string[],
): Promise<RawAnswer> {
  const { data, errors } = await sendExactly(gateway, document, { input: { model, inputs, outputs } });
  const received: readonly ReceivedTensor[] = data?.infer?.outputs ?? [];
  return {
    outputs: Object.fromEntries(received.map((tensor) => [tensor.name, tensor])),
    batchSize: data?.infer?.meta.batchSize,
    errors,
  };
}

/** Sends one operation as `query` of the gateway does, with the sign of -0, which JSON.stringify leaves out. */
export async function sendExactly(
  gateway: Pick<TestGateway, 'graphqlUrl'>,
  document: string,
  variables: object,
): Promise<{ readonly data: any; readonly errors: readonly ClientError[] }> {
  const response = await post(
    gateway,
    `{ "query": ${JSON.stringify(document)}, "variables": ${exactJson(variables)} }`,
  );
  const { data, errors } = (await response.json()) as { data?: unknown; errors?: readonly ClientError[] };
  return { data, errors: errors ?? [] };
}

/** JSON that keeps the sign of -0. */
export function exactJson(value: unknown): string {
  const mark = '\u{f8ff}-0';
  const text = JSON.stringify(value, (_key, each: unknown) => (Object.is(each, -0) ? mark : each));
  return text.replaceAll(`"${mark}"`, '-0');
}
