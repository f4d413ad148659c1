import type {
  GraphQLEnumType,
  GraphQLInputObjectType,
  GraphQLInterfaceType,
  GraphQLObjectType,
  GraphQLScalarType,
} from 'graphql';
import type { Manifest } from '../repository/manifest.ts';
import type { PictureDecoder } from './images/picture-decoder.ts';
import type { ManifestSection } from './manifest-section.ts';
import type { GatewayError } from '../errors.ts';
import type { RowBlock } from '../tensors/row-block.ts';
import type { NamedTensors } from '../tensors/tensor.ts';
import type { RowSignature } from './row-signature.ts';

/** The types of the static schema that generated types refer to. They must be those very objects. */
export interface SharedTypes {
  readonly prediction: GraphQLInterfaceType;
  readonly predictionMeta: GraphQLObjectType;
  readonly classScore: GraphQLObjectType;
  readonly tensor: GraphQLObjectType;
  readonly datatype: GraphQLEnumType;
  readonly embeddingEncoding: GraphQLEnumType;
  readonly int64: GraphQLScalarType;
  readonly base64: GraphQLScalarType;
  readonly floatTensor: GraphQLScalarType;
  readonly intTensor: GraphQLScalarType;
  readonly booleanTensor: GraphQLScalarType;
  readonly stringTensor: GraphQLScalarType;
}

/** What a task is bound to: one version of one model. */
export interface TaskContext {
  /** The model's name in the repository, for messages. */
  readonly model: string;
  /** PascalCase prefix of the generated types, such as `Iris`. */
  readonly typePrefix: string;
  readonly version: number;
  /** SHA-256 of the model file in hexadecimal digits: versions with equal numbers may hold other files. */
  readonly sha256: string;
  readonly signature: RowSignature;
  readonly manifest: Manifest;
  readonly types: SharedTypes;
  /** The files beside the model file that the task reads (`Task.reads`), by name; those that are not there are absent. */
  readonly files: ReadonlyMap<string, Buffer>;
  /** Decodes the pictures of all models, so that they take turns. */
  readonly pictures: PictureDecoder;
}

/** One input value of a typed prediction, as `Model.features` shows it. */
export interface FeatureInfo {
  readonly name: string;
  /** The name in file or manifest, where `name` had to differ from it. */
  readonly originalName: string | null;
  readonly type: string;
  readonly description: string | null;
  readonly unit: string | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly categories: readonly string[] | null;
  readonly nullable: boolean;
  /** A value that is accepted, as the manifest gives it. */
  readonly example: number | string | boolean | null;
}

/** The values of a generated input type, after GraphQL has coerced them. The prototype is null. */
export type TaskInput = Readonly<Record<string, unknown>>;

/** One input on its way to a result. */
export interface EncodedRow {
  /** One row: a tensor for every input of the signature, without the batch dimension. Nobody else holds their memory: a call takes it over. */
  readonly tensors: NamedTensors;
  /** What `decode` must know of the input besides the outputs, such as the size of a picture. Opaque to everybody else. */
  readonly about?: unknown;
}

/** The rows that a list of inputs makes. */
export interface EncodedRows {
  /** The rows of those inputs that have one, in their order. */
  readonly block: RowBlock;
  /** Why the others have none, by their places in the list: `BAD_USER_INPUT`. */
  readonly refused: ReadonlyMap<number, GatewayError>;
}

/** How long there is to make a row. */
export interface EncodeLimits {
  /** Aborted at the deadline, or when the client left: work that waits need not begin, and nobody takes its result. */
  readonly signal: AbortSignal;
}

/** An element that fills up a row to the length of its neighbours in a batch. */
export type PaddingValue = number | bigint | string | boolean;

/** A task that fits one version: its types, and the way from input to row and from row to result. */
export interface BoundTask {
  /** `<Prefix>Input`. */
  readonly inputType: GraphQLInputObjectType;
  /** `<Prefix>Prediction`, which implements `Prediction`. Its resolvers read what `decode` returns; `meta` is added by the caller. */
  readonly outputType: GraphQLObjectType;
  readonly features: readonly FeatureInfo[];
  /** Classes in the order of the scores; null where the task has none. */
  readonly labels: readonly string[] | null;
  /**
   * Turns one input into one row, with a tensor for every input of the signature. Synchronous unless it must decode a picture or the like.
   * @param limits one object for all inputs of a list. Reading its signal costs a timer: it is for work that takes time.
   * @throws GatewayError `BAD_USER_INPUT`
   */
  encode(input: TaskInput, limits?: EncodeLimits): EncodedRow | Promise<EncodedRow>;
  /**
   * The same as `encode` for each input of a list, without objects for each: for rows that are small beside them. Without
   * it the rows that `encode` makes are packed.
   * @throws nothing that one of the inputs is to blame for.
   */
  readonly encodeMany?: ((inputs: readonly TaskInput[]) => EncodedRows) | undefined;
  /** The outputs that these fields of the output type need. May be empty (`meta` alone needs none). */
  outputsFor(fields: ReadonlySet<string>): readonly string[];
  /**
   * Turns one row of those outputs into the source object of `outputType`. Outputs that no selected field needs are absent.
   * @param about what `encode` said of the input.
   */
  decode(outputs: NamedTensors, { about }: Pick<EncodedRow, 'about'>): object;
  /**
   * The same as `decode` for rows that were answered together, each read where it lies when it is asked for by its place:
   * for rows that are small beside an object for each, of tasks that need nothing of the input. Without it `decode` is
   * given a view of each row.
   */
  readonly decodeMany?: ((outputs: RowBlock) => (place: number) => object) | undefined;
  /**
   * With what the open dimensions of these inputs may be filled up, so that rows of different lengths share a call: the
   * model must give the same for a row that was filled up. Outputs are cut back along dimensions of the same name.
   * @default rows of different shapes never share a call, unless the manifest says `batching.padding`
   */
  readonly padding?: ReadonlyMap<string, PaddingValue>;
}

/** What only some tasks use of a manifest. A new key of `outputs` is one of them: the types ask for it. */
export type ManifestPart = 'features' | 'labels' | `outputs.${keyof Manifest['outputs']}`;

/** One way to give a model a face. One file, with its words in the manifest, and one row in the table of `index.ts`. Knows nothing of HTTP, batching or runtimes. */
export interface Task {
  /** The name in the manifest: that of the Hugging Face hub where there is one. */
  readonly name: string;
  /** The parts of a manifest that it uses, of those that only some tasks do; whoever looks a task up has the others refused. */
  readonly uses: readonly ManifestPart[];
  /** Keys of the manifest that are this task's own, or those of a few. They become part of the manifest's schema. */
  readonly sections?: readonly ManifestSection[];
  /** Names of files beside the model file that it reads, where they are there. */
  readonly reads?: readonly string[];
  /** @throws ModelLoadError when signature and manifest do not fit the task, saying what would. */
  bind(context: TaskContext): BoundTask;
}
