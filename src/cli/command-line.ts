import { readFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { compileOptions, listSettings } from '../config/options.ts';
import { describeAdd } from './add/describe-add.ts';
import { abortWhenStopped } from './add/stop.ts';
import type { CommandAction, CommandEnvironment } from './command.ts';
import { explainFailure } from './failure.ts';
import { addKeyCommand } from './key.ts';
import { serve } from './serve.ts';

type Setting = ReturnType<typeof listSettings>[number];

/**
 * Reads the command line, loads the command that it names and runs it; `serve` when it names none. Were all loaded, a
 * process that only leads others would hold tens of megabytes of what it never uses.
 * @returns the exit code: 0 for success, 1 when the command failed, 2 when it was asked for wrongly.
 */
export async function runCommandLine(io: CommandEnvironment): Promise<number> {
  const softwareVersion = readVersion();
  let exitCode = 0;
  const program = new Command('inferql')
    .description('Serve a folder of ONNX models as a typed, batching GraphQL API.')
    .version(softwareVersion)
    // A command may have a --version of its own.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.output.write(text), writeErr: (text) => io.errors.write(text) });

  const add = (name: string, description: string, action: CommandAction, used: readonly Setting[]): Command => {
    const command = program
      .command(name, { isDefault: name === 'serve' })
      .description(description)
      .argument('[models]', 'folder of the models');
    for (const { flag, kind, env, help, byDefault } of used) {
      const text = `${help} Environment: ${env}. Default: ${byDefault}.`;
      command.addOption(new Option(kind === 'value' ? `${flag} <value>` : flag, text));
      if (kind === 'switch') command.addOption(new Option(`--no-${flag.slice(2)}`, 'The contrary.'));
    }
    return command.action(async (folder: string | undefined) => {
      // commander sets a negatable flag to true by itself, which must not hide what the environment says.
      const flags = used.filter((setting) => command.getOptionValueSource(setting.name) === 'cli');
      const given = Object.fromEntries(flags.map((setting) => [setting.name, command.getOptionValue(setting.name)]));
      const options = compileOptions({ ...given, ...(folder === undefined ? {} : { models: folder }) }, io.environment);
      exitCode = await action(options, io, softwareVersion);
    });
  };
  const settings = listSettings();
  const serving = add('serve', 'serve the models over GraphQL (the default)', serve, settings);
  const loading = settings.filter((setting) => setting.name === 'models' || setting.name === 'parallelLoads');
  add(
    'schema',
    'print the GraphQL schema of the models, for code generators',
    async (...given) => (await import('./schema.ts')).printSchemaCommand(...given),
    loading,
  );
  const checking = add(
    'check',
    'verify the models as the server would, for a build pipeline: code 0 when all is well, 1 when not',
    async (options) => (await import('./check.ts')).check(options, io, checking.opts()),
    loading,
  );
  checking.option('--schema <file>', 'GraphQL schema that clients rely on: changes that break it fail the check.');
  checking.option('--json', 'Print the report as JSON.');
  program
    .command('inspect')
    .description('say what is in a model file, what would be served of it, and what is wrong with it')
    .argument('<file>', 'the model, such as models/iris/1/model.onnx')
    .option('--json', 'Print it as JSON.')
    .action(async (file: string, flags: { json?: boolean }) => {
      const { inspect } = await import('./inspect.ts');
      exitCode = await inspect(file, io, flags);
    });
  const adding = describeAdd(program.command('add')).action(async (file: string) => {
    // Before the command is loaded, which takes longer than anything before it.
    const signal = abortWhenStopped(io);
    const { add: addModel } = await import('./add.ts');
    exitCode = await addModel(file, io, adding.opts(), signal);
  });
  addKeyCommand(program, io, async (action) => {
    exitCode = await action;
  });
  // Whoever asks a program for its options means those of what it does without further words.
  program.addHelpText('after', () => `\n${serving.helpInformation()}`);

  try {
    await program.parseAsync(io.arguments, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const failure = explainFailure(error);
    if (failure === null) throw error;
    io.errors.write(failure.text);
    return failure.exitCode;
  }
}

function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return String((JSON.parse(text) as { version: unknown }).version);
}
