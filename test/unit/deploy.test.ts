import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { parse } from 'yaml';
import { errorTable, limitNames } from '../../src/errors.ts';
import { metricTable, type MetricEntry } from '../../src/observability/metrics/table.ts';
import { metricsOf } from '../helpers/promql.ts';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: Readonly<Record<'x' | 'y' | 'w' | 'h', number>>;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/** What Prometheus itself adds. */
const ofPrometheus = { metrics: new Set(['up']), labels: new Set(['job', 'instance']) };

const table: ReadonlyMap<string, MetricEntry> = new Map(Object.entries(metricTable));
const phases = 'DISCOVERED VERIFYING LOADING WARMING READY DRAINING UNLOADED FAILED HELD'.split(' ');
const outcomes = ['success', 'partial', 'errors', 'refused', 'succeeded', 'failed', 'unavailable'];

/** The words that a label can have, for those that have few. */
const words: Readonly<Record<string, readonly string[]>> = {
  phase: phases,
  outcome: [...outcomes, ...Object.keys(errorTable)],
  code: Object.keys(errorTable),
  limit: limitNames,
  route: ['/graphql'],
};

/** What is wrong with a query, as a sentence each. */
function faultsOf(query: string): string[] {
  return metricsOf(query).flatMap(({ name, labels, values }) => {
    if (ofPrometheus.metrics.has(name)) return [];
    const [, family = name, part] = /^(.+)_(bucket|sum|count)$/.exec(name) ?? [];
    const entry = table.get(family);
    if (entry === undefined) return [`${name} is no metric.`];
    if ((entry.type === 'histogram') !== (part !== undefined)) return [`${name} is a ${entry.type}.`];
    const known = new Set([...entry.labels, ...ofPrometheus.labels, ...(part === 'bucket' ? ['le'] : [])]);
    const unknown = [...labels].filter((label) => !known.has(label)).map((label) => `${name} has no label ${label}.`);
    const wrong = values
      .filter(({ label, value }) => words[label] !== undefined && !value.startsWith('$'))
      .flatMap(({ label, operator, value }) =>
        (operator.includes('~') ? value.split('|') : [value]).map((word) => [label, word] as const),
      )
      .filter(([label, word]) => words[label]?.includes(word) === false)
      .map(([label, word]) => `${label} of ${name} is never ${word}.`);
    return [...unknown, ...wrong];
  });
}

/** The labels that the text of a legend or an annotation shows. */
function shownLabels(text: string): string[] {
  return [...text.matchAll(/\{\{\s*(?:\$labels\.)?([a-z_]+)\s*\}\}/g)].map(([, label = '']) => label);
}

/** Variables of Grafana as what stands in their place. */
function filled(query: string): string {
  return query.replaceAll('$__rate_interval', '5m');
}

test('a query is judged by the table', () => {
  assert.deepEqual(faultsOf('sum(rate(inferql_nothing_total[5m]))'), ['inferql_nothing_total is no metric.']);
  assert.deepEqual(faultsOf('inferql_inference_queue_duration_seconds'), [
    'inferql_inference_queue_duration_seconds is a histogram.',
  ]);
  assert.deepEqual(faultsOf('sum by (colour) (inferql_model_ready{shape="round"})'), [
    'inferql_model_ready has no label shape.',
    'inferql_model_ready has no label colour.',
  ]);
  assert.deepEqual(faultsOf('inferql_model_version_state{phase=~"READY|BROKEN"}'), [
    'phase of inferql_model_version_state is never BROKEN.',
  ]);
  assert.throws(() => faultsOf('sum(rate(inferql_model_ready['), /cannot be read/);
});

suite('deploy/grafana/inferql.json', async () => {
  const text = await readFile(new URL('../../deploy/grafana/inferql.json', import.meta.url), 'utf8');
  const { panels, templating } = JSON.parse(text) as {
    panels: readonly Panel[];
    templating: { list: readonly { name: string; query: string | { query: string } }[] };
  };
  const queries = panels.flatMap(({ title, targets = [] }) => targets.map((target) => ({ title, ...target })));

  test('asks for metrics, labels and words that there are', () => {
    assert.ok(queries.length >= 30);
    assert.deepEqual(
      queries.flatMap(({ expr }) => faultsOf(filled(expr))),
      [],
    );
  });

  test('names series by labels that its queries keep', () => {
    for (const { title, expr, legendFormat } of queries) {
      const kept = new Set(
        metricsOf(filled(expr)).flatMap(({ name, labels }) => [
          ...labels,
          ...(table.get(name)?.labels ?? []),
          'instance',
        ]),
      );
      for (const label of shownLabels(legendFormat)) assert.ok(kept.has(label), `${title}: ${label}`);
    }
  });

  test('fills its variables from metrics that there are', () => {
    for (const { query } of templating.list) {
      const [, selector = '', label = ''] =
        typeof query === 'string' ? [] : (/^label_values\((.+), (\w+)\)$/.exec(query.query) ?? []);
      if (selector === '') continue;
      const [metric] = metricsOf(selector);
      assert.ok(metric !== undefined);
      assert.deepEqual(faultsOf(`sum by (${label}) (${selector})`), []);
    }
  });

  test('has panels that neither share an id nor lie on each other', () => {
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)} ${y + Math.floor(cell / w)}`),
    );
    assert.equal(new Set(cells).size, cells.length);
    assert.ok(panels.every(({ gridPos: { x, w } }) => x + w <= 24));
  });
});

suite('deploy/prometheus/alerts.yml', async () => {
  const text = await readFile(new URL('../../deploy/prometheus/alerts.yml', import.meta.url), 'utf8');
  const { groups } = parse(text) as { groups: readonly { name: string; rules: readonly Rule[] }[] };
  const rules = groups.flatMap((group) => group.rules);

  test('asks for metrics, labels and words that there are', () => {
    assert.ok(rules.length >= 10);
    assert.deepEqual(
      rules.flatMap(({ expr }) => faultsOf(expr)),
      [],
    );
  });

  test('names each alert once, and tells of labels that its query keeps', () => {
    assert.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length);
    for (const { alert, expr, annotations } of rules) {
      const isAggregate = /\bby \(/.test(expr);
      const metrics = metricsOf(expr);
      const kept = new Set(
        metrics.flatMap(({ name, labels }) =>
          isAggregate ? [...labels] : ['instance', 'job', ...(table.get(name.replace(/_bucket$/, ''))?.labels ?? [])],
        ),
      );
      for (const label of Object.values(annotations).flatMap((each) => [...each.matchAll(/\$labels\.(\w+)/g)])) {
        assert.ok(kept.has(label[1] ?? ''), `${alert}: ${label[1]}`);
      }
    }
  });
});
