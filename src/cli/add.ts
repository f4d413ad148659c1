import type { Command } from 'commander';
import { createBackend } from '../backends/index.ts';
import { compileOptions } from '../config/options.ts';
import { ModelLoadError } from '../errors.ts';
import { addModel } from './add/addition.ts';
import { curlOf, printAddition } from './add/addition-text.ts';
import { type AddFlags, readAddRequest } from './add/request.ts';
import { createWorkbench } from './add/workbench.ts';
import type { CommandEnvironment } from './command.ts';

/** Says what the command takes. */
export function describeAdd(command: Command): Command {
  return command
    .description('put a model into the folder of the models: inspected, with a manifest, verified, in one step')
    .argument('<file>', 'the model, such as iris.onnx')
    .option('--name <name>', 'Name of the model. Default: that of the file.')
    .option('--version <number>', 'Version. Default: the next one.')
    .option('--models <folder>', 'Folder of the models. Environment: INFERQL_MODELS. Default: models.')
    .option('--task <task>', 'Task of the manifest that is proposed. Default: what the file looks like.')
    .option('--features <names>', 'Names of the columns, in their order: a,b,c.')
    .option('--labels <names>', 'Names of the classes, in the order of the scores: a,b,c.')
    .option('--examples <file>', 'JSON with inputs, to make golden examples of what the model answers.')
    .option('--golden <file>', 'Golden examples, to be verified and put beside the model.')
    .option('--with <files...>', 'Further files to put beside the model, such as tokenizer.json.')
    .option('--optimize', 'Optimise the model ahead for ONNX Runtime, and compare and measure what comes out.')
    .option('--dry-run', 'Do all but put it into place.')
    .option('--json', 'Print what was done as JSON.');
}

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
