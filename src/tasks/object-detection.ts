import {
  GraphQLFloat,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
  type GraphQLFieldConfig,
} from 'graphql';
import { GatewayError, ModelLoadError, badInput, describeValue } from '../errors.ts';
import { datatypes } from '../tensors/datatypes.ts';
import { tensorNumbers } from '../tensors/numbers.ts';
import { formatShape } from '../tensors/shape.ts';
import type { Tensor } from '../tensors/tensor.ts';
import { type Candidates, selectBoxes } from './boxes.ts';
import { predictionType } from './field-types.ts';
import { bindImage, imageParts } from './images/image-input.ts';
import type { Placement, Size } from './images/placement.ts';
import { describeOutputs, namedOutput } from './model-outputs.ts';
import type { RowPort } from './row-signature.ts';
import type { BoundTask, Task, TaskContext } from './task.ts';

/** One thing that was found; corners in pixels of the upright picture. The source of the GraphQL type `Box`. */
interface Box {
  readonly label: string;
  readonly score: number;
  readonly xMin: number;
  readonly yMin: number;
  readonly xMax: number;
  readonly yMax: number;
}

const requiredFloat = new GraphQLNonNull(GraphQLFloat);

/** The same for every detector: in one schema there is only one type of a name. */
const boxType = new GraphQLObjectType<Box>({
  name: 'Box',
  description:
    'Something that was found in a picture, and where. Corners are in pixels of the picture as it was sent, turned upright.',
  fields: {
    label: { type: new GraphQLNonNull(GraphQLString), description: 'What it is.' },
    score: { type: requiredFloat, description: 'How sure the model is of it, 0 to 1.' },
    xMin: { type: requiredFloat, description: 'The left edge, from the left edge of the picture.' },
    yMin: { type: requiredFloat, description: 'The upper edge, from the upper edge of the picture.' },
    xMax: { type: requiredFloat, description: 'The right edge, from the left edge of the picture.' },
    yMax: { type: requiredFloat, description: 'The lower edge, from the upper edge of the picture.' },
  },
});

/** What `decode` returns. Absent where nobody asks for boxes. */
interface Detected {
  readonly boxes?: (given: Readonly<Record<string, unknown>>) => readonly Box[];
}

/** More would hold up everybody else: the boxes that are kept are compared with each other. */
const mostBoxes = 1000;

/** A picture in; what is to be seen in it, and where, out. */
export const objectDetection: Task = {
  name: 'object-detection',
  uses: ['labels', 'outputs.scores'],
  ...imageParts,
  bind(context) {
    const image = bindImage(context, { letterbox: true });
    return { ...image, ...bindBoxes(context) };
  },
};

/**
 * Binds the output of YOLOv8 and its relatives: in each row [4 + classes, anchors] or [anchors, 4 + classes], with centre,
 * width and height in pixels of what the model saw, then a score for each class.
 * @throws ModelLoadError when no output, or several, could be that, or when the labels do not fit.
 */
function bindBoxes(context: TaskContext): Pick<BoundTask, 'outputType' | 'labels' | 'outputsFor' | 'decode'> {
  const output = findOutput(context);
  const labels = labelsOf(output, context.manifest.labels ?? null);
  const boxes: GraphQLFieldConfig<unknown, unknown> = {
    type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(boxType))),
    description: 'What was found, from the surest to the least sure.',
    args: {
      threshold: { type: GraphQLFloat, defaultValue: 0.25, description: 'The least score, 0 to 1.' },
      iouThreshold: {
        type: GraphQLFloat,
        defaultValue: 0.45,
        description: 'Of two boxes of one label that overlap more than this, 0 to 1, only the surer one is returned.',
      },
      limit: { type: GraphQLInt, defaultValue: 100, description: `The most boxes to return, 1 to ${mostBoxes}.` },
    },
    resolve: (source, given: Readonly<Record<string, unknown>>) => (source as Detected).boxes?.(given),
  };
  return {
    outputType: predictionType(context, { boxes }),
    labels,
    outputsFor: (fields) => (fields.has('boxes') ? [output.name] : []),
    decode(outputs, { about }): Detected {
      const tensor = outputs.get(output.name);
      if (tensor === undefined) return {};
      const placement = about as Placement;
      const candidates = readCandidates(tensor, output.name, labels?.length ?? null, placement);
      return {
        boxes: (given) => {
          const selection = {
            threshold: requireShare(given, 'threshold', 0.25),
            iouThreshold: requireShare(given, 'iouThreshold', 0.45),
            limit: requireLimit(given['limit'] ?? 100),
          };
          const kept = selectBoxes(candidates, selection);
          return kept.map((place) => boxAt(candidates, place, placement.original, labels));
        },
      };
    },
  };
}

function findOutput(context: TaskContext): RowPort {
  const { outputs } = context.signature;
  const fits = ({ datatype, shape }: RowPort) =>
    datatypes[datatype].json === 'float' && (shape === null || shape.length === 2);
  const named = namedOutput(context, 'scores', fits);
  const [found, ...others] = named === null ? outputs.filter(fits) : [named];
  const has = `the model gives ${describeOutputs(outputs)}`;
  if (found === undefined) {
    throw new ModelLoadError(
      `No output could hold boxes, which have two dimensions in each row, 4 + classes and anchors: ${has}; use the task tensor.`,
    );
  }
  if (others.length === 0) return found;
  throw new ModelLoadError(`Several outputs could hold the boxes: ${has}; say outputs.scores in the manifest.`);
}

/** @returns null where neither file nor manifest tells the number of classes. */
function labelsOf({ name, shape }: RowPort, given: readonly string[] | null): readonly string[] | null {
  const sizes = shape?.filter((size) => typeof size === 'number') ?? [];
  if (given !== null) {
    if (shape === null || sizes.length < shape.length || sizes.includes(given.length + 4)) return given;
    throw new ModelLoadError(
      `The output "${name}" has ${formatShape(shape)} in each row, and ${given.length} labels need ${given.length + 4} there, 4 for the box and one for each label.`,
    );
  }
  // There are more anchors than classes; where only one size is fixed, it is that of the classes.
  const columns = Math.min(...sizes);
  if (sizes.length === 0) return null;
  if (columns < 5)
    throw new ModelLoadError(`The output "${name}" has ${formatShape(shape)} in each row, and no scores.`);
  return Array.from({ length: columns - 4 }, (_, index) => String(index));
}

/**
 * The best class of each anchor, with its box in pixels of the original. A box without an area within the picture, as
 * in the bars of a letterbox, has the score of nothing.
 * @throws GatewayError `INFERENCE_FAILED` for another shape, and for what is no finite number.
 */
function readCandidates(tensor: Tensor, output: string, classCount: number | null, placement: Placement): Candidates {
  const { shape } = tensor;
  const [rows = 0, columns = 0] = shape;
  const width = classCount === null ? Math.min(rows, columns) : classCount + 4;
  if (shape.length !== 2 || width < 5 || (rows !== width && columns !== width)) {
    throw failed(`The output "${output}" has the shape ${formatShape(shape)}, without ${width} values for each box.`);
  }
  const values = tensorNumbers(tensor);
  // YOLOv8 has the values in the rows.
  const [count, byValue, byAnchor] = rows === width ? [columns, columns, 1] : [rows, 1, width];
  const scores = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
  const classes = new Uint32Array(count);
  // One sum tells of every NaN and infinity among its parts.
  let sum = 0;
  // From anchor to anchor, rather than from class to class: the rows are long, and in memory one after the other.
  for (let value = 4; value < width; value += 1) {
    for (let anchor = 0, place = value * byValue; anchor < count; anchor += 1, place += byAnchor) {
      const score = values[place] ?? 0;
      sum += score;
      if (score <= (scores[anchor] ?? 0)) continue;
      scores[anchor] = score;
      classes[anchor] = value - 4;
    }
  }
  const corners = new Float64Array(count * 4);
  const { original, resized, left, top } = placement;
  const [scaleX, scaleY] = [original.width / resized.width, original.height / resized.height];
  for (let anchor = 0; anchor < count; anchor += 1) {
    const place = anchor * byAnchor;
    const x = ((values[place] ?? 0) - left) * scaleX;
    const y = ((values[place + byValue] ?? 0) - top) * scaleY;
    const halfWidth = ((values[place + 2 * byValue] ?? 0) / 2) * scaleX;
    const halfHeight = ((values[place + 3 * byValue] ?? 0) / 2) * scaleY;
    sum += x + y + halfWidth + halfHeight;
    corners[anchor * 4] = x - halfWidth;
    corners[anchor * 4 + 1] = y - halfHeight;
    corners[anchor * 4 + 2] = x + halfWidth;
    corners[anchor * 4 + 3] = y + halfHeight;
    const reachesX = halfWidth > 0 && x + halfWidth > 0 && x - halfWidth < original.width;
    const reachesY = halfHeight > 0 && y + halfHeight > 0 && y - halfHeight < original.height;
    if (!reachesX || !reachesY) scores[anchor] = Number.NEGATIVE_INFINITY;
  }
  if (!Number.isFinite(sum)) throw failed(`The model gave a box that is no finite number in the output "${output}".`);
  return { scores, classes, corners };
}

/** A box, cut at the edges of the picture. */
function boxAt(
  { scores, classes, corners }: Candidates,
  place: number,
  { width, height }: Size,
  labels: readonly string[] | null,
): Box {
  const [xMin = 0, yMin = 0, xMax = 0, yMax = 0] = corners.subarray(place * 4, place * 4 + 4);
  const number = classes[place] ?? 0;
  return {
    label: labels?.[number] ?? String(number),
    score: scores[place] ?? 0,
    xMin: clamp(xMin, width),
    yMin: clamp(yMin, height),
    xMax: clamp(xMax, width),
    yMax: clamp(yMax, height),
  };
}

function clamp(value: number, most: number): number {
  return Math.min(Math.max(value, 0), most);
}

function requireShare(given: Readonly<Record<string, unknown>>, name: string, byDefault: number): number {
  const value = given[name] ?? byDefault;
  if (typeof value === 'number' && value >= 0 && value <= 1) return value;
  throw outOfRange(name, 'a number from 0 to 1', value);
}

function requireLimit(value: unknown): number {
  if (typeof value === 'number' && value >= 1 && value <= mostBoxes) return value;
  throw outOfRange('limit', `an integer from 1 to ${mostBoxes}`, value);
}

function outOfRange(input: string, expected: string, value: unknown): GatewayError {
  return badInput({ reason: 'OUT_OF_RANGE', input, expected, received: describeValue(value) });
}

function failed(message: string): GatewayError {
  return new GatewayError('INFERENCE_FAILED', message);
}
