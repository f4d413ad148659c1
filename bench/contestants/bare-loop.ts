import { InferenceSession, Tensor } from 'onnxruntime-node';
import { percentile } from '../statistics.ts';

/**
 * A bare onnxruntime-node loop in a process of its own: the most rows per second that this machine gives, over batch
 * sizes. Prints one JSON line for each batch size.
 *
 * Arguments: path of the model, its input's name, its row width, seconds for each batch size, batch sizes.
 */
const [path = '', inputName = '', width = '', seconds = '', batchSizes = ''] = process.argv.slice(2);
const session = await InferenceSession.create(path);
const rowWidth = Number(width);
const milliseconds = Number(seconds) * 1000;
const outputs = session.outputMetadata.filter(({ isTensor }) => isTensor).map(({ name }) => name);

for (const batchSize of batchSizes.split(',').map(Number)) {
  const data = new Float32Array(batchSize * rowWidth).map((_, index) => (index % 17) / 17);
  const feeds = { [inputName]: new Tensor('float32', data, [batchSize, rowWidth]) };
  await session.run(feeds, outputs);
  const times: number[] = [];
  const start = performance.now();
  let now = start;
  while (now - start < milliseconds) {
    await session.run(feeds, outputs);
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
