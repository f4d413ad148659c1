import type { Command } from 'commander';

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
