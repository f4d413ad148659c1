import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { model, tensorValue } from '../../test/helpers/onnx-builder.ts';
import { startScript, withServer } from '../contestant.ts';
import { startGatewayProcess } from '../gateway-process.ts';
import { withModels } from '../model-folder.ts';
import type { Scenario } from '../scenario.ts';
import { percentile } from '../statistics.ts';

const shape = [3, 224, 224] as const;
const document =
  'query($x: FloatTensor!) { predict { picture(input: { x: $x }) { y { base64 } meta { computeMs } } } }';

/** The mean of each channel: a model that takes no time, so that what is seen is the way to it. */
const pictureModel = model({
  inputs: [tensorValue('x', 'FP32', ['N', ...shape])],
  outputs: [tensorValue('y', 'FP32', ['N', 3, 1, 1])],
  nodes: [{ op: 'GlobalAveragePool', inputs: ['x'], outputs: ['y'] }],
});

/**
 * The gateway's own part of a request with a large tensor: what one client sees, less the time in the model. And how much of
 * that is above a server that reads the same body and answers a constant: the way of 800 KB through two sockets is in both.
 */
export const imageTensor: Scenario = {
  name: 'a 3×224×224 tensor as base64 and as JSON numbers, one client: latency less computeMs',
  measure: (effort) =>
    withModels({ picture: { file: pictureModel } }, (folder) =>
      withServer(startGatewayProcess(folder), (gateway) =>
        withServer(startScript('http-constant'), async (plain) => {
          const pixels = Float32Array.from({ length: shape[0] * shape[1] * shape[2] }, (_, at) => (at % 255) / 255);
          const forms = {
            Base64: bodyOf(Buffer.from(pixels.buffer).toString('base64')),
            Json: bodyOf(nest([...pixels].map((pixel) => Math.round(pixel * 1e4) / 1e4))),
          };
          const agent = new Agent({ keepAlive: true, maxSockets: 1 });
          const own = { Base64: [] as number[], Json: [] as number[] };
          const aboveHttp = { Base64: [] as number[], Json: [] as number[] };
          const p99 = { Base64: [] as number[], Json: [] as number[] };
          for (const form of ['Base64', 'Json'] as const) {
            for (const { url } of [plain, gateway]) {
              await ownParts(url, agent, forms[form], effort.warmUpSeconds / 2);
            }
          }
          for (let run = 0; run < effort.runs; run += 1) {
            for (const form of ['Base64', 'Json'] as const) {
              const ofHttp = percentile(await ownParts(plain.url, agent, forms[form], effort.seconds / 2), 0.5);
              const times = await ownParts(gateway.url, agent, forms[form], effort.seconds);
              own[form].push(percentile(times, 0.5));
              aboveHttp[form].push(percentile(times, 0.5) - ofHttp);
              p99[form].push(percentile(times, 0.99));
            }
          }
          agent.destroy();
          return (['Base64', 'Json'] as const).flatMap((form) => [
            {
              name: `imageTensor${form}OwnMs`,
              unit: 'ms',
              values: own[form],
              details: { p99Ms: p99[form], bodyBytes: forms[form].length },
            },
            { name: `imageTensor${form}AboveHttpMs`, unit: 'ms', values: aboveHttp[form], details: {} },
          ]);
        }),
      ),
    ),
};

function bodyOf(x: unknown): Buffer {
  return Buffer.from(JSON.stringify({ query: document, variables: { x } }));
}

/** As JSON has a tensor: channels of rows of numbers. */
function nest(pixels: readonly number[]): number[][][] {
  const [channels, height, width] = shape;
  return Array.from({ length: channels }, (_, channel) =>
    Array.from({ length: height }, (_, row) => {
      const start = (channel * height + row) * width;
      return pixels.slice(start, start + width);
    }),
  );
}

/** Milliseconds of each request, one after the other, less those that the model took, where there is one. */
async function ownParts(url: string, agent: Agent, body: Buffer, seconds: number): Promise<number[]> {
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    const startedAt = performance.now();
    const headers = { 'content-type': 'application/json', 'content-length': body.length };
    const sent = request(url, { method: 'POST', agent, headers });
    const response = once(sent, 'response') as Promise<[NodeJS.ReadableStream]>;
    sent.end(body);
    const answer = await text((await response)[0]);
    const latencyMs = performance.now() - startedAt;
    const { data } = JSON.parse(answer) as { data: { predict: { picture?: { meta: { computeMs: number } } } } };
    times.push(latencyMs - (data.predict.picture?.meta.computeMs ?? 0));
  }
  return times;
}
