import { limitNames } from '../src/errors.ts';
import { metricEntries, type MetricEntry } from '../src/observability/metrics/table.ts';

/** The page of metrics. @param made who made it, and how. */
export function metricsPage(made: string): string {
  const rows = metricEntries.map(([name, entry]) => {
    const { type, labels, help } = entry;
    const cells = [`\`${name}\``, type, labels.map((label) => `\`${label}\``).join(', '), help, acrossOf(entry)];
    return `| ${cells.join(' | ')} |`;
  });
  const twins = metricEntries
    .filter(([, { triton }]) => triton !== undefined)
    .map(([name, { triton = '' }]) => {
      const names = triton.split(', ').map((each) => `\`${each}\``);
      return `| ${names.join(', ')} | \`${name}\` |`;
    });
  return `<!-- ${made} -->

# Metrics

\`GET /metrics\` answers in the text format of Prometheus. Nothing has to be set for it.

\`\`\`yaml
scrape_configs:
  - job_name: inferql
    authorization: { credentials_file: /etc/prometheus/inferql.key } # with keys on
    static_configs: [{ targets: ['inferql.internal:4000'] }]
\`\`\`

| setting                             | who may read them                                                                                                   |
| ----------------------------------- | ------------------------------------------------------------------------------------------------------------------- |
| none                                | whoever reaches the API; with keys or tokens on, those with the scope \`models:read\` or \`admin\`                      |
| \`--metrics-port 9464\`               | whoever reaches that port, by plain HTTP and without a key: on 127.0.0.1, or where \`--metrics-host\` says; the API's port has no \`/metrics\` then |
| \`--no-metrics\`                      | nobody                                                                                                              |

The same counts are in the graph, for one model or version: \`model(name: "iris") { stats { lastMinute { … } sinceStart { … } } }\`, with percentiles.

[deploy/grafana/inferql.json](../deploy/grafana/inferql.json) is a dashboard, [deploy/prometheus/alerts.yml](../deploy/prometheus/alerts.yml) has rules for
alerts. A test checks both against the table below.

## How to read them

- Names follow Prometheus: seconds and bytes, \`_total\` for what only goes up. Histograms have the same classes everywhere, so that those of replicas add up:
  \`histogram_quantile(0.99, sum by (le, model) (rate(inferql_inference_queue_duration_seconds_bucket[5m])))\`.
- **Of several processes** (\`--processes\`) any answers for all. Counters and histograms add up; the last column says what becomes of a gauge. A process that
  does not report within a second is counted in \`inferql_processes_silent\`, and stands as it last did. What a process that ended had last reported stays
  in the sums, so that a restart does not look like one hundredfold traffic.
- **Labels are bounded.** Models and versions are those of the repository; what belongs to one that went is there for ten minutes more. Codes are those of
  [errors.md](errors.md), keys the ids of the keys file. Nothing that a client writes becomes a label.
- **A row** is one input: a prediction is one, a list as many as it has items. **A call** is one run of the model, with the rows of whoever asked
  meanwhile. Queue time is counted by row, compute time by call. Warm-up and golden examples are not counted.
- \`limit\` of \`inferql_request_refusals_total\` is one of ${limitNames.map((name) => `\`${name}\``).join(', ')}. [security.md](security.md#what-a-request-may-cost) says what each bounds.

## The metrics

| name | type | labels | meaning | of several processes |
| --- | --- | --- | --- | --- |
${rows.join('\n')}

## For those who come from Triton

| Triton | here |
| --- | --- |
${twins.join('\n')}

Times are in seconds here and in microseconds there. Triton counts requests of a batch where this server counts rows, and its cache has no counterpart.

## What it costs

Requests are counted in arrays that are there before they come, a record for each served version, and no label is looked up for a request: see
[decision 13](decisions/0013-own-metrics.md) for what was measured. Percentiles in the graph come from classes in steps of the preferred numbers R20 (20 to a
decade): each is no less than the true one, and less than 14.3 % greater.
`;
}

function acrossOf(entry: MetricEntry): string {
  if (entry.type !== 'gauge') return 'sum';
  return { sum: 'sum', max: 'greatest', min: 'least' }[entry.across];
}
