import { InferenceSession, Tensor } from 'onnxruntime-node';

/**
 * A bare onnxruntime-node loop in a process of its own: the most rows per second that this machine gives, over batch
 * sizes. Prints one JSON line for each batch size.
 *
 * Arguments: path of the model, its input's name, its row width, seconds for each batch size.
 */
const [path = '', inputName = '', width = '', seconds = ''] = process.argv.slice(2);
const session = await InferenceSession.create(path);
const rowWidth = Number(width);
const milliseconds = Number(seconds) * 1000;

for (const batchSize of [1, 8, 16, 32, 64, 128, 256]) {
  const data = new Float32Array(batchSize * rowWidth).map((_, index) => (index % 17) / 17);
  const feeds = { [inputName]: new Tensor('float32', data, [batchSize, rowWidth]) };
  await session.run(feeds);
  const start = performance.now();
  let calls = 0;
  while (performance.now() - start < milliseconds) {
    await session.run(feeds);
    calls += 1;
  }
  const rowsPerSecond = (calls * batchSize * 1000) / (performance.now() - start);
  console.log(JSON.stringify({ batchSize, rowsPerSecond }));
}
await session.release();
