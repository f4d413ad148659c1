import type { Backend } from '../backends/backend.ts';
import { ModelLoadError } from '../errors.ts';
import { apiNames, nameConflict } from '../graphql/api-names.ts';
import { contractOf } from '../graphql/generated-part.ts';
import type { StaticSchema } from '../graphql/static-schema.ts';
import { systemClock } from '../inference/batching/clock.ts';
import { probeBatchAxis } from '../inference/probe-batch-axis.ts';
import { createServedModel, type ServedModel } from '../inference/served-model.ts';
import type { Manifest } from '../repository/manifest.ts';
import { findTask } from '../tasks/index.ts';
import { rowSignature } from '../tasks/row-signature.ts';

/** A model file outside of any repository, and what it is to be opened as. */
export interface LoneModel {
  readonly path: string;
  readonly name: string;
  readonly version: number;
  readonly manifest: Manifest;
}

/**
 * Opens one model file as the server opens a version, with one instance. Whoever opened it closes it.
 * @throws ModelLoadError in the words of the server, when it cannot be served.
 */
export async function openAlone(
  { path, name, version, manifest }: LoneModel,
  backend: Backend,
  base: StaticSchema,
): Promise<ServedModel> {
  const conflict = nameConflict(name, [], base.typeNames);
  if (conflict !== null) throw new ModelLoadError(conflict);
  const task = findTask(manifest.task);
  const model = await backend.open({ path, instances: 1, threadsPerInstance: manifest.threads });
  try {
    const { enabled, axis } = manifest.batching;
    const declared = rowSignature(model.signature, { enabled, axis });
    const reason = await probeBatchAxis(model, declared);
    const signature = reason === null ? declared : rowSignature(model.signature, { axis: 'none', reason });
    const { typePrefix } = apiNames(name);
    const bound = task.bind({ model: name, signature, manifest, typePrefix, types: base.shared });
    return createServedModel({
      name,
      version,
      manifest,
      model,
      rowSignature: signature,
      task: bound,
      contract: contractOf(bound),
      clock: systemClock,
      onCall: () => undefined,
    });
  } catch (error) {
    await model.close();
    throw error;
  }
}
