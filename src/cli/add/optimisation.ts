import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readModelParts } from '../../backends/onnxruntime/model-parts.ts';
import { offlineLevel, optimiseOffline } from '../../backends/onnxruntime/offline-optimisation.ts';
import { ModelLoadError } from '../../errors.ts';
import { findDifference, type GoldenExamples } from '../../inference/golden.ts';
import { closeServedModel, type ServedModel } from '../../inference/served-model.ts';
import { predictRows } from '../../inference/predict-rows.ts';
import { formatFileSize } from '../file-size.ts';
import type { NamedTensors } from '../../tensors/tensor.ts';
import { madeUpRows } from './made-up-rows.ts';

/** A figure of the original and of what was made of it. */
export interface BeforeAndAfter {
  readonly before: number;
  readonly after: number;
}

interface BeforeAndAfterPaths {
  readonly before: string;
  readonly after: string;
}

/** What optimising a model ahead has changed, as measured on this machine. */
export interface Optimisation {
  readonly level: string;
  /** Model and weights files. */
  readonly sizeBytes: BeforeAndAfter;
  readonly nodes: BeforeAndAfter;
  /** From nothing to a model that can run. */
  readonly loadMs: BeforeAndAfter;
  /** The middle of the times that one row took inside the runtime. */
  readonly computeMs: BeforeAndAfter;
  /** Rows for which both give the same. */
  readonly rowsCompared: number;
}

/** Of a few loads the fastest counts: the first one loads the runtime as well. */
const loads = 3;
/** Nobody waits for the third load of a large model. */
const loadingMs = 5000;
const mostCalls = 101;
const measuringMs = 1000;
const callTimeoutMs = 120_000;
const madeUpCount = 4;
/** As wide as that of the golden examples which are made: merged operators round elsewhere. */
const defaultTolerance = { absolute: 1e-4, relative: 1e-4 };
/** What is larger by less is no trouble for anybody. */
const leastGrowth = { factor: 2, bytes: 1_000_000 };

/** Writes the optimised form of a model, with its weights beside it where the original has them so. @throws ModelLoadError */
export async function writeOptimised(from: string, to: string): Promise<void> {
  await optimiseOffline(from, to, await readModelParts(from));
}

/**
 * Compares an optimised model with its original, on golden examples or made-up rows, and measures both.
 * @param open opens one of the two.
 * @throws ModelLoadError when they give different results or have different types, or no row shows that they do not.
 */
export async function compareOptimised(
  paths: BeforeAndAfterPaths,
  open: (path: string) => Promise<ServedModel>,
  golden: GoldenExamples | null,
): Promise<Optimisation> {
  const loadMs = await timeLoads(paths, open);
  const before = await open(paths.before);
  try {
    const after = await open(paths.after);
    try {
      requireSameFace(before, after);
      const rows = golden?.examples.map(({ row }) => row) ?? madeUpRows(before.rowSignature.inputs, madeUpCount);
      const runnable = await compareRows(before, after, rows, golden?.tolerance ?? defaultTolerance);
      const computeMs = await timeRows(before, after, runnable);
      const [one, other] = await Promise.all([measureFiles(paths.before), measureFiles(paths.after)]);
      return {
        level: offlineLevel,
        sizeBytes: { before: one.sizeBytes, after: other.sizeBytes },
        nodes: { before: one.nodes, after: other.nodes },
        loadMs,
        computeMs,
        rowsCompared: runnable.length,
      };
    } finally {
      await closeServedModel(after);
    }
  } finally {
    await closeServedModel(before);
  }
}

/** Loads both in turns. A load includes the start of the thread that the model runs in. */
async function timeLoads(
  paths: BeforeAndAfterPaths,
  open: (path: string) => Promise<ServedModel>,
): Promise<BeforeAndAfter> {
  const load = async (path: string) => {
    const start = performance.now();
    const served = await open(path);
    const took = performance.now() - start;
    await closeServedModel(served);
    return took;
  };
  const until = performance.now() + loadingMs;
  let fastest = { before: Infinity, after: Infinity };
  for (let count = 0; count < loads && (count === 0 || performance.now() < until); count += 1) {
    fastest = {
      before: Math.min(fastest.before, await load(paths.before)),
      after: Math.min(fastest.after, await load(paths.after)),
    };
  }
  return fastest;
}

/** Says so where the file grew much: weights that the graph computes when it is loaded lie in the file then. */
export function doubtSize({ sizeBytes: { before, after } }: Pick<Optimisation, 'sizeBytes'>): string | null {
  if (after < before * leastGrowth.factor || after - before < leastGrowth.bytes) return null;
  return (
    `WARNING: --optimize made the files ${Math.round(after / before)} times as large, ${formatFileSize(before)} → ${formatFileSize(after)}: ` +
    'weights that the graph computes when it is loaded are stored now. Leave --optimize out where loading is no slower without it.'
  );
}

function requireSameFace(before: ServedModel, after: ServedModel): void {
  const labels = ({ task }: ServedModel) => task.labels?.join('\0');
  if (before.contract === after.contract && labels(before) === labels(after)) return;
  throw new ModelLoadError(
    'The optimised model has other inputs, outputs or classes than the original: leave --optimize out.',
  );
}

/** @returns the rows that both can run. */
async function compareRows(
  before: ServedModel,
  after: ServedModel,
  rows: readonly NamedTensors[],
  tolerance: GoldenExamples['tolerance'],
): Promise<readonly NamedTensors[]> {
  const runnable: NamedTensors[] = [];
  for (const [index, row] of rows.entries()) {
    const expected = await runRow(before, row);
    if (expected instanceof Error) continue;
    const got = await runRow(after, row);
    const difference =
      got instanceof Error
        ? `it fails: ${got.message}`
        : findDifference({ name: '', row, input: null, expected: expected.outputs }, got.outputs, tolerance);
    if (difference !== null) {
      throw new ModelLoadError(
        `The optimised model differs from the original on row ${index}: ${difference}. Leave --optimize out.`,
      );
    }
    runnable.push(row);
  }
  if (runnable.length > 0) return runnable;
  throw new ModelLoadError(
    'The model runs on no made-up row, so that nothing shows whether it is the same when it is optimised: give --examples.',
  );
}

async function runRow(served: ServedModel, row: NamedTensors) {
  const outputs = served.rowSignature.outputs.map(({ name }) => name);
  const deadlineAt = served.clock.now() + callTimeoutMs;
  const [answer] = await predictRows(served.batcher, [row], { outputs, deadlineAt });
  if (answer === undefined) throw new Error('The batcher answered fewer rows than it was given.');
  return answer;
}

/** Both in turns, so that whatever else the machine does happens to both. */
async function timeRows(
  before: ServedModel,
  after: ServedModel,
  rows: readonly NamedTensors[],
): Promise<BeforeAndAfter> {
  const times: { before: number[]; after: number[] } = { before: [], after: [] };
  const until = performance.now() + measuringMs;
  for (let call = 0; call < mostCalls && (call === 0 || performance.now() < until); call += 1) {
    const row = rows[call % rows.length] as NamedTensors;
    for (const [name, served] of [
      ['before', before],
      ['after', after],
    ] as const) {
      const answer = await runRow(served, row);
      if (!(answer instanceof Error)) times[name].push(answer.computeMs);
    }
  }
  return { before: middle(times.before), after: middle(times.after) };
}

function middle(times: readonly number[]): number {
  return times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)] ?? 0;
}

async function measureFiles(path: string): Promise<{ readonly nodes: number; readonly sizeBytes: number }> {
  const { nodes, weightsFiles } = await readModelParts(path);
  let { size: sizeBytes } = await stat(path);
  for (const file of weightsFiles) sizeBytes += (await stat(join(dirname(path), file))).size;
  return { nodes, sizeBytes };
}
