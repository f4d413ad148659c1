import { createBackend } from '../backends/index.ts';
import { compileOptions } from '../config/options.ts';
import { ModelLoadError } from '../errors.ts';
import { addModel } from './add/addition.ts';
import { curlOf, printAddition } from './add/addition-text.ts';
import { type AddFlags, readAddRequest } from './add/request.ts';
import { createWorkbench } from './add/workbench.ts';
import type { CommandEnvironment } from './command.ts';

/** Puts a model into the repository, or says why it cannot be served. */
export async function add(
  file: string,
  io: CommandEnvironment,
  flags: AddFlags & { models?: string },
): Promise<number> {
  const options = compileOptions(flags.models === undefined ? {} : { models: flags.models }, io.environment);
  const request = readAddRequest(file, options, flags);
  const stop = new AbortController();
  io.onStopSignal((signal) => stop.abort(new ModelLoadError(`Stopped by ${signal}: nothing was put into place.`)));
  const workbench = createWorkbench(createBackend('onnxruntime'), options.limits.maxImagePixels);
  const addition = await addModel(request, workbench, stop.signal);
  io.output.write(
    flags.json === true
      ? `${JSON.stringify({ ...addition, curl: curlOf(addition) }, null, 2)}\n`
      : printAddition(addition),
  );
  return 0;
}
