import { dirname } from 'node:path';
import type { Backend, Signature } from '../../backends/backend.ts';
import { ModelLoadError } from '../../errors.ts';
import { apiNames } from '../../graphql/api-names.ts';
import { GeneratedParts } from '../../graphql/generated-part.ts';
import { openVersion, readBeside } from '../../graphql/open-version.ts';
import { buildStaticSchema } from '../../graphql/static-schema.ts';
import { systemClock } from '../../inference/batching/clock.ts';
import { closeServedModel, type ServedModel } from '../../inference/served-model.ts';
import { InferenceRecorder } from '../../observability/metrics/inference-recorder.ts';
import type { Manifest } from '../../repository/manifest.ts';
import { hashFile } from '../../repository/verify.ts';
import { createPictureDecoder } from '../../tasks/images/picture-decoder.ts';
import { findTask } from '../../tasks/index.ts';
import { rowSignature } from '../../tasks/row-signature.ts';

/** A version to be looked at as the server would see it. */
export interface VersionOnTrial {
  readonly name: string;
  readonly version: number;
  readonly manifest: Manifest;
  /** The model file. */
  readonly path: string;
  /** The folder of the files beside it. @default that of the model file */
  readonly folder?: string;
  /** The models of the repository, with whether they serve. */
  readonly models: ReadonlyMap<string, boolean>;
}

/** Opens versions as the server does, without a server. */
export interface Workbench {
  readonly backend: Backend;
  readonly parts: GeneratedParts;
  /** Whoever opens it closes it. @throws ModelLoadError when it cannot be served. */
  open(version: VersionOnTrial): Promise<ServedModel>;
  /** Why the task of a manifest does not take a model of this signature; null when it does. Nothing is loaded. */
  whyNot(version: VersionOnTrial, signature: Signature): Promise<string | null>;
}

/** @param maxImagePixels the most pixels in a picture. */
export function createWorkbench(backend: Backend, maxImagePixels: number): Workbench {
  const base = buildStaticSchema();
  const pictures = createPictureDecoder({ maxPixels: maxImagePixels });
  return {
    backend,
    parts: new GeneratedParts(base),
    async open({ name, version, manifest, path, folder = dirname(path), models }) {
      const { sha256 } = await hashFile(path);
      const request = { name, version, manifest: { ...manifest, instances: 1 }, path, folder, sha256 };
      const recorder = new InferenceRecorder(name, version, () => systemClock.now());
      return await openVersion(request, { backend, base, pictures, models, recorder, onCall: () => undefined });
    },
    async whyNot({ name, version, manifest, path, folder = dirname(path) }, signature) {
      try {
        const task = findTask(manifest.task);
        const { enabled, axis } = manifest.batching;
        task.bind({
          model: name,
          typePrefix: apiNames(name).typePrefix,
          version,
          sha256: '',
          signature: rowSignature(signature, { enabled, axis }),
          manifest,
          types: base.shared,
          files: await readBeside(folder, task.reads ?? []),
          pictures,
        });
        return null;
      } catch (error) {
        if (error instanceof ModelLoadError) return error.message;
        throw error;
      }
    },
  };
}

/** Closes a version once it was used, whatever comes of that. */
export async function using<Result>(
  served: ServedModel,
  use: (served: ServedModel) => Promise<Result>,
): Promise<Result> {
  try {
    return await use(served);
  } finally {
    await closeServedModel(served);
  }
}
