import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { ModelSource, VersionSource, TensorSource, NamedTensorSource, MetaSource } from '../sources.ts';
import type { ExampleQuery } from '../example-query.ts';
import type { GraphQLServices, OperationContext } from '../context.ts';
import type { InferenceResult } from '../../inference/infer.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** Bytes in base64 (RFC 4648, with or without padding). Tensors are little-endian and row-major. */
  Base64: { input: string; output: string; }
  /** A tensor of booleans: nested JSON lists, or one base64 string with one byte (0 or 1) for each element. */
  BooleanTensor: { input: unknown; output: unknown; }
  /** An instant in UTC, RFC 3339 with milliseconds: 2026-01-31T12:00:00.000Z. */
  DateTime: { input: Date; output: Date | string; }
  /** A value of a feature, as the model's input type takes it: a number, a string or a boolean. */
  FeatureValue: { input: number | string | boolean; output: number | string | boolean; }
  /**
   * A tensor of floating-point numbers: nested JSON lists (NaN and the infinities as "NaN", "Infinity", "-Infinity"), or
   * one base64 string of the little-endian bytes in the datatype of the model's input.
   */
  FloatTensor: { input: unknown; output: unknown; }
  /** A 64-bit integer. Given and returned as a JSON number within ±(2^53 - 1) and as a decimal string beyond. */
  Int64: { input: bigint; output: bigint; }
  /**
   * A tensor of integers: nested JSON lists (beyond ±(2^53 - 1) as decimal strings), or one base64 string of the
   * little-endian bytes in the datatype of the model's input.
   */
  IntTensor: { input: unknown; output: unknown; }
  /** A count that may exceed 32 bits, such as a file's size in bytes; a JSON number, exact up to 2^53 - 1. */
  SafeInt: { input: number; output: number; }
  /** A tensor of strings: nested JSON lists of strings. */
  StringTensor: { input: unknown; output: unknown; }
  /**
   * The elements of a tensor as nested JSON lists, one level for each dimension; a scalar is the bare value.
   * Integers beyond ±(2^53 - 1) are decimal strings; NaN and the infinities are "NaN", "Infinity" and "-Infinity".
   * The sign of -0 reaches the model and is lost on the way back: -0 is returned as 0. Base64 keeps it both ways.
   */
  TensorValues: { input: unknown; output: unknown; }
  /** A version of a model: a version number (`2` or `"2"`) or a label that the manifest gives to one (`"canary"`). */
  VersionRef: { input: string; output: string; }
};

/** A runtime that models are run with. */
export type BackendInfo = {
  readonly __typename?: 'BackendInfo';
  /** The runtime's name. */
  readonly name: Scalars['String']['output'];
  /** The runtime's version. */
  readonly version: Scalars['String']['output'];
};

/** How rows are merged into calls. */
export type Batching = {
  readonly __typename?: 'Batching';
  /** Whether rows of different requests share a call. */
  readonly enabled: Scalars['Boolean']['output'];
  /** How many calls run at the same time. */
  readonly instances: Scalars['Int']['output'];
  /** The most rows in one call. */
  readonly maxBatchSize: Scalars['Int']['output'];
  /** How long an incomplete batch waits for company while an instance is idle, in milliseconds. */
  readonly maxDelayMs: Scalars['Float']['output'];
  /** The most rows that may wait; more are refused as OVERLOADED. */
  readonly maxQueueRows: Scalars['Int']['output'];
  /** Why not. */
  readonly reason: Maybe<Scalars['String']['output']>;
  /** How many threads one call may use. */
  readonly threadsPerInstance: Scalars['Int']['output'];
};

/** One class and how sure the model is of it. */
export type ClassScore = {
  readonly __typename?: 'ClassScore';
  /** The class, by its label. */
  readonly label: Scalars['String']['output'];
  /** The model's score for this class; a probability, 0 to 1, where the model gives probabilities. */
  readonly score: Scalars['Float']['output'];
};

/** The element type of a tensor, in the words of the KServe Open Inference Protocol v2. */
export type Datatype =
  /** Booleans. */
  | 'BOOL'
  /** Strings. */
  | 'BYTES'
  /** IEEE 754 half-precision numbers. */
  | 'FP16'
  /** IEEE 754 single-precision numbers. */
  | 'FP32'
  /** IEEE 754 double-precision numbers. */
  | 'FP64'
  /** Signed integers of 8 bits. */
  | 'INT8'
  /** Signed integers of 16 bits. */
  | 'INT16'
  /** Signed integers of 32 bits. */
  | 'INT32'
  /** Signed integers of 64 bits. */
  | 'INT64'
  /** Unsigned integers of 8 bits. */
  | 'UINT8'
  /** Unsigned integers of 16 bits. */
  | 'UINT16'
  /** Unsigned integers of 32 bits. */
  | 'UINT32'
  /** Unsigned integers of 64 bits. */
  | 'UINT64';

/** One dimension of a tensor. A dimension with no size takes any; equal names stand for equal sizes. */
export type DimensionSpec = {
  readonly __typename?: 'DimensionSpec';
  /** The name of a free dimension, where it has one. */
  readonly name: Maybe<Scalars['String']['output']>;
  /** The fixed size; null where it is free. */
  readonly size: Maybe<Scalars['Int']['output']>;
};

/** How the numbers of an embedding are given out. */
export type EmbeddingEncoding =
  /** The numbers as little-endian floats of 32 bits, in base64: smaller, and faster for both sides. */
  | 'BASE64'
  /** A JSON list of numbers. */
  | 'NUMBERS';

/** The codes that `extensions.code` of an error can have. */
export type ErrorCode =
  /** The server cannot find out at the moment whether the token is valid. */
  | 'AUTHENTICATION_UNAVAILABLE'
  /** The HTTP request is not a well-formed GraphQL request. */
  | 'BAD_REQUEST'
  /** A value does not fit its field or its model; `details` says reason, input, expected and received. */
  | 'BAD_USER_INPUT'
  /** A list of rows, or an array of operations, is longer than the limit. */
  | 'BATCH_TOO_LARGE'
  /** The client left before the prediction was computed. */
  | 'CANCELLED'
  /** The prediction was not finished by its deadline. */
  | 'DEADLINE_EXCEEDED'
  /** This server runs trusted documents only, and the document is none of them. */
  | 'DOCUMENT_NOT_TRUSTED'
  /** The caller may not do this. */
  | 'FORBIDDEN'
  /** The document is not valid GraphQL syntax, or has too many tokens. */
  | 'GRAPHQL_PARSE_FAILED'
  /** The document does not fit the schema that is being served. */
  | 'GRAPHQL_VALIDATION_FAILED'
  /** The model ran on this input and failed. */
  | 'INFERENCE_FAILED'
  /** A fault of the server; the log has it under the same `requestId`. */
  | 'INTERNAL_SERVER_ERROR'
  /** No model of that name is in the repository. */
  | 'MODEL_NOT_FOUND'
  /** The model or version exists and cannot serve at the moment. */
  | 'MODEL_UNAVAILABLE'
  /** The model has no such version or label. */
  | 'MODEL_VERSION_NOT_FOUND'
  /** No operation of the given name exists in the document, or several do and none was named. */
  | 'OPERATION_RESOLUTION_FAILURE'
  /** There is no room for it now, or no time to answer it by its deadline; wait `retryAfterMs`. */
  | 'OVERLOADED'
  /** The body is larger than the server accepts. */
  | 'PAYLOAD_TOO_LARGE'
  /** The server does not know the id of the document; send its text along, where free documents are allowed. */
  | 'PERSISTED_QUERY_NOT_FOUND'
  /** Persisted queries are switched off on this server. */
  | 'PERSISTED_QUERY_NOT_SUPPORTED'
  /** The document is nested too deeply, or selects or predicts more than one request may. */
  | 'QUERY_TOO_COMPLEX'
  /** The caller has used up its share for now; wait `retryAfterMs`. */
  | 'RATE_LIMITED'
  /** This server is stopping; another replica, or a later try, will answer. */
  | 'SHUTTING_DOWN'
  /** The requested version has another signature than the typed field; use `infer`. */
  | 'SIGNATURE_MISMATCH'
  /** The request carries no valid key or token. */
  | 'UNAUTHENTICATED';

/** A prediction to begin with. */
export type ExampleOperation = {
  readonly __typename?: 'ExampleOperation';
  /** The document: one operation, called as the model's field, with every field of the result. */
  readonly query: Scalars['String']['output'];
  /**
   * Its variables as JSON, with a golden example or the examples of the manifest in them, or values that were made up. Null
   * where the input is too large to be shown, or nobody can make one up, such as a picture.
   */
  readonly variables: Maybe<Scalars['String']['output']>;
};

/** How many rows failed with one code. */
export type FailureCount = {
  readonly __typename?: 'FailureCount';
  /** The code of their errors. */
  readonly code: ErrorCode;
  /** How many they were. */
  readonly count: Scalars['SafeInt']['output'];
};

/** One input value of a typed prediction. */
export type Feature = {
  readonly __typename?: 'Feature';
  /** The values that are accepted, where they are a fixed set. */
  readonly categories: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /** What the manifest says of the feature. */
  readonly description: Maybe<Scalars['String']['output']>;
  /** A value that is accepted, where the manifest gives one. */
  readonly example: Maybe<Scalars['FeatureValue']['output']>;
  /** The greatest value that is accepted. */
  readonly max: Maybe<Scalars['Float']['output']>;
  /** The least value that is accepted. */
  readonly min: Maybe<Scalars['Float']['output']>;
  /** The field of the model's input type. */
  readonly name: Scalars['String']['output'];
  /** Whether the value may be null or left out. */
  readonly nullable: Scalars['Boolean']['output'];
  /** The name that the model's file or manifest gives it, where that is no GraphQL name. */
  readonly originalName: Maybe<Scalars['String']['output']>;
  /** The GraphQL type, such as `Float!`. */
  readonly type: Scalars['String']['output'];
  /** The unit of the value, such as `cm`. */
  readonly unit: Maybe<Scalars['String']['output']>;
};

/** A request for raw inference. */
export type InferInput = {
  /** One tensor for each input of the model, in any order. */
  readonly inputs: ReadonlyArray<TensorInput>;
  /** The model's name in the repository. */
  readonly model: Scalars['ID']['input'];
  /** The outputs to return, by name; all of them when left out. */
  readonly outputs?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** The version to use; the one that is served by default when left out. */
  readonly version?: InputMaybe<Scalars['VersionRef']['input']>;
};

/** The outputs of a raw inference. */
export type InferResult = {
  readonly __typename?: 'InferResult';
  /** How they were computed. */
  readonly meta: PredictionMeta;
  /** The outputs that were asked for, in the order of the request, or of the signature. */
  readonly outputs: ReadonlyArray<NamedTensor>;
};

/** What was asked in a while, and how it went. */
export type InferenceFigures = {
  readonly __typename?: 'InferenceFigures';
  /** Calls of the runtime. */
  readonly calls: Scalars['SafeInt']['output'];
  /** How long calls took inside the model's runtime, in milliseconds; null where there were none. */
  readonly computeMs: Maybe<TimeFigures>;
  /** Rows that were answered with an error, by its code, the most frequent first. */
  readonly failures: ReadonlyArray<FailureCount>;
  /** Rows in a call on the average; null where there were no calls. */
  readonly meanBatchSize: Maybe<Scalars['Float']['output']>;
  /** How long rows waited for the call that answered them, in milliseconds; null where none was answered. */
  readonly queueMs: Maybe<TimeFigures>;
  /** Rows that were computed, those of calls that failed included. */
  readonly rows: Scalars['SafeInt']['output'];
  /** Rows that were answered with a result: a prediction is one, a list as many as it has items. */
  readonly successes: Scalars['SafeInt']['output'];
};

/** What was asked of a model or a version, and how it went, in all processes together. Warm-up is not counted. */
export type InferenceStats = {
  readonly __typename?: 'InferenceStats';
  /** How many calls can run at the same time. */
  readonly instances: Scalars['Int']['output'];
  /** How many calls run now. */
  readonly instancesBusy: Scalars['Int']['output'];
  /** In the last minute, which is 55 to 60 seconds long. */
  readonly lastMinute: InferenceFigures;
  /** How many rows wait for a call now. */
  readonly pendingRows: Scalars['Int']['output'];
  /** Since the server started. What a version did is forgotten ten minutes after it went from the repository. */
  readonly sinceStart: InferenceFigures;
};

/** How much one request may ask for. */
export type Limits = {
  readonly __typename?: 'Limits';
  /** The most bytes in a request's body. */
  readonly maxBodyBytes: Scalars['SafeInt']['output'];
  /**
   * The most that the operations of one request may cost together: for each row the `rowWeight` of its model, and a tenth
   * for each field of the answer.
   */
  readonly maxCostPerRequest: Scalars['Int']['output'];
  /** How deeply selections may be nested. */
  readonly maxDepth: Scalars['Int']['output'];
  /** The most fields, fragments expanded, that one operation may select. */
  readonly maxFields: Scalars['Int']['output'];
  /** The most pixels, width times height, in one picture; the manifest of a model may allow less. */
  readonly maxImagePixels: Scalars['Int']['output'];
  /** The most operations in an array of operations. */
  readonly maxOperationsPerRequest: Scalars['Int']['output'];
  /** The most rows in one list of inputs. */
  readonly maxRowsPerField: Scalars['Int']['output'];
  /** The most elements of the tensors in one request, wherever a field uses them. */
  readonly maxTensorElements: Scalars['Int']['output'];
  /** The most tokens in a document. */
  readonly maxTokens: Scalars['Int']['output'];
};

/** How much an event of the log matters, the most first. */
export type LogLevel =
  /** What is looked for when something is wrong: each call of a model, and each probe. */
  | 'DEBUG'
  /** Something failed. */
  | 'ERROR'
  /** What happens, requests among it. */
  | 'INFO'
  /** Something needs attention. */
  | 'WARN';

/** A key and a value from the model's file. */
export type MetadataEntry = {
  readonly __typename?: 'MetadataEntry';
  /** The key, as whoever wrote the file chose it. */
  readonly key: Scalars['String']['output'];
  /** The value, as text. */
  readonly value: Scalars['String']['output'];
};

/** A model of the repository: a folder with a manifest and versions. */
export type Model = {
  readonly __typename?: 'Model';
  /** The model's field below `predict` that takes a list of inputs; null while no version is served. */
  readonly batchField: Maybe<Scalars['String']['output']>;
  /** The version that is used when a request names none; null while none is served. */
  readonly defaultVersion: Maybe<ModelVersion>;
  /** What the manifest says of the model. */
  readonly description: Maybe<Scalars['String']['output']>;
  /** A prediction that can be sent as it is. Null while no version is served, and for callers who may not use the model. */
  readonly example: Maybe<ExampleOperation>;
  /** The inputs of one prediction, as the typed field takes them. Empty while no version is served. */
  readonly features: ReadonlyArray<Feature>;
  /** The model's field below `predict`; null while no version is served. */
  readonly field: Maybe<Scalars['String']['output']>;
  /** The classes that the model tells apart, in the order of its scores; null where it is no classifier or does not say. */
  readonly labels: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /** The name of the model's folder. */
  readonly name: Scalars['ID']['output'];
  /** What is wrong with the folder or its manifest; null when nothing is. */
  readonly problem: Maybe<Scalars['String']['output']>;
  /** Whether a version is served. */
  readonly ready: Scalars['Boolean']['output'];
  /** What one row costs, for the limit on the cost of a request; the manifest says it, and 1 where it does not. */
  readonly rowWeight: Scalars['Int']['output'];
  /** What was asked of all its versions; for callers with the scope `models:read` or `admin`. */
  readonly stats: Maybe<InferenceStats>;
  /** What the model does, in the words of the Hugging Face hub; `tensor` where no manifest says more. */
  readonly task: Scalars['String']['output'];
  /** The title that the manifest gives the model. */
  readonly title: Maybe<Scalars['String']['output']>;
  /** One version by number or label; null when there is none. */
  readonly version: Maybe<ModelVersion>;
  /** The names of versions that are in force. A name moves when the version that it is to name is ready. */
  readonly versionLabels: ReadonlyArray<VersionLabel>;
  /** Every version in the repository, the newest first. */
  readonly versions: ReadonlyArray<ModelVersion>;
};


/** A model of the repository: a folder with a manifest and versions. */
export type ModelVersionArgs = {
  version: Scalars['VersionRef']['input'];
};

/** A model's file. */
export type ModelFile = {
  readonly __typename?: 'ModelFile';
  /** What the file says of itself. Null while the version is not served. */
  readonly details: Maybe<ModelFileDetails>;
  /** SHA-256 of the file, in lower-case hexadecimal digits. */
  readonly sha256: Scalars['String']['output'];
  /** The file's size in bytes, without external data. */
  readonly sizeBytes: Scalars['SafeInt']['output'];
};

/** What a model's file says of itself. */
export type ModelFileDetails = {
  readonly __typename?: 'ModelFileDetails';
  /** What the file says in words; often empty. */
  readonly description: Scalars['String']['output'];
  /** The namespace that the file gives its model, such as a domain name in reverse; often empty. */
  readonly domain: Scalars['String']['output'];
  /** The file's format, such as `ONNX`. */
  readonly format: Scalars['String']['output'];
  /** The name that the file gives its graph. */
  readonly graphName: Scalars['String']['output'];
  /** The version of the ONNX file format. */
  readonly irVersion: Maybe<Scalars['Int']['output']>;
  /** What else the file says of itself. */
  readonly metadata: ReadonlyArray<MetadataEntry>;
  /** The operator sets that the model uses. */
  readonly opsets: ReadonlyArray<Opset>;
  /** The tool that wrote the file. */
  readonly producerName: Scalars['String']['output'];
  /** The version of that tool; empty where it did not say. */
  readonly producerVersion: Scalars['String']['output'];
};

/** Which models to list. A model is listed when it fits every condition that is given. */
export type ModelFilter = {
  /** Only models that are served (true), or that are not (false). */
  readonly ready?: InputMaybe<Scalars['Boolean']['input']>;
  /** Only models of this task, such as `tabular-classification`. */
  readonly task?: InputMaybe<Scalars['String']['input']>;
};

/** One version of a model. */
export type ModelVersion = {
  readonly __typename?: 'ModelVersion';
  /** Whether rows of different requests share a call, and why not. Null while the version is not served. */
  readonly batching: Maybe<Batching>;
  /** The model's file, whatever became of it. Null until it was found and read to its end. */
  readonly file: Maybe<ModelFile>;
  /** What was changed or left out so that the model can be served. */
  readonly notes: ReadonlyArray<Scalars['String']['output']>;
  /** Whether requests can use this version. */
  readonly ready: Scalars['Boolean']['output'];
  /** Inputs and outputs, as the model's file declares them. Null while the version is not served. */
  readonly signature: Maybe<Signature>;
  /** Where the version is in its life. */
  readonly state: VersionState;
  /** What was asked of this version; for callers with the scope `models:read` or `admin`. */
  readonly stats: Maybe<InferenceStats>;
  /**
   * Where the version's changed files or manifest are in their life, while what was loaded before them serves on. Null when
   * what is served is what the folder holds.
   */
  readonly update: Maybe<VersionState>;
  /** The version's number, which is the name of its folder. */
  readonly version: Scalars['Int']['output'];
};

/**
 * What can be asked of this server by hand. The folder of the models stays the only source of truth: what is said here
 * holds for this server alone, in all of its processes, until it ends or the model's folder goes. Each can be repeated without
 * harm, and answers, when every process has done it, with the state that it led to.
 * Fields of one operation run one after the other, and the first that fails ends the operation.
 *
 * Only for administrators: callers with the scope admin, or, where nobody needs a key, those on the server's own machine, who
 * reach it at its loopback address and not by way of a proxy. All others are refused as FORBIDDEN.
 */
export type Mutation = {
  readonly __typename?: 'Mutation';
  /**
   * Lets a version serve that is HELD because it would break what clients rely on, until the server ends or the version's
   * files change. Name it in `versions.acceptBreaking` of the manifest to accept it for good. A version that serves already
   * is left alone; one that is not HELD cannot be accepted.
   */
  readonly acceptVersion: Model;
  /**
   * Reads the model's folder now and loads one version beside those that the manifest names, also one that failed before.
   * Without a version it takes back whatever was unloaded by hand. Answers when the version serves, or has said why not.
   */
  readonly loadModel: Model;
  /**
   * Reads the whole folder of the models now, takes every file in it as finished, and tries versions again that failed.
   * Answers with all models, by name, when every version serves or has said why not.
   */
  readonly rescanRepository: ReadonlyArray<Model>;
  /**
   * Sets the least level that the log of this server has lines of, in all of its processes, until it is set again or the
   * server ends. Answers with it.
   */
  readonly setLogLevel: LogLevel;
  /**
   * Takes one version, or all of a model, out of service until it is loaded by hand or the server ends. Where another
   * version is to take its place, that one is loaded first. The version is DRAINING until the last request that may use it
   * has ended, this one among them, and then UNLOADED.
   */
  readonly unloadModel: Model;
};


/**
 * What can be asked of this server by hand. The folder of the models stays the only source of truth: what is said here
 * holds for this server alone, in all of its processes, until it ends or the model's folder goes. Each can be repeated without
 * harm, and answers, when every process has done it, with the state that it led to.
 * Fields of one operation run one after the other, and the first that fails ends the operation.
 *
 * Only for administrators: callers with the scope admin, or, where nobody needs a key, those on the server's own machine, who
 * reach it at its loopback address and not by way of a proxy. All others are refused as FORBIDDEN.
 */
export type MutationAcceptVersionArgs = {
  model: Scalars['ID']['input'];
  version: Scalars['VersionRef']['input'];
};


/**
 * What can be asked of this server by hand. The folder of the models stays the only source of truth: what is said here
 * holds for this server alone, in all of its processes, until it ends or the model's folder goes. Each can be repeated without
 * harm, and answers, when every process has done it, with the state that it led to.
 * Fields of one operation run one after the other, and the first that fails ends the operation.
 *
 * Only for administrators: callers with the scope admin, or, where nobody needs a key, those on the server's own machine, who
 * reach it at its loopback address and not by way of a proxy. All others are refused as FORBIDDEN.
 */
export type MutationLoadModelArgs = {
  model: Scalars['ID']['input'];
  version?: InputMaybe<Scalars['VersionRef']['input']>;
};


/**
 * What can be asked of this server by hand. The folder of the models stays the only source of truth: what is said here
 * holds for this server alone, in all of its processes, until it ends or the model's folder goes. Each can be repeated without
 * harm, and answers, when every process has done it, with the state that it led to.
 * Fields of one operation run one after the other, and the first that fails ends the operation.
 *
 * Only for administrators: callers with the scope admin, or, where nobody needs a key, those on the server's own machine, who
 * reach it at its loopback address and not by way of a proxy. All others are refused as FORBIDDEN.
 */
export type MutationSetLogLevelArgs = {
  level: LogLevel;
};


/**
 * What can be asked of this server by hand. The folder of the models stays the only source of truth: what is said here
 * holds for this server alone, in all of its processes, until it ends or the model's folder goes. Each can be repeated without
 * harm, and answers, when every process has done it, with the state that it led to.
 * Fields of one operation run one after the other, and the first that fails ends the operation.
 *
 * Only for administrators: callers with the scope admin, or, where nobody needs a key, those on the server's own machine, who
 * reach it at its loopback address and not by way of a proxy. All others are refused as FORBIDDEN.
 */
export type MutationUnloadModelArgs = {
  model: Scalars['ID']['input'];
  version?: InputMaybe<Scalars['VersionRef']['input']>;
};

/** One output of a model. */
export type NamedTensor = {
  readonly __typename?: 'NamedTensor';
  /** The elements as little-endian bytes in base64; null for BYTES. */
  readonly base64: Maybe<Scalars['Base64']['output']>;
  /** The element type. */
  readonly datatype: Datatype;
  /** The output's name, as `ModelVersion.signature` lists it. */
  readonly name: Scalars['String']['output'];
  /** Sizes of the dimensions, the batch dimension first for a batchable model; empty for a scalar. */
  readonly shape: ReadonlyArray<Scalars['Int']['output']>;
  /** The elements as nested JSON lists. */
  readonly values: Scalars['TensorValues']['output'];
};

/** A set of operators. The empty domain is ONNX itself. */
export type Opset = {
  readonly __typename?: 'Opset';
  /** The set's name, such as `ai.onnx.ml`. */
  readonly domain: Scalars['String']['output'];
  /** The set's version. */
  readonly version: Scalars['Int']['output'];
};

/** What every typed prediction has. */
export type Prediction = {
  /** How this prediction was computed. */
  readonly meta: PredictionMeta;
};

/** How a prediction was computed. Times are of this server's clock, in milliseconds. */
export type PredictionMeta = {
  readonly __typename?: 'PredictionMeta';
  /** How many rows the model computed in the same call, from whichever requests. */
  readonly batchSize: Scalars['Int']['output'];
  /** Milliseconds that the call spent in the model's runtime. */
  readonly computeMs: Scalars['Float']['output'];
  /** The model's name in the repository. */
  readonly model: Scalars['ID']['output'];
  /** Milliseconds from the row's arrival in the queue to the start of its call. */
  readonly queueMs: Scalars['Float']['output'];
  /** The id under which the log has this request; the header `x-request-id` of the response carries it too. */
  readonly requestId: Scalars['ID']['output'];
  /** The version that computed this. */
  readonly version: Scalars['Int']['output'];
};

/** The processes that serve one address and one folder of models together. */
export type Processes = {
  readonly __typename?: 'Processes';
  /** Which of them answered, from 1 on. What takes the place of a process that ended has its number. */
  readonly answering: Scalars['Int']['output'];
  /** How many of them are ready: every model found at their start is ready or has failed with a reason. */
  readonly ready: Scalars['Int']['output'];
  /** How many there are. */
  readonly total: Scalars['Int']['output'];
};

/**
 * What this server answers. While at least one model is served, the field `predict` stands here too, with one typed
 * field for each model: it is generated from the models' signatures and manifests.
 */
export type Query = {
  readonly __typename?: 'Query';
  /**
   * Raw inference over named tensors, for any model. Words and datatypes follow the KServe Open Inference Protocol v2.
   * Null together with an error when the inference failed.
   */
  readonly infer: Maybe<InferResult>;
  /** One model by its name; null when the repository has none of that name. */
  readonly model: Maybe<Model>;
  /** The models in the repository, by name. Models that could not be loaded are listed too, with the reason. */
  readonly models: ReadonlyArray<Model>;
  /** This server: its version, its limits and what it runs on. */
  readonly server: Server;
};


/**
 * What this server answers. While at least one model is served, the field `predict` stands here too, with one typed
 * field for each model: it is generated from the models' signatures and manifests.
 */
export type QueryInferArgs = {
  input: InferInput;
};


/**
 * What this server answers. While at least one model is served, the field `predict` stands here too, with one typed
 * field for each model: it is generated from the models' signatures and manifests.
 */
export type QueryModelArgs = {
  name: Scalars['ID']['input'];
};


/**
 * What this server answers. While at least one model is served, the field `predict` stands here too, with one typed
 * field for each model: it is generated from the models' signatures and manifests.
 */
export type QueryModelsArgs = {
  filter?: InputMaybe<ModelFilter>;
};

/** Something that happened in the model repository. The log has it too, with the same facts. */
export type RepositoryEvent = {
  readonly __typename?: 'RepositoryEvent';
  /** When it happened. */
  readonly at: Scalars['DateTime']['output'];
  /** The version before this one, for DEFAULT and LABEL. Null where there was none. */
  readonly from: Maybe<Scalars['Int']['output']>;
  /** What kind of thing happened; it decides which of the other fields are there. */
  readonly kind: RepositoryEventKind;
  /** The name that was given to a version or taken from it, for LABEL. */
  readonly label: Maybe<Scalars['String']['output']>;
  /** All of it in words. */
  readonly message: Scalars['String']['output'];
  /** The model's name; for a PROBLEM that belongs to no model, the name of the file or folder. */
  readonly model: Scalars['ID']['output'];
  /** What was asked for, for ORDER. */
  readonly order: Maybe<RepositoryOrder>;
  /** The phase that the version is in now, for STATE. */
  readonly phase: Maybe<VersionPhase>;
  /** Why a version is FAILED or HELD, or what is wrong, for PROBLEM. */
  readonly reason: Maybe<Scalars['String']['output']>;
  /**
   * For STATE, whether it is about the version's changed files or manifest, while what was loaded before them serves on; else
   * false.
   */
  readonly update: Scalars['Boolean']['output'];
  /** The version that it is about; for DEFAULT and LABEL the new one. Null where there is none. */
  readonly version: Maybe<Scalars['Int']['output']>;
};

/** What can happen in the model repository. */
export type RepositoryEventKind =
  /** Another version, or none, is now used by requests that name none. */
  | 'DEFAULT'
  /** A label now names another version, or none. */
  | 'LABEL'
  /** Somebody asked for something by hand; what it led to are events of their own. */
  | 'ORDER'
  /** Something is wrong with a model's folder or manifest, or is so no longer, or looks like a model in the wrong place. */
  | 'PROBLEM'
  /** A model's folder went. */
  | 'REMOVED'
  /** A version went into another phase of its life. */
  | 'STATE';

/** What can be asked for by hand. */
export type RepositoryOrder =
  /** To let a version serve that is HELD. */
  | 'ACCEPT'
  /** To load a version, or to take back what was unloaded. */
  | 'LOAD'
  /** To take a version, or all of them, out of service. */
  | 'UNLOAD';

/** This server. */
export type Server = {
  readonly __typename?: 'Server';
  /** The runtimes that models are run with. */
  readonly backends: ReadonlyArray<BackendInfo>;
  /**
   * What happened in the model repository last, the newest first. The server remembers the last thousand events since its
   * start; the log has them all. Of several processes, each remembers what happened in itself.
   */
  readonly events: ReadonlyArray<RepositoryEvent>;
  /** How much one request may ask for. */
  readonly limits: Limits;
  /** The processes that serve together. */
  readonly processes: Processes;
  /** Whether every model found at start is ready or has failed with a reason, in every process. */
  readonly ready: Scalars['Boolean']['output'];
  /**
   * The schema that is served, equal for equal models on every replica; it changes when types come, go or change. The header
   * `inferql-schema-version` of each answer names the schema that it was made with.
   */
  readonly schemaVersion: Scalars['String']['output'];
  /** When the server started; of several processes, the one that answered. */
  readonly startedAt: Scalars['DateTime']['output'];
  /** The version of inferql. */
  readonly version: Scalars['String']['output'];
};


/** This server. */
export type ServerEventsArgs = {
  last?: Scalars['Int']['input'];
};

/** What goes into a model and what comes out. */
export type Signature = {
  readonly __typename?: 'Signature';
  /** The tensors that the model takes, in the order of its file. */
  readonly inputs: ReadonlyArray<TensorSpec>;
  /** The tensors that it gives, in the order of its file. */
  readonly outputs: ReadonlyArray<TensorSpec>;
};

/** A tensor that a model gave out. */
export type Tensor = {
  readonly __typename?: 'Tensor';
  /** The elements as little-endian bytes in base64, which is the fastest way to carry many of them; null for BYTES. */
  readonly base64: Maybe<Scalars['Base64']['output']>;
  /** The element type. */
  readonly datatype: Datatype;
  /** Sizes of the dimensions; empty for a scalar. */
  readonly shape: ReadonlyArray<Scalars['Int']['output']>;
  /** The elements as nested JSON lists. */
  readonly values: Scalars['TensorValues']['output'];
};

/** A tensor for one input of a model. Give exactly one of `values` and `base64`. */
export type TensorInput = {
  /** The elements as little-endian bytes in base64. Not for BYTES. */
  readonly base64?: InputMaybe<Scalars['Base64']['input']>;
  /** The element type; that of the input. */
  readonly datatype: Datatype;
  /** The input's name, as `ModelVersion.signature` lists it. */
  readonly name: Scalars['String']['input'];
  /** Sizes of the dimensions, the batch dimension first for a batchable model; empty for a scalar. */
  readonly shape: ReadonlyArray<Scalars['Int']['input']>;
  /** The elements as nested JSON lists in this shape, or as one flat list in row-major order. */
  readonly values?: InputMaybe<Scalars['TensorValues']['input']>;
};

/** One input or output of a model. */
export type TensorSpec = {
  readonly __typename?: 'TensorSpec';
  /** The classes that the columns stand for, where the model's file names them. */
  readonly classLabels: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /** The element type. */
  readonly datatype: Datatype;
  /** The name in the model's file, as `infer` takes it. */
  readonly name: Scalars['String']['output'];
  /** The dimensions, the batch dimension first for a batchable model; null where the file declares no shape. */
  readonly shape: Maybe<ReadonlyArray<DimensionSpec>>;
};

/**
 * Times that were needed. Percentiles are counted by classes: each is no less than the true one, and less than 14.3 percent
 * greater.
 */
export type TimeFigures = {
  readonly __typename?: 'TimeFigures';
  /** The longest. */
  readonly max: Scalars['Float']['output'];
  /** The mean. */
  readonly mean: Scalars['Float']['output'];
  /** The time that half of them did not exceed. */
  readonly p50: Scalars['Float']['output'];
  /** The time that 90 percent of them did not exceed. */
  readonly p90: Scalars['Float']['output'];
  /** The time that 99 percent of them did not exceed. */
  readonly p99: Scalars['Float']['output'];
};

/** A name for a version, such as `stable`. */
export type VersionLabel = {
  readonly __typename?: 'VersionLabel';
  /** The name, which requests may use instead of the number. */
  readonly label: Scalars['String']['output'];
  /** The number of the version that it names. */
  readonly version: Scalars['Int']['output'];
};

/** The phases of a version's life, in their order; a version can fail in each of them. */
export type VersionPhase =
  /** Its folder was seen. */
  | 'DISCOVERED'
  /** It takes no more requests, and finishes those it has. */
  | 'DRAINING'
  /** It cannot be served; the reason says why. */
  | 'FAILED'
  /** It could be served, and waits for somebody to accept it; the reason says why. */
  | 'HELD'
  /** It is being loaded into memory. */
  | 'LOADING'
  /** It serves. */
  | 'READY'
  /** It was closed. */
  | 'UNLOADED'
  /** Its files are being checked. */
  | 'VERIFYING'
  /** It makes its first calls, and its golden examples are compared. */
  | 'WARMING';

/** Where a version is in its life, since when, and why. */
export type VersionState = {
  readonly __typename?: 'VersionState';
  /** The phase that the version is in. */
  readonly phase: VersionPhase;
  /** Why, for FAILED and HELD. */
  readonly reason: Maybe<Scalars['String']['output']>;
  /** When that phase began. */
  readonly since: Scalars['DateTime']['output'];
};



export type ResolverTypeWrapper<T> = Promise<T> | T;


export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;




/** Mapping of interface types */
export type ResolversInterfaceTypes<_RefType extends Record<string, unknown>> = {
  Prediction: never;
};

/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  BackendInfo: ResolverTypeWrapper<BackendInfo>;
  Base64: ResolverTypeWrapper<Scalars['Base64']['output']>;
  Batching: ResolverTypeWrapper<Batching>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  BooleanTensor: ResolverTypeWrapper<Scalars['BooleanTensor']['output']>;
  ClassScore: ResolverTypeWrapper<ClassScore>;
  Datatype: Datatype;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  DimensionSpec: ResolverTypeWrapper<DimensionSpec>;
  EmbeddingEncoding: EmbeddingEncoding;
  ErrorCode: ErrorCode;
  ExampleOperation: ResolverTypeWrapper<ExampleQuery>;
  FailureCount: ResolverTypeWrapper<FailureCount>;
  Feature: ResolverTypeWrapper<Feature>;
  FeatureValue: ResolverTypeWrapper<Scalars['FeatureValue']['output']>;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  FloatTensor: ResolverTypeWrapper<Scalars['FloatTensor']['output']>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  InferInput: InferInput;
  InferResult: ResolverTypeWrapper<InferenceResult>;
  InferenceFigures: ResolverTypeWrapper<InferenceFigures>;
  InferenceStats: ResolverTypeWrapper<InferenceStats>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  Int64: ResolverTypeWrapper<Scalars['Int64']['output']>;
  IntTensor: ResolverTypeWrapper<Scalars['IntTensor']['output']>;
  Limits: ResolverTypeWrapper<Limits>;
  LogLevel: LogLevel;
  MetadataEntry: ResolverTypeWrapper<MetadataEntry>;
  Model: ResolverTypeWrapper<ModelSource>;
  ModelFile: ResolverTypeWrapper<ModelFile>;
  ModelFileDetails: ResolverTypeWrapper<ModelFileDetails>;
  ModelFilter: ModelFilter;
  ModelVersion: ResolverTypeWrapper<VersionSource>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  NamedTensor: ResolverTypeWrapper<NamedTensorSource>;
  Opset: ResolverTypeWrapper<Opset>;
  Prediction: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['Prediction']>;
  PredictionMeta: ResolverTypeWrapper<MetaSource>;
  Processes: ResolverTypeWrapper<Processes>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  RepositoryEvent: ResolverTypeWrapper<RepositoryEvent>;
  RepositoryEventKind: RepositoryEventKind;
  RepositoryOrder: RepositoryOrder;
  SafeInt: ResolverTypeWrapper<Scalars['SafeInt']['output']>;
  Server: ResolverTypeWrapper<GraphQLServices>;
  Signature: ResolverTypeWrapper<Signature>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  StringTensor: ResolverTypeWrapper<Scalars['StringTensor']['output']>;
  Tensor: ResolverTypeWrapper<TensorSource>;
  TensorInput: TensorInput;
  TensorSpec: ResolverTypeWrapper<TensorSpec>;
  TensorValues: ResolverTypeWrapper<Scalars['TensorValues']['output']>;
  TimeFigures: ResolverTypeWrapper<TimeFigures>;
  VersionLabel: ResolverTypeWrapper<VersionLabel>;
  VersionPhase: VersionPhase;
  VersionRef: ResolverTypeWrapper<Scalars['VersionRef']['output']>;
  VersionState: ResolverTypeWrapper<VersionState>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  BackendInfo: BackendInfo;
  Base64: Scalars['Base64']['output'];
  Batching: Batching;
  Boolean: Scalars['Boolean']['output'];
  BooleanTensor: Scalars['BooleanTensor']['output'];
  ClassScore: ClassScore;
  DateTime: Scalars['DateTime']['output'];
  DimensionSpec: DimensionSpec;
  ExampleOperation: ExampleQuery;
  FailureCount: FailureCount;
  Feature: Feature;
  FeatureValue: Scalars['FeatureValue']['output'];
  Float: Scalars['Float']['output'];
  FloatTensor: Scalars['FloatTensor']['output'];
  ID: Scalars['ID']['output'];
  InferInput: InferInput;
  InferResult: InferenceResult;
  InferenceFigures: InferenceFigures;
  InferenceStats: InferenceStats;
  Int: Scalars['Int']['output'];
  Int64: Scalars['Int64']['output'];
  IntTensor: Scalars['IntTensor']['output'];
  Limits: Limits;
  MetadataEntry: MetadataEntry;
  Model: ModelSource;
  ModelFile: ModelFile;
  ModelFileDetails: ModelFileDetails;
  ModelFilter: ModelFilter;
  ModelVersion: VersionSource;
  Mutation: Record<PropertyKey, never>;
  NamedTensor: NamedTensorSource;
  Opset: Opset;
  Prediction: ResolversInterfaceTypes<ResolversParentTypes>['Prediction'];
  PredictionMeta: MetaSource;
  Processes: Processes;
  Query: Record<PropertyKey, never>;
  RepositoryEvent: RepositoryEvent;
  SafeInt: Scalars['SafeInt']['output'];
  Server: GraphQLServices;
  Signature: Signature;
  String: Scalars['String']['output'];
  StringTensor: Scalars['StringTensor']['output'];
  Tensor: TensorSource;
  TensorInput: TensorInput;
  TensorSpec: TensorSpec;
  TensorValues: Scalars['TensorValues']['output'];
  TimeFigures: TimeFigures;
  VersionLabel: VersionLabel;
  VersionRef: Scalars['VersionRef']['output'];
  VersionState: VersionState;
};

export type BackendInfoResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['BackendInfo'] = ResolversParentTypes['BackendInfo']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export interface Base64ScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Base64'], any> {
  name: 'Base64';
}

export type BatchingResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['Batching'] = ResolversParentTypes['Batching']> = {
  enabled?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  instances?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  maxBatchSize?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  maxDelayMs?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  maxQueueRows?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  reason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  threadsPerInstance?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export interface BooleanTensorScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['BooleanTensor'], any> {
  name: 'BooleanTensor';
}

export type ClassScoreResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['ClassScore'] = ResolversParentTypes['ClassScore']> = {
  label?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  score?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type DimensionSpecResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['DimensionSpec'] = ResolversParentTypes['DimensionSpec']> = {
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  size?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type ExampleOperationResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['ExampleOperation'] = ResolversParentTypes['ExampleOperation']> = {
  query?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  variables?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type FailureCountResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['FailureCount'] = ResolversParentTypes['FailureCount']> = {
  code?: Resolver<ResolversTypes['ErrorCode'], ParentType, ContextType>;
  count?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
};

export type FeatureResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['Feature'] = ResolversParentTypes['Feature']> = {
  categories?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  description?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  example?: Resolver<Maybe<ResolversTypes['FeatureValue']>, ParentType, ContextType>;
  max?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  min?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  nullable?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  originalName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  unit?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export interface FeatureValueScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['FeatureValue'], any> {
  name: 'FeatureValue';
}

export interface FloatTensorScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['FloatTensor'], any> {
  name: 'FloatTensor';
}

export type InferResultResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['InferResult'] = ResolversParentTypes['InferResult']> = {
  meta?: Resolver<ResolversTypes['PredictionMeta'], ParentType, ContextType>;
  outputs?: Resolver<ReadonlyArray<ResolversTypes['NamedTensor']>, ParentType, ContextType>;
};

export type InferenceFiguresResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['InferenceFigures'] = ResolversParentTypes['InferenceFigures']> = {
  calls?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  computeMs?: Resolver<Maybe<ResolversTypes['TimeFigures']>, ParentType, ContextType>;
  failures?: Resolver<ReadonlyArray<ResolversTypes['FailureCount']>, ParentType, ContextType>;
  meanBatchSize?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  queueMs?: Resolver<Maybe<ResolversTypes['TimeFigures']>, ParentType, ContextType>;
  rows?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  successes?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
};

export type InferenceStatsResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['InferenceStats'] = ResolversParentTypes['InferenceStats']> = {
  instances?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  instancesBusy?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  lastMinute?: Resolver<ResolversTypes['InferenceFigures'], ParentType, ContextType>;
  pendingRows?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  sinceStart?: Resolver<ResolversTypes['InferenceFigures'], ParentType, ContextType>;
};

export interface Int64ScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Int64'], any> {
  name: 'Int64';
}

export interface IntTensorScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['IntTensor'], any> {
  name: 'IntTensor';
}

export type LimitsResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['Limits'] = ResolversParentTypes['Limits']> = {
  maxBodyBytes?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  maxCostPerRequest?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  maxDepth?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  maxFields?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  maxImagePixels?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  maxOperationsPerRequest?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  maxRowsPerField?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  maxTensorElements?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  maxTokens?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type MetadataEntryResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['MetadataEntry'] = ResolversParentTypes['MetadataEntry']> = {
  key?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  value?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ModelResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['Model'] = ResolversParentTypes['Model']> = {
  batchField?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  defaultVersion?: Resolver<Maybe<ResolversTypes['ModelVersion']>, ParentType, ContextType>;
  description?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  example?: Resolver<Maybe<ResolversTypes['ExampleOperation']>, ParentType, ContextType>;
  features?: Resolver<ReadonlyArray<ResolversTypes['Feature']>, ParentType, ContextType>;
  field?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  labels?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  problem?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  ready?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  rowWeight?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  stats?: Resolver<Maybe<ResolversTypes['InferenceStats']>, ParentType, ContextType>;
  task?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  title?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  version?: Resolver<Maybe<ResolversTypes['ModelVersion']>, ParentType, ContextType, RequireFields<ModelVersionArgs, 'version'>>;
  versionLabels?: Resolver<ReadonlyArray<ResolversTypes['VersionLabel']>, ParentType, ContextType>;
  versions?: Resolver<ReadonlyArray<ResolversTypes['ModelVersion']>, ParentType, ContextType>;
};

export type ModelFileResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['ModelFile'] = ResolversParentTypes['ModelFile']> = {
  details?: Resolver<Maybe<ResolversTypes['ModelFileDetails']>, ParentType, ContextType>;
  sha256?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  sizeBytes?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
};

export type ModelFileDetailsResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['ModelFileDetails'] = ResolversParentTypes['ModelFileDetails']> = {
  description?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  domain?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  format?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  graphName?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  irVersion?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  metadata?: Resolver<ReadonlyArray<ResolversTypes['MetadataEntry']>, ParentType, ContextType>;
  opsets?: Resolver<ReadonlyArray<ResolversTypes['Opset']>, ParentType, ContextType>;
  producerName?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  producerVersion?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ModelVersionResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['ModelVersion'] = ResolversParentTypes['ModelVersion']> = {
  batching?: Resolver<Maybe<ResolversTypes['Batching']>, ParentType, ContextType>;
  file?: Resolver<Maybe<ResolversTypes['ModelFile']>, ParentType, ContextType>;
  notes?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  ready?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  signature?: Resolver<Maybe<ResolversTypes['Signature']>, ParentType, ContextType>;
  state?: Resolver<ResolversTypes['VersionState'], ParentType, ContextType>;
  stats?: Resolver<Maybe<ResolversTypes['InferenceStats']>, ParentType, ContextType>;
  update?: Resolver<Maybe<ResolversTypes['VersionState']>, ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type MutationResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  acceptVersion?: Resolver<ResolversTypes['Model'], ParentType, ContextType, RequireFields<MutationAcceptVersionArgs, 'model' | 'version'>>;
  loadModel?: Resolver<ResolversTypes['Model'], ParentType, ContextType, RequireFields<MutationLoadModelArgs, 'model'>>;
  rescanRepository?: Resolver<ReadonlyArray<ResolversTypes['Model']>, ParentType, ContextType>;
  setLogLevel?: Resolver<ResolversTypes['LogLevel'], ParentType, ContextType, RequireFields<MutationSetLogLevelArgs, 'level'>>;
  unloadModel?: Resolver<ResolversTypes['Model'], ParentType, ContextType, RequireFields<MutationUnloadModelArgs, 'model'>>;
};

export type NamedTensorResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['NamedTensor'] = ResolversParentTypes['NamedTensor']> = {
  base64?: Resolver<Maybe<ResolversTypes['Base64']>, ParentType, ContextType>;
  datatype?: Resolver<ResolversTypes['Datatype'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  shape?: Resolver<ReadonlyArray<ResolversTypes['Int']>, ParentType, ContextType>;
  values?: Resolver<ResolversTypes['TensorValues'], ParentType, ContextType>;
};

export type OpsetResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['Opset'] = ResolversParentTypes['Opset']> = {
  domain?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type PredictionResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['Prediction'] = ResolversParentTypes['Prediction']> = {
  __resolveType: TypeResolveFn<null, ParentType, ContextType>;
};

export type PredictionMetaResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['PredictionMeta'] = ResolversParentTypes['PredictionMeta']> = {
  batchSize?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  computeMs?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  model?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  queueMs?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  requestId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type ProcessesResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['Processes'] = ResolversParentTypes['Processes']> = {
  answering?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  ready?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  total?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type QueryResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  infer?: Resolver<Maybe<ResolversTypes['InferResult']>, ParentType, ContextType, RequireFields<QueryInferArgs, 'input'>>;
  model?: Resolver<Maybe<ResolversTypes['Model']>, ParentType, ContextType, RequireFields<QueryModelArgs, 'name'>>;
  models?: Resolver<ReadonlyArray<ResolversTypes['Model']>, ParentType, ContextType, Partial<QueryModelsArgs>>;
  server?: Resolver<ResolversTypes['Server'], ParentType, ContextType>;
};

export type RepositoryEventResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['RepositoryEvent'] = ResolversParentTypes['RepositoryEvent']> = {
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  from?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['RepositoryEventKind'], ParentType, ContextType>;
  label?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  model?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  order?: Resolver<Maybe<ResolversTypes['RepositoryOrder']>, ParentType, ContextType>;
  phase?: Resolver<Maybe<ResolversTypes['VersionPhase']>, ParentType, ContextType>;
  reason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  update?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  version?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export interface SafeIntScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['SafeInt'], any> {
  name: 'SafeInt';
}

export type ServerResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['Server'] = ResolversParentTypes['Server']> = {
  backends?: Resolver<ReadonlyArray<ResolversTypes['BackendInfo']>, ParentType, ContextType>;
  events?: Resolver<ReadonlyArray<ResolversTypes['RepositoryEvent']>, ParentType, ContextType, RequireFields<ServerEventsArgs, 'last'>>;
  limits?: Resolver<ResolversTypes['Limits'], ParentType, ContextType>;
  processes?: Resolver<ResolversTypes['Processes'], ParentType, ContextType>;
  ready?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  schemaVersion?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  startedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type SignatureResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['Signature'] = ResolversParentTypes['Signature']> = {
  inputs?: Resolver<ReadonlyArray<ResolversTypes['TensorSpec']>, ParentType, ContextType>;
  outputs?: Resolver<ReadonlyArray<ResolversTypes['TensorSpec']>, ParentType, ContextType>;
};

export interface StringTensorScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['StringTensor'], any> {
  name: 'StringTensor';
}

export type TensorResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['Tensor'] = ResolversParentTypes['Tensor']> = {
  base64?: Resolver<Maybe<ResolversTypes['Base64']>, ParentType, ContextType>;
  datatype?: Resolver<ResolversTypes['Datatype'], ParentType, ContextType>;
  shape?: Resolver<ReadonlyArray<ResolversTypes['Int']>, ParentType, ContextType>;
  values?: Resolver<ResolversTypes['TensorValues'], ParentType, ContextType>;
};

export type TensorSpecResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['TensorSpec'] = ResolversParentTypes['TensorSpec']> = {
  classLabels?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  datatype?: Resolver<ResolversTypes['Datatype'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  shape?: Resolver<Maybe<ReadonlyArray<ResolversTypes['DimensionSpec']>>, ParentType, ContextType>;
};

export interface TensorValuesScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['TensorValues'], any> {
  name: 'TensorValues';
}

export type TimeFiguresResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['TimeFigures'] = ResolversParentTypes['TimeFigures']> = {
  max?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  mean?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  p50?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  p90?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  p99?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type VersionLabelResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['VersionLabel'] = ResolversParentTypes['VersionLabel']> = {
  label?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export interface VersionRefScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['VersionRef'], any> {
  name: 'VersionRef';
}

export type VersionStateResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['VersionState'] = ResolversParentTypes['VersionState']> = {
  phase?: Resolver<ResolversTypes['VersionPhase'], ParentType, ContextType>;
  reason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  since?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type Resolvers<ContextType = OperationContext> = {
  BackendInfo?: BackendInfoResolvers<ContextType>;
  Base64?: GraphQLScalarType;
  Batching?: BatchingResolvers<ContextType>;
  BooleanTensor?: GraphQLScalarType;
  ClassScore?: ClassScoreResolvers<ContextType>;
  DateTime?: GraphQLScalarType;
  DimensionSpec?: DimensionSpecResolvers<ContextType>;
  ExampleOperation?: ExampleOperationResolvers<ContextType>;
  FailureCount?: FailureCountResolvers<ContextType>;
  Feature?: FeatureResolvers<ContextType>;
  FeatureValue?: GraphQLScalarType;
  FloatTensor?: GraphQLScalarType;
  InferResult?: InferResultResolvers<ContextType>;
  InferenceFigures?: InferenceFiguresResolvers<ContextType>;
  InferenceStats?: InferenceStatsResolvers<ContextType>;
  Int64?: GraphQLScalarType;
  IntTensor?: GraphQLScalarType;
  Limits?: LimitsResolvers<ContextType>;
  MetadataEntry?: MetadataEntryResolvers<ContextType>;
  Model?: ModelResolvers<ContextType>;
  ModelFile?: ModelFileResolvers<ContextType>;
  ModelFileDetails?: ModelFileDetailsResolvers<ContextType>;
  ModelVersion?: ModelVersionResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  NamedTensor?: NamedTensorResolvers<ContextType>;
  Opset?: OpsetResolvers<ContextType>;
  Prediction?: PredictionResolvers<ContextType>;
  PredictionMeta?: PredictionMetaResolvers<ContextType>;
  Processes?: ProcessesResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  RepositoryEvent?: RepositoryEventResolvers<ContextType>;
  SafeInt?: GraphQLScalarType;
  Server?: ServerResolvers<ContextType>;
  Signature?: SignatureResolvers<ContextType>;
  StringTensor?: GraphQLScalarType;
  Tensor?: TensorResolvers<ContextType>;
  TensorSpec?: TensorSpecResolvers<ContextType>;
  TensorValues?: GraphQLScalarType;
  TimeFigures?: TimeFiguresResolvers<ContextType>;
  VersionLabel?: VersionLabelResolvers<ContextType>;
  VersionRef?: GraphQLScalarType;
  VersionState?: VersionStateResolvers<ContextType>;
};

