import { basename, resolve } from 'node:path';
import { OptionsError } from '../../config/options.ts';
import { isModelName, isVersionName, modelNameRule } from '../../repository/scan.ts';

/** What `add` takes besides settings, as the command line gives it. */
export interface AddFlags {
  readonly name?: string;
  readonly version?: string;
  readonly task?: string;
  readonly features?: string;
  readonly labels?: string;
  readonly examples?: string;
  readonly golden?: string;
  readonly with?: readonly string[];
  readonly optimize?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** What is to be added, and how; paths are absolute. */
export interface AddRequest {
  /** The model file. */
  readonly source: string;
  /** Folder of the models. */
  readonly root: string;
  /** Null to make one of the file's name. */
  readonly name: string | null;
  /** Null for the next one. */
  readonly version: number | null;
  readonly asked: AskedFor;
  /** A file of inputs to make golden examples of. */
  readonly examples: string | null;
  /** A file of golden examples. */
  readonly golden: string | null;
  /** Further files that belong beside the model. */
  readonly beside: readonly string[];
  readonly optimize: boolean;
  readonly dryRun: boolean;
  /** Where the server is looked for in what is printed. */
  readonly url: string;
}

/** What the manifest is to say, whatever the file does. */
export interface AskedFor {
  readonly task: string | null;
  readonly features: readonly string[] | null;
  readonly labels: readonly string[] | null;
}

/** @throws OptionsError naming the flag, the offending value and what is allowed. */
export function readAddRequest(
  file: string,
  { models, host, port }: { readonly models: string; readonly host: string; readonly port: number },
  flags: AddFlags,
): AddRequest {
  const { name = null, version = null, examples = null, golden = null } = flags;
  if (name !== null && !isModelName(name)) throw wrong('name', `a model's name has ${modelNameRule}`, name);
  if (version !== null && !isVersionName(version)) throw wrong('version', 'must be a whole number from 1', version);
  if (examples !== null && golden !== null) {
    throw new OptionsError('option --examples: golden examples are made of it, and --golden brings them; give one');
  }
  const beside = (flags.with ?? []).map((path) => resolve(path));
  const names = beside.map((path) => basename(path));
  const twice = names.find((each, index) => names.indexOf(each) !== index);
  if (twice !== undefined) throw wrong('with', 'two files of one name cannot lie in one folder', twice);
  return {
    source: resolve(file),
    root: models,
    name,
    version: version === null ? null : Number(version),
    asked: {
      task: flags.task ?? null,
      features: readList('features', flags.features),
      labels: readList('labels', flags.labels),
    },
    examples: examples && resolve(examples),
    golden: golden && resolve(golden),
    beside,
    optimize: flags.optimize === true,
    dryRun: flags.dryRun === true,
    // Nobody asks a server at the address that means all of a machine's own.
    url: `http://${host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host}:${port}/graphql`,
  };
}

function readList(flag: string, given: string | undefined): readonly string[] | null {
  if (given === undefined) return null;
  const words = given.split(',').map((word) => word.trim());
  if (words.includes('')) throw wrong(flag, 'must be names with commas between them, such as a,b,c', given);
  const twice = words.find((word, index) => words.indexOf(word) !== index);
  if (twice !== undefined) throw wrong(flag, `names "${twice}" twice`, given);
  return words;
}

function wrong(flag: string, what: string, given: string): OptionsError {
  return new OptionsError(`option --${flag}: ${what} (got ${JSON.stringify(given)})`);
}
