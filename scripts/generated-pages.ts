import { metricsPage } from './metrics-page.ts';
import { listSettings } from '../src/config/options.ts';
import { errorTable, type ErrorEntry } from '../src/errors.ts';
import { manifestJsonSchema } from '../src/repository/manifest.ts';
import { manifestFormat, tasks } from '../src/tasks/index.ts';

/** A file that is made from what the code says already. */
export interface GeneratedPage {
  /** Path from the project's top level. */
  readonly path: string;
  readonly content: string;
}

/** Every page and schema file that is made from the code; `test/unit/generated-pages.test.ts` keeps them current. */
export function generatedPages(): readonly GeneratedPage[] {
  return [
    { path: 'docs/errors.md', content: errorsPage() },
    { path: 'docs/configuration.md', content: configurationPage() },
    { path: 'docs/metrics.md', content: metricsPage(made) },
    { path: 'schema/errors.graphql', content: errorCodeEnum() },
    { path: 'schema/manifest.schema.json', content: manifestSchemaFile() },
  ];
}

const made = 'Made from the code by `npm run docs`; do not edit.';

function errorsPage(): string {
  const rows = Object.entries(errorTable).map(([code, { meaning, httpStatus, retryable }]: [string, ErrorEntry]) =>
    tableRow(`\`${code}\``, meaning, String(httpStatus), retryable ? 'yes' : 'no'),
  );
  return `<!-- ${made} -->

# Errors

Every error, from a malformed body to a failing model, has one form:

\`\`\`json
{
  "message": "sepalLength: expected a number from 0 to 30 (cm), got 99.",
  "path": ["predict", "iris"],
  "extensions": {
    "code": "BAD_USER_INPUT",
    "retryable": false,
    "requestId": "0d4f0bb2-6f0c-4f0e-9a55-1f2f5a1c7f6a",
    "model": "iris",
    "version": "1",
    "details": {
      "reason": "OUT_OF_RANGE",
      "input": "sepalLength",
      "expected": "a number from 0 to 30 (cm)",
      "received": "99"
    }
  }
}
\`\`\`

- \`code\` is one of the table below; \`retryable\` says whether the same request may succeed later, unchanged.
- \`requestId\` is the response header \`x-request-id\` and the key under which the log has the request. Send your own
  \`x-request-id\` to have it used. \`traceId\` is there where the request belongs to a [trace](tracing.md).
- \`model\`, \`version\`, \`retryAfterMs\` and \`details\` are there where they apply.
- The header \`X-Request-Timeout-Ms\` says how long a request waits for its predictions; \`details\` of \`DEADLINE_EXCEEDED\` is
  \`{ preparingMs queuedMs computingMs }\`, where the time went: see [Deadlines](security.md#deadlines-and-overload).
- \`details\` of \`BAD_USER_INPUT\` is \`{ reason input expected received }\` where a model's task or signature refuses a
  value. GraphQL refuses values that do not fit their type before any model is asked; its errors have the same code, say
  everything in their message, and have no \`details\`.
- GraphQL reports one error for each value of the variables that does not fit, up to 50, and one for each fault of the
  document, up to 100; nothing of such an operation runs. A document over a limit has one error, whatever else is wrong
  with it.
- A typed field of a model that is in the repository and not served, because it is still loading or because it failed, is
  no field of the schema. A document with one is refused as a whole, as \`MODEL_UNAVAILABLE\` with the reason.
- Callers who may not see every model are served a schema of those that they may see. A document with a field below
  \`predict\` that is not in it is refused as a whole, as \`FORBIDDEN\`, whether there is such a model or not.
- A prediction that fails nulls its own field or list item, and a list that is refused as a whole, because it is too long or
  the queue is full, is null with one error; all else is answered, with HTTP status 200. The status in the table is that of
  a request that fails as a whole. \`BAD_REQUEST\` also comes with the status that says more: 404, 405, 406, 408, 415 or 431.
- Messages are at most 1000 characters long: what a request sent is shortened before it is sent back.

| code | meaning | HTTP status | retryable |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}

function configurationPage(): string {
  const rows = listSettings().map(({ env, flag, kind, help, byDefault }) =>
    tableRow(`\`${flag}\``, `\`${env}\``, kind === 'switch' ? byDefault : `\`${byDefault}\``, help),
  );
  return `<!-- ${made} -->

# Configuration

A flag goes before its environment variable, which goes before the default. A value that does not fit ends the start
with a message that names it and what is allowed.

| flag | environment | default | meaning |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}

function errorCodeEnum(): string {
  const values = Object.entries(errorTable).map(
    ([code, { meaning }]: [string, ErrorEntry]) => `  "${meaning}"\n  ${code}`,
  );
  return `# ${made}

"The codes that \`extensions.code\` of an error can have."
enum ErrorCode {
${values.join('\n')}
}
`;
}

/** The JSON Schema of `model.yaml`, for editors. The manifest takes any task, and loading only those that there are. */
function manifestSchemaFile(): string {
  const { $schema, properties, ...schema } = manifestJsonSchema(manifestFormat);
  const task = { ...(properties?.['task'] as object), enum: Object.keys(tasks) };
  const file = {
    $schema,
    $comment: made,
    title: 'The manifest of a model, model.yaml',
    ...schema,
    properties: { ...properties, task },
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

function tableRow(...cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
