declare module 'parse-prometheus-text-format' {
  interface ParsedMetric {
    readonly name: string;
    readonly metrics: readonly { readonly labels?: Readonly<Record<string, string>>; readonly value: string }[];
  }

  /** @throws Error on a line that is not of the format. */
  export default function parse(text: string): readonly ParsedMetric[];
}
