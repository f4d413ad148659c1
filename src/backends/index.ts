import type { Backend } from './backend.ts';
import { type OnnxRuntimeOptions, onnxruntimeBackend } from './onnxruntime/onnxruntime-backend.ts';

export type BackendOptions = OnnxRuntimeOptions;

/** Every backend by its name. A new one is a folder beside this file and a row here. */
const factories = {
  onnxruntime: onnxruntimeBackend,
} as const satisfies Record<string, (options?: BackendOptions) => Backend>;

export type BackendName = keyof typeof factories;

/** Makes a backend; loads nothing yet. */
export function createBackend(name: BackendName, options: BackendOptions = {}): Backend {
  return factories[name](options);
}
