import { readFileSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { percentile } from '../statistics.ts';
import type { Row, RowTensor } from '../workload.ts';

/**
 * A bare onnxruntime-node loop in a process of its own: the most rows per second that this machine gives, over batch
 * sizes. A batch is one of the rows as often as the batch has places, so that rows of different lengths need no padding;
 * the rows take turns. Prints one JSON line for each batch size.
 *
 * Arguments: path of the model, file with the rows as JSON, seconds for each batch size, batch sizes.
 */
const [path = '', rowsFile = '', seconds = '', batchSizes = ''] = process.argv.slice(2);
const session = await InferenceSession.create(path);
const rows = JSON.parse(readFileSync(rowsFile, 'utf8')) as Row[];
const milliseconds = Number(seconds) * 1000;
const outputs = session.outputMetadata.filter(({ isTensor }) => isTensor).map(({ name }) => name);

for (const batchSize of batchSizes.split(',').map(Number)) {
  const batches = rows.map((row) => batchOf(row, batchSize));
  for (const feeds of batches) await session.run(feeds, outputs);
  const times: number[] = [];
  const start = performance.now();
  let now = start;
  while (now - start < milliseconds) {
    await session.run(batches[times.length % batches.length] ?? {}, outputs);
    const end = performance.now();
    times.push(end - now);
    now = end;
  }
  const rowsPerSecond = (times.length * batchSize * 1000) / (now - start);
  console.log(
    JSON.stringify({ batchSize, rowsPerSecond, p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99) }),
  );
}
await session.release();

function batchOf(row: Row, batchSize: number): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(row).map(([name, tensor]) => [name, repeated(tensor, batchSize)]));
}

function repeated({ datatype, shape, data }: RowTensor, times: number): Tensor {
  const all = Array.from({ length: times }, () => data).flat();
  const dimensions = [times, ...shape];
  if (datatype === 'BYTES') return new Tensor('string', all.map(String), dimensions);
  if (datatype === 'INT64') return new Tensor('int64', BigInt64Array.from(all, BigInt), dimensions);
  return new Tensor('float32', Float32Array.from(all, Number), dimensions);
}
