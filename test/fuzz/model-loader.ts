/**
 * The entry of a child process that checks one folder of models after the other, by what `inferql check` does. A model
 * file that ends its process ends this one.
 */
import { Writable } from 'node:stream';
import type { CheckReport } from '../../src/cli/check-report.ts';
import { check } from '../../src/cli/check.ts';
import { compileOptions } from '../../src/config/options.ts';
import type { LoaderAnswer, LoaderRequest } from './loader-messages.ts';

process.on('message', ({ models }: LoaderRequest) => {
  void load(models).then((answer) => process.send?.(answer));
});

async function load(models: string): Promise<LoaderAnswer> {
  const [output, errors] = [new Collected(), new Collected()];
  const environment = { arguments: [], environment: {}, output, errors, onStopSignal: () => undefined, primary: null };
  const io = environment as unknown as Parameters<typeof check>[1];
  await check(compileOptions({ models, watch: 'off' }, {}), io, { json: true });
  // Lines of the log are written at the end of a tick.
  await new Promise(setImmediate);
  return { report: JSON.parse(output.text) as CheckReport, faults: errors.text };
}

class Collected extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
