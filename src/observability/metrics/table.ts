import { rowBuckets, timeBuckets, type Buckets } from './buckets.ts';

/** How a gauge of several processes becomes one. Counters and histograms always add up. */
type Across = 'sum' | 'max' | 'min';

/** What scrapers, operators and the docs need to know of one metric. */
export type MetricEntry = {
  /** One sentence, which `/metrics` shows as well. */
  readonly help: string;
  readonly labels: readonly string[];
  /** What Triton calls the same, or nearly. */
  readonly triton?: string;
} & (
  | { readonly type: 'counter' }
  | { readonly type: 'gauge'; readonly across: Across }
  | { readonly type: 'histogram'; readonly buckets: Buckets }
);

const version = ['model', 'version'] as const;

/**
 * Every metric of `/metrics`, in its order there. `docs/metrics.md` is made from this table, and a test checks the
 * dashboard and the alert rules in `deploy/` against it.
 */
export const metricTable = {
  inferql_http_requests_total: {
    type: 'counter',
    labels: ['route', 'status'],
    help: 'HTTP requests that were answered or left, by route and status; 499 where the client left before its answer.',
  },
  inferql_http_request_duration_seconds: {
    type: 'histogram',
    buckets: timeBuckets,
    labels: ['route'],
    help: 'Time from the headers of an HTTP request to the end of its answer.',
  },
  inferql_http_requests_in_flight: {
    type: 'gauge',
    across: 'sum',
    labels: [],
    help: 'HTTP requests that are being read or answered.',
  },
  inferql_graphql_operations_total: {
    type: 'counter',
    labels: ['type', 'outcome'],
    help: 'GraphQL operations by type, none where it was not found out, and outcome: success, errors beside data, or refused before anything ran.',
  },
  inferql_request_errors_total: {
    type: 'counter',
    labels: ['code'],
    help: 'HTTP requests that were answered with an error of this code, each once for each of its codes.',
  },
  inferql_request_refusals_total: {
    type: 'counter',
    labels: ['limit', 'key'],
    help: 'HTTP requests of which something was refused by this limit, by the id of the API key; token, anonymous, or none where the request was refused before its caller was known.',
  },
  inferql_inference_requests_total: {
    type: 'counter',
    labels: [...version, 'outcome'],
    help: 'Predictions, lists and raw inferences that were asked of a version, each once: success, partial where some rows of a list failed, or the code of the error.',
    triton: 'nv_inference_request_success, nv_inference_request_failure',
  },
  inferql_inference_request_duration_seconds: {
    type: 'histogram',
    buckets: timeBuckets,
    labels: version,
    help: 'Time from the arrival of a request to the result of a prediction, list or raw inference, those that failed included.',
    triton: 'nv_inference_request_duration_us',
  },
  inferql_inferences_total: {
    type: 'counter',
    labels: [...version, 'outcome'],
    help: 'Rows that were asked of a version: success, or the code of their error.',
    triton: 'nv_inference_count',
  },
  inferql_inference_calls_total: {
    type: 'counter',
    labels: [...version, 'outcome'],
    help: 'Calls of the runtime: succeeded, failed on their rows, or unavailable where the model could not be run.',
    triton: 'nv_inference_exec_count',
  },
  inferql_inference_batch_rows: {
    type: 'histogram',
    buckets: rowBuckets,
    labels: version,
    help: 'Rows in a call; the sum is the number of rows that were computed, those of calls that failed included.',
  },
  inferql_inference_encode_duration_seconds: {
    type: 'histogram',
    buckets: timeBuckets,
    labels: version,
    help: 'Time in which rows were made of the inputs of a prediction or list, waiting for decoders and tokenizers included.',
    triton: 'nv_inference_compute_input_duration_us',
  },
  inferql_inference_queue_duration_seconds: {
    type: 'histogram',
    buckets: timeBuckets,
    labels: version,
    help: 'Time that a row waited until the call started that answered it.',
    triton: 'nv_inference_queue_duration_us',
  },
  inferql_inference_compute_duration_seconds: {
    type: 'histogram',
    buckets: timeBuckets,
    labels: version,
    help: "Time of a call inside the model's runtime; of a failed call, from its start to the failure.",
    triton: 'nv_inference_compute_infer_duration_us',
  },
  inferql_inference_decode_duration_seconds: {
    type: 'histogram',
    buckets: timeBuckets,
    labels: version,
    help: 'Time in which results were made of the outputs: of a prediction, or of the rows of a list in one call.',
    triton: 'nv_inference_compute_output_duration_us',
  },
  inferql_inference_pending_rows: {
    type: 'gauge',
    across: 'sum',
    labels: version,
    help: 'Rows that wait for a call.',
    triton: 'nv_inference_pending_request_count',
  },
  inferql_inference_queue_limit_rows: {
    type: 'gauge',
    across: 'sum',
    labels: version,
    help: 'The most rows that may wait for a call.',
  },
  inferql_model_instances: {
    type: 'gauge',
    across: 'sum',
    labels: version,
    help: 'Calls that can run at the same time.',
  },
  inferql_model_instances_busy: {
    type: 'gauge',
    across: 'sum',
    labels: version,
    help: 'Calls that run.',
  },
  inferql_model_instances_lost_total: {
    type: 'counter',
    labels: version,
    help: 'Instances whose thread ended by itself or stopped answering; each is restarted, unless the version is given up.',
  },
  inferql_model_ready: {
    type: 'gauge',
    across: 'min',
    labels: ['model'],
    help: 'Whether a version of the model is served by default: 1 where one is in every process, else 0.',
  },
  inferql_model_version_state: {
    type: 'gauge',
    across: 'sum',
    labels: [...version, 'phase'],
    help: 'In how many processes a version is in this phase; there is no series for phases that it is in nowhere.',
  },
  inferql_model_update_state: {
    type: 'gauge',
    across: 'sum',
    labels: [...version, 'phase'],
    help: 'In how many processes the changed files of a version are in this phase while those before them serve.',
  },
  inferql_model_phases_total: {
    type: 'counter',
    labels: ['model', 'phase'],
    help: 'How often versions of a model came into a phase: FAILED and HELD are loads that did not end well.',
  },
  inferql_model_swaps_total: {
    type: 'counter',
    labels: ['model'],
    help: 'How often what serves was replaced: the default version by another, or a version by its changed files.',
  },
  inferql_model_load_duration_seconds: {
    type: 'histogram',
    buckets: timeBuckets,
    labels: ['model'],
    help: 'Time from the start of loading a version until it was READY, FAILED or HELD.',
  },
  inferql_schema_info: {
    type: 'gauge',
    across: 'max',
    labels: ['schema_version'],
    help: '1; the label names the schema that is served.',
  },
  inferql_build_info: {
    type: 'gauge',
    across: 'max',
    labels: ['inferql_version', 'backend', 'backend_version'],
    help: '1; the labels say what runs.',
  },
  inferql_processes: {
    type: 'gauge',
    across: 'max',
    labels: [],
    help: 'Processes that are to serve together.',
  },
  inferql_processes_ready: {
    type: 'gauge',
    across: 'sum',
    labels: [],
    help: 'Processes of which every model found at their start is ready or has said why it is not.',
  },
  inferql_processes_silent: {
    type: 'gauge',
    across: 'max',
    labels: [],
    help: 'Processes that did not report in time; of them the figures are those of their last report.',
  },
  inferql_event_loop_delay_seconds: {
    type: 'histogram',
    buckets: timeBuckets,
    labels: [],
    help: 'How much later than asked for a timer fired, of one that is set fifty times a second; whole milliseconds.',
  },
  inferql_event_loop_active_seconds_total: {
    type: 'counter',
    labels: [],
    help: 'Time in which the event loop had something to do: a rate of 1 for each process is all that there is.',
  },
  inferql_gc_duration_seconds: {
    type: 'histogram',
    buckets: timeBuckets,
    labels: ['kind'],
    help: 'Pauses of the garbage collector: minor, major, incremental or weak.',
  },
  process_cpu_seconds_total: {
    type: 'counter',
    labels: [],
    help: 'CPU time of all threads, in the processes that serve.',
  },
  process_resident_memory_bytes: {
    type: 'gauge',
    across: 'sum',
    labels: [],
    help: 'Resident size of the processes that serve; pages that they share count in each.',
  },
  process_start_time_seconds: {
    type: 'gauge',
    across: 'min',
    labels: [],
    help: 'When the oldest of the processes that serve was started, in seconds since 1970.',
  },
  nodejs_heap_size_used_bytes: {
    type: 'gauge',
    across: 'sum',
    labels: [],
    help: 'Used part of the heap of JavaScript, without the threads of models.',
  },
  nodejs_heap_size_total_bytes: {
    type: 'gauge',
    across: 'sum',
    labels: [],
    help: 'Size of the heap of JavaScript, without the threads of models.',
  },
  nodejs_external_memory_bytes: {
    type: 'gauge',
    across: 'sum',
    labels: [],
    help: 'Memory outside of the heap that objects of JavaScript hold, such as tensors.',
  },
} as const satisfies Record<string, MetricEntry>;

export type MetricName = keyof typeof metricTable;

/** The rows of the table, as what they have in common. */
export const metricEntries = Object.entries(metricTable) as readonly (readonly [MetricName, MetricEntry])[];
