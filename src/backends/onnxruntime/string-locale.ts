import type { Graph, GraphNode } from './graph.ts';
import type { Edit } from './graph-edits.ts';
import { bytesField, concatBytes, stringField, varint, varintField } from './protobuf-writer.ts';

/** AttributeProto.AttributeType.STRING */
const stringAttribute = 3;

/**
 * A StringNormalizer without a locale is left to the runtime, which asks the system for en_US.UTF-8: few containers have
 * that, and the model would load on one machine and not on another. Each such node gets the locale C, on every machine, so
 * that all give the same. Those in graphs inside nodes and in functions are left as they are; skl2onnx makes none.
 * Source: StringNormalizer in onnx/docs/Operators.md; its default is "as decided by the implementation".
 */
export function nameLocales(graph: Graph): { readonly edits: readonly Edit[]; readonly notes: readonly string[] } {
  const nodes = new Set([...graph.producers.values()].filter(asksForDefault));
  const edits: Edit[] = [];
  const notes: string[] = [];
  for (const { outputs, span } of nodes) {
    // Fields of a message may come in any order: before all others, the end of the node stays where it is.
    const length = varint(span.end - span.payload + localeC.byteLength);
    edits.push({ start: span.start, end: span.payload, bytes: concatBytes([nodeTag, length, localeC]) });
    notes.push(
      `The StringNormalizer behind "${outputs[0] ?? ''}" names no locale, and gets "C", which every machine has: where it ` +
        'changes case, or compares words without it, letters beyond ASCII keep the case they have.',
    );
  }
  return { edits, notes };
}

function asksForDefault({ operator, domain, namesLocale }: GraphNode): boolean {
  return operator === 'StringNormalizer' && domain === '' && !namesLocale;
}

/** GraphProto.node, whose length follows. */
const nodeTag = varint(1 * 8 + 2);
/** NodeProto.attribute, an AttributeProto. */
const localeC = bytesField(5, stringField(1, 'locale'), stringField(4, 'C'), varintField(20, stringAttribute));
