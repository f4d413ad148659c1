import type { Backend } from './backend.ts';
import { onnxruntimeBackend } from './onnxruntime/onnxruntime-backend.ts';

/** Every backend by its name. A new one is a folder beside this file and a row here. */
const factories = {
  onnxruntime: onnxruntimeBackend,
} as const satisfies Record<string, () => Backend>;

export type BackendName = keyof typeof factories;

/** Makes a backend; loads nothing yet. */
export function createBackend(name: BackendName): Backend {
  return factories[name]();
}
