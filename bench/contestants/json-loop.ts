import { readFileSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';

/**
 * A loop around `session.run()` that also reads each request from JSON and writes its answer as JSON: the least that a
 * server of JSON has to do. Prints the rows per second as one JSON line.
 *
 * Arguments: path of the iris model, file with the body of a request, seconds.
 */
const [path = '', bodyFile = '', seconds = ''] = process.argv.slice(2);
const session = await InferenceSession.create(path);
const body = readFileSync(bodyFile);
const labels = ['setosa', 'versicolor', 'virginica'];

async function answer(): Promise<number> {
  const { variables } = JSON.parse(body.toString()) as { variables: { i: Record<string, number>[] } };
  const rows = variables.i;
  const values = new Float32Array(rows.length * 4);
  for (const [row, flower] of rows.entries()) values.set(Object.values(flower), row * 4);
  const { probabilities } = await session.run({ X: new Tensor('float32', values, [rows.length, 4]) }, [
    'probabilities',
  ]);
  const scores = probabilities?.data as Float32Array;
  const irisBatch = rows.map((_, row) => {
    const own = scores.subarray(row * labels.length, (row + 1) * labels.length);
    const best = own.indexOf(Math.max(...own));
    return { label: labels[best], score: own[best] };
  });
  Buffer.from(JSON.stringify({ data: { predict: { irisBatch } } }));
  return rows.length;
}

for (let call = 0; call < 200; call += 1) await answer();
const start = performance.now();
let rows = 0;
while (performance.now() - start < Number(seconds) * 1000) rows += await answer();
console.log(JSON.stringify({ rowsPerSecond: (rows * 1000) / (performance.now() - start) }));
await session.release();
