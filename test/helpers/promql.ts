import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

/** A metric that a query asks for, with the labels that it goes by. */
export interface QueriedMetric {
  readonly name: string;
  /** Labels that select, group or match its series. */
  readonly labels: ReadonlySet<string>;
  /** The values that labels are compared with. */
  readonly values: readonly { readonly label: string; readonly operator: string; readonly value: string }[];
}

/**
 * What a query in PromQL asks for, by Prometheus's own grammar.
 * @throws Error where the query cannot be read.
 */
export function metricsOf(query: string): readonly QueriedMetric[] {
  const found: QueriedMetric[] = [];
  const textOf = ({ from, to }: { from: number; to: number }) => query.slice(from, to);
  parser.parse(query).iterate({
    enter: ({ node, type, from }) => {
      if (type.isError) throw new Error(`${query}: cannot be read at character ${from}.`);
      if (type.name !== 'VectorSelector') return;
      const name = node.getChild('Identifier');
      const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [];
      const values = matchers.map((matcher) => ({
        label: partOf(matcher, 'LabelName', textOf),
        operator: partOf(matcher, 'MatchOp', textOf),
        value: partOf(matcher, 'StringLiteral', textOf).slice(1, -1),
      }));
      const labels = new Set([...values.map(({ label }) => label), ...groupingLabels(node, textOf)]);
      found.push({ name: name === null ? '' : textOf(name), labels, values });
    },
  });
  return found;
}

/** The labels by which what is around a selector groups and matches. */
function groupingLabels(node: SyntaxNode, textOf: (node: SyntaxNode) => string): string[] {
  const labels: string[] = [];
  for (let around = node.parent; around !== null; around = around.parent) {
    const clauses = [...around.getChildren('AggregateModifier'), ...around.getChildren('MatchingModifierClause')];
    for (const clause of clauses) {
      for (const group of clause.getChildren('GroupingLabels'))
        labels.push(...group.getChildren('LabelName').map(textOf));
    }
  }
  return labels;
}

function partOf(node: SyntaxNode, kind: string, textOf: (node: SyntaxNode) => string): string {
  const part = node.getChild(kind);
  if (part === null) throw new Error(`${textOf(node)} has no ${kind}.`);
  return textOf(part);
}
