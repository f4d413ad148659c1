import { GatewayError, ModelLoadError } from '../../errors.ts';
import { elementTypeName } from './element-types.ts';

const longestMessage = 400;
/** Names in a model are part of messages and may be of any length: the patterns must not take long on them. */
const longestScrubbed = 4000;

/**
 * A native source position, with the signature or the name of the function, as ONNX Runtime puts them before a message:
 * `/src/model.cc:202 onnxruntime::Model::Model(const Graph&) Unsupported …`, `utils.cc:594 GetInfo TensorProto: …`.
 */
const sourcePosition =
  /(?<!\S)\S*\.(?:cc|cpp|h|hpp|cu):\d+ (?:[^\n()]*::[^\n()]*\([^\n]*?\)(?: const)?(?:::<lambda\(.*?\)>)?(?: \[with [^\]]*\])? |\w+(?:\(\))? )/g;
/** A position that stands otherwise than the runtime mostly has it. */
const barePosition = /(?<!\S)\S*\.(?:cc|cpp|h|hpp|cu):\d+\S* ?/g;
/** The file is known to whoever reads the message. */
const loadPrefix = /^Load model from [^\n]*?\.onnx (?:failed:)?/;
const statusCode = /\[ONNXRuntimeError\] : \d+ : \w+ : /g;
/** An absolute path of any system; PyTorch names nodes like paths, and those names are worth showing. */
const absolutePath = /(?<!Name:')(?<![\w.:])(?:[A-Za-z]:)?[\\/]+(?:[^\s"'`,;()\\/]+[\\/]+)+([^\s"'`,;:()\\/]*)/g;

/**
 * A message of the runtime in one line, without paths of the server or of the runtime's sources.
 * @param folder a path to be removed that a pattern would miss, because it has spaces.
 */
export function scrub(message: string, folder?: string): string {
  const known = folder === undefined ? message : message.replaceAll(`${folder}/`, '').replaceAll(folder, '');
  const text = known
    .slice(0, longestScrubbed)
    .replace(loadPrefix, '')
    .replaceAll(sourcePosition, '')
    .replaceAll(barePosition, '')
    .replaceAll(statusCode, '')
    .replaceAll(absolutePath, '$1')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return text.length > longestMessage ? `${text.slice(0, longestMessage - 1)}…` : text;
}

/** A failure of one call, as the client may see it; the runtime's own error is its cause. */
export function runError(cause: Error): GatewayError {
  return new GatewayError('INFERENCE_FAILED', `The model failed on these inputs: ${scrub(cause.message)}`, { cause });
}

interface Translation {
  readonly pattern: RegExp;
  readonly say: (found: readonly string[], message: string) => string;
}

/** What the runtime says when it refuses a model, and what to do about it. The first that fits is taken. */
const translations: readonly Translation[] = [
  {
    pattern: /Unsupported model IR version: (\d+), max supported IR version: (\d+)/,
    say: ([, has, most]) =>
      `The model has IR version ${has}, and this ONNX Runtime reads up to ${most}: set model.ir_version to ${most} with ` +
      'the onnx package and save it again, or update onnxruntime-node.',
  },
  {
    pattern: /Opset (\d+) is under development[^]*domain (\S+) is till opset (\d+)/,
    say: ([, has, domain, most]) =>
      `The model uses opset ${has} of the domain ${domain}, and this ONNX Runtime supports up to ${most}: export it with ` +
      `opset_version=${most} or lower, or start the server with ALLOW_RELEASED_ONNX_OPSET_ONLY=0 to have it tried.`,
  },
  {
    pattern: /(?:Fatal error: |No Op registered for )([\w.:]+)[^]*(?:is not a registered function|with domain_version)/,
    say: ([, operator]) =>
      `ONNX Runtime does not know the operator ${operator} in the opset that the model names: export it with standard ` +
      'operators, and with the opset that they belong to.',
  },
  {
    pattern: /Error No opset import for domain '([^']*)'/,
    say: ([, domain]) => `The model uses the domain "${domain}" without importing an opset of it: export it again.`,
  },
  {
    pattern: /Could not find an implementation for (\w+)/,
    say: ([, operator]) =>
      `ONNX Runtime has no implementation on the CPU of the operator ${operator} for the element types the model gives ` +
      'it: export the model in float32.',
  },
  {
    pattern: /Failed to construct locale with name:([^:]+):/,
    say: ([, locale]) =>
      `The model's StringNormalizer needs the locale "${locale}", which the server does not have: install it (Debian: ` +
      'package locales), or export the model with the locale "C", which every machine has; for skl2onnx: ' +
      'options={TfidfVectorizer: {"locale": "C"}}.',
  },
  {
    pattern: /Unsupported data type: (\d+)/,
    say: ([, code]) =>
      `An input or output has the element type ${elementTypeName(Number(code))}, which cannot be passed: put a Cast to ` +
      'float32 there and export again.',
  },
  {
    pattern: /[Ee]xternal data|external_data/,
    say: (_, message) =>
      'The weights beside the model cannot be used: copy all of its files into its folder again, or save it with one ' +
      `weights file and relative locations. (${message})`,
  },
  { pattern: /protobuf parsing failed/i, say: () => 'The model file is damaged: copy it or export it again.' },
  {
    pattern: /bad_alloc|[Ff]ailed to allocate|Cannot allocate memory|ERR_WORKER_OUT_OF_MEMORY/,
    say: () => 'There is not enough memory for the model: ask for fewer instances, or give the server more.',
  },
];

/** Why the runtime refuses a model, in words that say what to do; the runtime's own error is the cause. */
export function loadError(cause: Error, folder: string): ModelLoadError {
  const message = scrub(cause.message, folder);
  for (const { pattern, say } of translations) {
    const found = pattern.exec(cause.message);
    if (found !== null) return new ModelLoadError(say(found, message), { cause });
  }
  return new ModelLoadError(`ONNX Runtime refuses the model: ${message}`, { cause });
}
