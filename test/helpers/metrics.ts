import assert from 'node:assert/strict';
import parse from 'parse-prometheus-text-format';

type Labels = Readonly<Record<string, string>>;

interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** What somebody who knows nothing of how it was made reads in the text of `/metrics`. */
export class ScrapedMetrics {
  readonly text: string;
  /** Names and types, in their order. */
  readonly types: ReadonlyMap<string, string>;
  readonly #samples: ReadonlyMap<string, readonly Sample[]>;

  /** @throws Error where the text is not of the format, or is against its rules. */
  constructor(text: string) {
    this.text = text;
    const lines = text.split('\n');
    assert.equal(lines.pop(), '', 'The last line has no end.');
    const types = lines.flatMap((line) => /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(line) ?? []);
    this.types = new Map(
      Array.from({ length: types.length / 3 }, (_, place) => [types[3 * place + 1] ?? '', types[3 * place + 2] ?? '']),
    );
    // The parser puts the series of a histogram into one, and loses their labels: without types it reads them one by one.
    const samples = lines.filter((line) => !line.startsWith('# TYPE ')).map((line) => `${line}\n`);
    const byName = new Map<string, Sample[]>();
    for (const { name, metrics } of parse(samples.join(''))) {
      const read = metrics.map(({ labels = {}, value }) => ({ labels, value: Number(value) }));
      byName.set(name, [...(byName.get(name) ?? []), ...read]);
    }
    this.#samples = byName;
    this.#check(lines);
  }

  /** The value of a series with just these labels; undefined where there is none. */
  value(name: string, labels: Labels = {}): number | undefined {
    const wanted = keyOf(labels);
    return this.#of(name).find((sample) => keyOf(sample.labels) === wanted)?.value;
  }

  /** All series of a counter or gauge, by the values of their labels, of those with these labels. */
  values(name: string, labels: Labels = {}): Readonly<Record<string, number>> {
    const meant = this.#of(name).filter((sample) =>
      Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
    );
    return Object.fromEntries(meant.map((sample) => [Object.values(sample.labels).join(' '), sample.value]));
  }

  /** A histogram with just these labels: its classes as bounds and counts, in their order. */
  histogram(name: string, labels: Labels = {}) {
    const buckets = this.#of(`${name}_bucket`).flatMap(({ labels: { le, ...rest }, value }) =>
      keyOf(rest) === keyOf(labels) ? [[le === '+Inf' ? Infinity : Number(le), value] as const] : [],
    );
    const count = this.value(`${name}_count`, labels) ?? 0;
    return { buckets, count, sum: this.value(`${name}_sum`, labels) ?? 0 };
  }

  /** The labels of every series of a metric. */
  labels(name: string): readonly Labels[] {
    return this.#of(name).map(({ labels }) => labels);
  }

  #of(name: string): readonly Sample[] {
    return this.#samples.get(name) ?? [];
  }

  /** Each series is there once, below its own type, with a number. */
  #check(lines: readonly string[]): void {
    const seen = new Set<string>();
    let family = '';
    for (const line of lines) {
      const [, typed] = /^# TYPE (\S+) /.exec(line) ?? [];
      if (typed !== undefined) family = typed;
      if (line.startsWith('#')) continue;
      const [, series = '', name = ''] = /^(([a-zA-Z_:][\w:]*)(?:\{.*\})?) \S+$/.exec(line) ?? [];
      const suffix = this.types.get(family) === 'histogram' ? /^_(?:bucket|sum|count)$/ : /^$/;
      assert.ok(name.startsWith(family) && suffix.test(name.slice(family.length)), `${line} is not below its type.`);
      assert.ok(!seen.has(series), `${series} is there twice.`);
      seen.add(series);
    }
    const samples = [...this.#samples.values()].flat();
    assert.ok(samples.every(({ value }) => !Number.isNaN(value)));
    assert.equal(samples.length, seen.size);
  }
}

function keyOf(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Reads metrics over HTTP. @param url of the server, or of the metrics themselves. */
export async function scrape(url: string, init: RequestInit = {}): Promise<ScrapedMetrics> {
  const response = await fetch(url.endsWith('/metrics') ? url : `${url}/metrics`, init);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  return new ScrapedMetrics(await response.text());
}
