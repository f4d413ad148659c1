import { resolve } from 'node:path';
import { createBackend } from '../backends/index.ts';
import type { CommandEnvironment } from './command.ts';
import { inspectFile } from './inspection.ts';
import { printInspection } from './inspection-text.ts';

/** Says all that can be known of one model file: with code 0 when it can be served. */
export async function inspect(
  file: string,
  io: CommandEnvironment,
  flags: { readonly json?: boolean },
): Promise<number> {
  const inspection = await inspectFile(resolve(file), createBackend('onnxruntime'));
  io.output.write(flags.json === true ? `${JSON.stringify(inspection, null, 2)}\n` : printInspection(inspection));
  return inspection.ok ? 0 : 1;
}
