import { count, integer } from './setting-types.ts';

/** How much one request may ask for. Spread into the table of all settings. */
export const limitSettings = {
  maxBodyBytes: {
    env: 'INFERQL_MAX_BODY_BYTES',
    schema: integer(1, Number.MAX_SAFE_INTEGER).default(16 * 1024 * 1024),
    help: 'The most bytes in a body.',
  },
  maxOperationsPerRequest: {
    env: 'INFERQL_MAX_OPERATIONS',
    schema: count.default(100),
    help: 'The most operations in an array of operations.',
  },
  maxRowsPerField: {
    env: 'INFERQL_MAX_ROWS_PER_FIELD',
    // As many as the queue of a model takes, unless its manifest says otherwise: a greater limit would promise too much.
    schema: count.default(4096),
    help: "The most rows in one list of inputs. They must also fit into the model's queue.",
  },
  maxCostPerRequest: {
    env: 'INFERQL_MAX_COST',
    // Four lists of the most rows, with some fields of each.
    schema: count.default(20_000),
    help: "The most that the operations of one request may cost together: for each row the `rowWeight` of its model's manifest, and a tenth for each field of the answer.",
  },
  maxTensorElements: {
    env: 'INFERQL_MAX_TENSOR_ELEMENTS',
    // As many as a body of the default size has bytes: only variables that are used many times have more.
    schema: count.default(16 * 1024 * 1024),
    help: 'The most elements of the tensors in one request, wherever a field uses them.',
  },
  maxTokens: { env: 'INFERQL_MAX_TOKENS', schema: count.default(10_000), help: 'The most tokens in a document.' },
  maxDepth: { env: 'INFERQL_MAX_DEPTH', schema: count.default(20), help: 'How deeply selections may be nested.' },
  maxFields: {
    env: 'INFERQL_MAX_FIELDS',
    schema: count.default(2_000),
    help: 'The most fields, fragments expanded, in one operation.',
  },
  maxImagePixels: {
    env: 'INFERQL_MAX_IMAGE_PIXELS',
    // More than a photograph has that fits into a body of the default size.
    schema: count.default(50_000_000),
    help: 'The most pixels in one picture, width times height, as its header says. Pictures that are decoded at the same time have no more together, and take 20 bytes a pixel at most.',
  },
} as const;
