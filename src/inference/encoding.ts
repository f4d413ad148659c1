import { GatewayError } from '../errors.ts';
import type { EncodedRow, EncodeLimits, TaskInput } from '../tasks/task.ts';
import { packRows, type RowBlock } from '../tensors/row-block.ts';
import type { PredictOptions } from './batching/contract.ts';
import type { SpentTime } from './batching/failures.ts';
import type { ServedModel } from './served-model.ts';

/** The rows of a list of inputs. */
export interface EncodedInputs {
  /** The rows of the inputs that have one, packed, in the order of the inputs. */
  readonly blocks: readonly RowBlock[];
  /** Why inputs have no row, by their places in the list. */
  readonly refused: ReadonlyMap<number, GatewayError>;
  /** What the task said of an input, by the place of its row in `blocks`. */
  readonly aboutAt: (place: number) => Pick<EncodedRow, 'about'>;
}

/**
 * Makes rows of inputs, for as long as their deadline has not passed and their client is there. What was begun may go
 * on for a moment after that; its result is dropped.
 * @throws what no GatewayError is.
 */
export async function encodeAll(
  { task, clock }: Pick<ServedModel, 'task' | 'clock'>,
  inputs: readonly TaskInput[],
  options: PredictOptions,
): Promise<EncodedInputs> {
  if (task.encodeMany !== undefined) {
    const { block, refused } = task.encodeMany(inputs);
    return { blocks: [block], refused, aboutAt: () => nothing };
  }
  const ending = new Ending(options, clock);
  try {
    const encoded: (EncodedRow | GatewayError)[] = [];
    const later: Promise<void>[] = [];
    for (const [index, input] of inputs.entries()) {
      const row = encodeOne(task, input, ending);
      if (row instanceof Promise) later.push(row.then((made) => void (encoded[index] = made)));
      else encoded[index] = row;
    }
    if (later.length > 0) await Promise.all(later);
    return pack(encoded);
  } finally {
    ending.stop();
  }
}

function pack(encoded: readonly (EncodedRow | GatewayError)[]): EncodedInputs {
  const refused = new Map<number, GatewayError>();
  const rows: EncodedRow[] = [];
  for (const [place, row] of encoded.entries()) {
    if (row instanceof GatewayError) refused.set(place, row);
    else rows.push(row);
  }
  return {
    blocks: packRows(rows.map(({ tensors }) => tensors)),
    refused,
    aboutAt: (place) => rows[place] ?? nothing,
  };
}

/** What is said of an input of which there is nothing to say. */
const nothing = {};

function encodeOne(
  task: ServedModel['task'],
  input: TaskInput,
  ending: Ending,
): EncodedRow | GatewayError | Promise<EncodedRow | GatewayError> {
  try {
    const encoded = task.encode(input, ending);
    // Most tasks need no time, and then no timers either.
    return encoded instanceof Promise ? Promise.race([encoded, ending.reached]).catch(shownOrThrown) : encoded;
  } catch (error) {
    return shownOrThrown(error);
  }
}

function shownOrThrown(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  throw error;
}

/** The end of the time that inputs have, made only where somebody looks at it. */
class Ending implements EncodeLimits {
  readonly #options: PredictOptions;
  readonly #clock: ServedModel['clock'];
  readonly #startedAt: number;
  #made: { readonly controller: AbortController; readonly reached: Promise<never>; readonly stop: () => void } | null =
    null;

  constructor(options: PredictOptions, clock: ServedModel['clock']) {
    this.#options = options;
    this.#clock = clock;
    this.#startedAt = options.requestedAt ?? clock.now();
  }

  get signal(): AbortSignal {
    return this.#make().controller.signal;
  }

  /** Rejects at the end; never resolves. */
  get reached(): Promise<never> {
    return this.#make().reached;
  }

  stop(): void {
    this.#made?.stop();
  }

  #make() {
    if (this.#made !== null) return this.#made;
    const { signal: client, deadlineAt } = this.#options;
    const controller = new AbortController();
    const { promise: reached, reject } = Promise.withResolvers<never>();
    // Nobody may be waiting for it any more.
    reached.catch(() => undefined);
    const end = (error: GatewayError): void => {
      controller.abort(error);
      reject(error);
    };
    const left = () => end(new GatewayError('CANCELLED', 'The client left before the prediction was computed.'));
    const cancelTimer = this.#clock.after(Math.max(0, deadlineAt - this.#clock.now()), () => end(this.#tooLate()));
    if (client?.aborted === true) left();
    else client?.addEventListener('abort', left);
    const stop = (): void => {
      cancelTimer();
      client?.removeEventListener('abort', left);
    };
    this.#made = { controller, reached, stop };
    return this.#made;
  }

  #tooLate(): GatewayError {
    const preparingMs = Math.round(this.#clock.now() - this.#startedAt);
    const details: SpentTime = { preparingMs, queuedMs: 0, computingMs: 0 };
    return new GatewayError(
      'DEADLINE_EXCEEDED',
      `The prediction was not finished by its deadline: its input was prepared for ${preparingMs} ms and was not ready.`,
      { details },
    );
  }
}
