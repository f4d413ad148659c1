import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import protobuf from 'protobufjs';
import type { TestScope } from './temporary-folder.ts';

/** A span as it was received. */
export interface ReceivedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first span of a trace. */
  readonly parentSpanId: string;
  /** 1: internal, 2: server. */
  readonly kind: number;
  /** In milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status: { readonly code: number; readonly message: string };
  readonly traceState: string;
  /** What is said of the service it came from. */
  readonly resource: Readonly<Record<string, unknown>>;
}

/** A collector of OpenTelemetry: takes spans over HTTP, in protobuf or in JSON. */
export interface OtlpReceiver {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly url: string;
  /** All that came so far. */
  readonly spans: readonly ReceivedSpan[];
  /** The bodies as they came, for those who look for what must not be in them. */
  readonly bodies: readonly Buffer[];
  /** The headers of each request. */
  readonly headers: readonly NodeJS.Dict<string | string[]>[];
  /** The spans so far, once they are as meant. */
  until(isMeant: (spans: readonly ReceivedSpan[]) => boolean): Promise<readonly ReceivedSpan[]>;
}

/** A message of OTLP, in the names of its JSON form. */
interface TraceRequest {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly KeyValue[] };
    readonly scopeSpans?: readonly { readonly spans?: readonly RawSpan[] }[];
  }[];
}

interface RawSpan extends Omit<ReceivedSpan, 'attributes' | 'links' | 'status' | 'startedAt' | 'endedAt'> {
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: readonly KeyValue[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status?: { readonly code?: number; readonly message?: string };
}

interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}

interface AnyValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string | number;
  readonly doubleValue?: number;
  readonly arrayValue?: { readonly values: readonly AnyValue[] };
}

const definitions = fileURLToPath(new URL('../fixtures/opentelemetry-proto/', import.meta.url));

/** Starts one on the loopback interface; it stops with the test. @param status what it answers */
export async function startOtlpReceiver(test: TestScope, status = 200): Promise<OtlpReceiver> {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => `${definitions}${target}`;
  await root.load('opentelemetry/proto/collector/trace/v1/trace_service.proto');
  const message = root.lookupType('opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest');

  const spans: ReceivedSpan[] = [];
  const bodies: Buffer[] = [];
  const headers: NodeJS.Dict<string | string[]>[] = [];
  let arrived = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const sent = Buffer.concat(parts);
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
      bodies.push(body);
      headers.push(request.headers);
      if (request.url === '/v1/traces') {
        const isJson = request.headers['content-type'] === 'application/json';
        spans.push(...spansOf(isJson ? (JSON.parse(body.toString()) as TraceRequest) : decode(message, body)));
      }
      response.statusCode = status;
      response.end(request.headers['content-type'] === 'application/json' ? '{}' : '');
      arrived.resolve();
      arrived = Promise.withResolvers();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  test.after(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const until = async (isMeant: (spans: readonly ReceivedSpan[]) => boolean) => {
    while (!isMeant(spans)) await arrived.promise;
    return spans;
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, spans, bodies, headers, until };
}

/** Bytes become hexadecimal digits, as in the JSON form. */
function decode(message: protobuf.Type, body: Buffer): TraceRequest {
  const object = message.toObject(message.decode(body), { longs: String, bytes: Array });
  return JSON.parse(
    JSON.stringify(object, (key, value: unknown) =>
      /^(?:trace|span|parentSpan)Id$/.test(key) ? Buffer.from(value as number[]).toString('hex') : value,
    ),
  ) as TraceRequest;
}

function spansOf({ resourceSpans = [] }: TraceRequest): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans = [] }) =>
    scopeSpans
      .flatMap(({ spans = [] }) => spans)
      .map(({ startTimeUnixNano, endTimeUnixNano, attributes, links = [], status, ...span }) => ({
        ...span,
        parentSpanId: span.parentSpanId ?? '',
        traceState: span.traceState ?? '',
        startedAt: Number(startTimeUnixNano) / 1e6,
        endedAt: Number(endTimeUnixNano) / 1e6,
        attributes: recordOf(attributes),
        links: links.map(({ traceId, spanId }) => ({ traceId, spanId })),
        status: { code: status?.code ?? 0, message: status?.message ?? '' },
        resource: recordOf(resource?.attributes),
      })),
  );
}

function recordOf(attributes: readonly KeyValue[] = []): Readonly<Record<string, unknown>> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]));
}

function plain({ stringValue, boolValue, intValue, doubleValue, arrayValue }: AnyValue): unknown {
  if (intValue !== undefined) return Number(intValue);
  return stringValue ?? boolValue ?? doubleValue ?? arrayValue?.values.map(plain) ?? null;
}
