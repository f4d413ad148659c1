import { ModelLoadError } from '../../errors.ts';
import type { Signature } from '../backend.ts';
import type { ModelProto } from './model-proto.ts';

/** Domains whose operators are built into ONNX Runtime; '' is ONNX itself. */
const builtIn = new Set([
  '',
  'ai.onnx',
  'ai.onnx.ml',
  'ai.onnx.preview',
  'ai.onnx.preview.training',
  'ai.onnx.training',
  'com.microsoft',
  'com.microsoft.experimental',
  'com.microsoft.nchwc',
  'com.ms.internal.nhwc',
  'org.pytorch.aten',
]);

type OperatorsInUse = Pick<ModelProto, 'operators' | 'functions' | 'file'>;

/**
 * @throws ModelLoadError when the graph uses operators of a domain that is neither built in nor defined in the file,
 * or whose version the file does not say.
 */
export function checkOperators({ operators, functions, file }: OperatorsInUse): void {
  const foreign: string[] = [];
  // ONNX's own domain has a default in ONNX Runtime, and old converters leave it out.
  const imported = new Set(['', ...file.opsets.map(({ domain }) => domain)]);
  for (const operator of operators) {
    const domain = operator.slice(0, operator.indexOf(':'));
    if (!builtIn.has(domain) && !functions.has(operator)) foreign.push(operator);
    else if (!imported.has(domain)) throw notImported(domain);
  }
  if (foreign.length === 0) return;
  const shown = foreign.slice(0, 5).map((operator) => `"${operator.replace(':', '.')}"`);
  const rest = foreign.length > shown.length ? ` and ${foreign.length - shown.length} more` : '';
  throw new ModelLoadError(
    `The model uses custom operators: ${shown.join(', ')}${rest}. They need a library of their own, which is not loaded: ` +
      'export the model with standard ONNX operators, or define them as functions inside the model.',
  );
}

function notImported(domain: string): ModelLoadError {
  return new ModelLoadError(
    `The model uses operators of the domain "${domain}" and does not say which version of it: was the file copied in ` +
      'half? Copy it or export it again.',
    // The versions stand at the end of the file.
    { incomplete: true },
  );
}

/** Operators that run a graph of their own as often as a value says. */
const loops: ReadonlySet<string> = new Set(['If', 'Loop', 'Scan', 'SequenceMap']);

/** Operators whose work the length of texts drives. */
const searches: ReadonlySet<string> = new Set([
  'RegexFullMatch',
  'RegexReplace',
  'StringNormalizer',
  'StringSplit',
  'TfIdfVectorizer',
  'Tokenizer',
]);

/** Whether a value that a client sends can make a call as long as it likes. */
export function hasLoops(operators: ReadonlySet<string>): boolean {
  return [...operators].some((operator) => loops.has(operator.slice(operator.indexOf(':') + 1)));
}

/**
 * Whether nothing but the number of rows can make a call of the model longer: every row has the same size, and no
 * operator's work is driven by values.
 */
export function hasBoundedCalls({ inputs }: Signature, operators: ReadonlySet<string>): boolean {
  for (const operator of operators) {
    const [domain = '', name = ''] = operator.split(':');
    if (loops.has(name) || searches.has(name) || (domain !== '' && domain !== 'ai.onnx' && domain !== 'ai.onnx.ml'))
      return false;
  }
  return inputs.every(({ shape }) => shape?.slice(1).every((size) => typeof size === 'number') === true);
}
