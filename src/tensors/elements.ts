import type { BadInputReason } from '../errors.ts';
import { type Datatype, type TensorData, datatypes } from './datatypes.ts';
import { halfBits } from './half-precision.ts';

/** How the elements of one datatype are read from JSON. */
export interface ElementReader {
  /** What an element must be, in words: `an integer from 0 to 255`. */
  readonly expected: string;
  /** Makes room for that many elements. */
  allocate(count: number): ElementStore;
  /** Why the value was refused by the store. */
  reason(value: unknown): BadInputReason;
}

/** Elements on their way into a tensor. */
export interface ElementStore {
  /**
   * Reads a list of elements, `offset` elements after the first.
   * @returns the place in `source` of the first value that is no such element, else -1.
   */
  fill(source: readonly unknown[], offset: number): number;
  /** The elements, once all are filled. */
  data(): TensorData;
}

/**
 * The greatest magnitude that rounds to a finite number: the double before the midpoint of the greatest one and the
 * next power of two. Greater than the greatest number itself, so that the usual 3.4028235e38 is a FP32.
 */
export const floatLimits = {
  FP16: 65_519.999_999_999_99,
  FP32: 3.402_823_567_797_336_2e38,
  FP64: Number.MAX_VALUE,
} as const;

/** The words that stand for numbers that JSON has not; source: the JSON mapping of protocol buffers. */
const floatWords: ReadonlyMap<unknown, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);

/** Whether a runtime takes the text: ONNX Runtime cuts strings at NUL, and a lone surrogate has no UTF-8. */
export function isUsableText(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** The reader for each datatype. */
export const elementReaders: Readonly<Record<Datatype, ElementReader>> = {
  BOOL: simple({
    expected: 'true or false',
    allocate: (count) => new Uint8Array(count),
    read: (value) => (typeof value === 'boolean' ? Number(value) : undefined),
    reason: () => 'WRONG_TYPE',
  }),
  UINT8: integers('UINT8', (count) => new Uint8Array(count)),
  UINT16: integers('UINT16', (count) => new Uint16Array(count)),
  UINT32: integers('UINT32', (count) => new Uint32Array(count)),
  UINT64: wideIntegers('UINT64', (count) => new BigUint64Array(count)),
  INT8: integers('INT8', (count) => new Int8Array(count)),
  INT16: integers('INT16', (count) => new Int16Array(count)),
  INT32: integers('INT32', (count) => new Int32Array(count)),
  INT64: wideIntegers('INT64', (count) => new BigInt64Array(count)),
  FP16: floats('FP16', (count) => new Float16Array(count)),
  FP32: floats('FP32', (count) => new Float32Array(count)),
  FP64: floats('FP64', (count) => new Float64Array(count)),
  BYTES: simple<string, string[]>({
    expected: 'a string without NUL and without lone surrogates',
    allocate: () => [],
    read: (value) => (typeof value === 'string' && isUsableText(value) ? value : undefined),
    reason: (value) => (typeof value === 'string' ? 'INVALID_TEXT' : 'WRONG_TYPE'),
  }),
};

/** What makes a reader whose elements need no faster way than one call each. */
interface SimpleReader<Element, Target> extends Pick<ElementReader, 'expected' | 'reason'> {
  allocate(count: number): Target;
  /** The element for a JSON value, or undefined where it is none. */
  read(value: unknown): Element | undefined;
}

function simple<Element, Target extends TensorData & { [index: number]: Element }>(
  parts: SimpleReader<Element, Target>,
): ElementReader {
  return {
    expected: parts.expected,
    reason: parts.reason,
    allocate(count) {
      const target = parts.allocate(count);
      return {
        fill(source, offset) {
          for (let index = 0; index < source.length; index += 1) {
            const element = parts.read(source[index]);
            if (element === undefined) return index;
            (target as { [index: number]: Element })[offset + index] = element;
          }
          return -1;
        },
        data: () => target,
      };
    },
  };
}

type Integers = Uint8Array | Uint16Array | Uint32Array | Int8Array | Int16Array | Int32Array;

function integers(datatype: Datatype, allocate: (count: number) => Integers): ElementReader {
  const [least, greatest] = integerRange(datatype);
  const [low, high] = [Number(least), Number(greatest)];
  return simple<number, Integers>({
    expected: `an integer from ${least} to ${greatest}`,
    allocate,
    read(value) {
      const integer = typeof value === 'bigint' ? Number(value) : value;
      return typeof integer === 'number' && Number.isInteger(integer) && integer >= low && integer <= high
        ? integer
        : undefined;
    },
    reason: (value) => (typeof value === 'bigint' || Number.isInteger(value) ? 'OUT_OF_RANGE' : 'WRONG_TYPE'),
  });
}

function wideIntegers(datatype: Datatype, allocate: (count: number) => BigInt64Array | BigUint64Array): ElementReader {
  const [least, greatest] = integerRange(datatype);
  return simple<bigint, BigInt64Array | BigUint64Array>({
    expected: `an integer from ${least} to ${greatest}, beyond ±(2^53 - 1) as a decimal string`,
    allocate,
    read(value) {
      // Every number that is exact fits; comparing bigints takes longer than making them.
      if (typeof value === 'number' && value >= 0) return Number.isSafeInteger(value) ? BigInt(value) : undefined;
      const integer = readWideInteger(value);
      return integer !== undefined && integer >= least && integer <= greatest ? integer : undefined;
    },
    reason: (value) =>
      Number.isInteger(value) || readWideInteger(value) !== undefined ? 'OUT_OF_RANGE' : 'WRONG_TYPE',
  });
}

/** More digits than any integer of 64 bits has are not worth the time that BigInt takes for them. */
const decimalDigits = /^-?\d{1,40}$/;

/**
 * An integer as JSON carries it: a number within ±(2^53 - 1), or a decimal string. Also takes a bigint.
 * Undefined for everything else; numbers beyond may stand for another integer than the one that was written.
 */
export function readWideInteger(value: unknown): bigint | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined;
  if (typeof value === 'string') return decimalDigits.test(value) ? BigInt(value) : undefined;
  return typeof value === 'bigint' ? value : undefined;
}

function integerRange(datatype: Datatype): readonly [bigint, bigint] {
  const { range } = datatypes[datatype];
  if (range === null) throw new TypeError(`${datatype} is no datatype of integers`);
  return range;
}

type Floats = Float16Array | Float32Array | Float64Array;

function floats(datatype: keyof typeof floatLimits, allocate: (count: number) => Floats): ElementReader {
  const limit = floatLimits[datatype];
  return {
    expected: `a number that fits ${datatype}, or "NaN", "Infinity" or "-Infinity"`,
    reason: (value) => (typeof value === 'number' || typeof value === 'bigint' ? 'OUT_OF_RANGE' : 'WRONG_TYPE'),
    allocate(count) {
      const target = allocate(count);
      return {
        // Pictures are lists of 10^5 floats: the loop that every element takes calls nothing.
        fill(source, offset) {
          for (let index = 0; index < source.length; index += 1) {
            const value = source[index];
            if (typeof value === 'number' && Math.abs(value) <= limit) target[offset + index] = value;
            else {
              const number =
                typeof value === 'bigint' && Math.abs(Number(value)) <= limit ? Number(value) : floatWords.get(value);
              if (number === undefined) return index;
              target[offset + index] = number;
            }
          }
          return -1;
        },
        data: () => (target instanceof Float32Array || target instanceof Float64Array ? target : halfBits(target)),
      };
    },
  };
}
