import { join } from 'node:path';
import { exampleQuery, type ExampleQuery } from '../../graphql/example-query.ts';
import { goldenFileName, readGolden } from '../../inference/golden.ts';
import { warmUp } from '../../inference/warm-up.ts';
import type { Manifest } from '../../repository/manifest.ts';
import { makeGolden } from './examples.ts';
import { doubtLabel } from './label-check.ts';
import { compareOptimised, doubtSize, type Optimisation } from './optimisation.ts';
import { doubtScores } from './score-check.ts';
import type { Situation } from './situation.ts';
import { writeDurably } from './staging.ts';
import { findStanding, type Standing } from './standing.ts';
import { using } from './workbench.ts';

/** What was found by doing what the server does. */
export interface Tried extends Standing {
  readonly goldenExamples: number;
  /** Null where the model is as it was given. */
  readonly optimisation: Optimisation | null;
  /** What was decided, changed or left out, and what was noticed of the first calls. */
  readonly notes: readonly string[];
  /** The generated types and fields. */
  readonly sdl: string;
  readonly example: ExampleQuery;
}

/**
 * Does what the server does before a version serves: opens it, warms it up, compares its golden examples.
 * @throws ModelLoadError in the server's words.
 */
export async function tryVersion(situation: Situation, manifest: Manifest): Promise<Tried> {
  const { request, destination, examples, staging, workbench, signal } = situation;
  const { name, version, folder, inForce, models } = destination;
  const { backend } = workbench;
  const open = (path: string) =>
    workbench.open({ name, version, manifest, path, folder: staging.versionFolder, models });
  const golden = join(staging.versionFolder, goldenFileName);
  const model = join(staging.versionFolder, backend.modelFileName);
  if (examples !== null) {
    const runtime =
      backend.name === 'onnxruntime' ? `ONNX Runtime ${backend.version}` : `${backend.name} ${backend.version}`;
    // By the original: what was made of it is compared with it.
    const text = await using(await open(request.source), (original) => makeGolden(original, examples, runtime));
    await writeDurably(golden, text);
  }
  signal.throwIfAborted();
  return await using(await open(model), async (served) => {
    const read = await readGolden(golden, served);
    signal.throwIfAborted();
    const optimisation = request.optimize
      ? await compareOptimised({ before: request.source, after: model }, open, read)
      : null;
    await warmUp(served, read);
    const labelDoubt = await doubtLabel(served, read?.examples.map(({ row }) => row) ?? []);
    // What to make of scores that are none of the labels' is not to be said.
    const doubt =
      labelDoubt === null ? await doubtScores(served, read) : `${labelDoubt} The task tensor serves it as it is.`;
    const growth = optimisation === null ? null : doubtSize(optimisation);
    signal.throwIfAborted();
    const openOther = (other: number) => {
      const path = join(folder, String(other), backend.modelFileName);
      return workbench.open({ name, version: other, manifest: inForce, path, models });
    };
    const standing = await findStanding(destination, served, workbench.parts, openOther);
    return {
      ...standing,
      goldenExamples: read?.examples.length ?? 0,
      optimisation,
      notes: [...served.notes, ...[doubt, growth].filter((note) => note !== null)],
      sdl: workbench.parts.of(served).sdl,
      example: exampleQuery(served, read?.examples[0]),
    };
  });
}
