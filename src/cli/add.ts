import { createBackend } from '../backends/index.ts';
import { compileOptions } from '../config/options.ts';
import { addModel } from './add/addition.ts';
import { curlOf } from '../graphql/example-curl.ts';
import { printAddition } from './add/addition-text.ts';
import { type AddFlags, readAddRequest } from './add/request.ts';
import { createWorkbench } from './add/workbench.ts';
import type { CommandEnvironment } from './command.ts';

/**
 * Puts a model into the repository, or says why it cannot be served.
 * @param signal aborted when nobody waits any more.
 */
export async function add(
  file: string,
  io: CommandEnvironment,
  flags: AddFlags & { models?: string },
  signal: AbortSignal,
): Promise<number> {
  const options = compileOptions(flags.models === undefined ? {} : { models: flags.models }, io.environment);
  const request = readAddRequest(file, options, flags);
  const workbench = createWorkbench(createBackend('onnxruntime'), options.limits.maxImagePixels);
  const addition = await addModel(request, workbench, signal);
  io.output.write(
    flags.json === true
      ? `${JSON.stringify({ ...addition, curl: curlOf(addition.url, addition.example) }, null, 2)}\n`
      : printAddition(addition),
  );
  return 0;
}
