import { ModelLoadError } from '../../errors.ts';
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

/** @throws ModelLoadError when the graph uses operators of a domain that is neither built in nor defined in the file. */
export function checkOperators({ operators, functions }: Pick<ModelProto, 'operators' | 'functions'>): void {
  const foreign: string[] = [];
  for (const operator of operators) {
    const domain = operator.slice(0, operator.indexOf(':'));
    if (!builtIn.has(domain) && !functions.has(operator)) foreign.push(operator);
  }
  if (foreign.length === 0) return;
  const shown = foreign.slice(0, 5).map((operator) => `"${operator.replace(':', '.')}"`);
  const rest = foreign.length > shown.length ? ` and ${foreign.length - shown.length} more` : '';
  throw new ModelLoadError(
    `The model uses custom operators: ${shown.join(', ')}${rest}. They need a library of their own, which is not loaded: ` +
      'export the model with standard ONNX operators, or define them as functions inside the model.',
  );
}
