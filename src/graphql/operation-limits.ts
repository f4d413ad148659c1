import { GraphQLError, Kind, type ASTNode, type ASTVisitor, type DocumentNode, type ValidationContext } from 'graphql';
import type { RequestLimits } from '../config/options.ts';
import type { ErrorCode, LimitName } from '../errors.ts';
import { SelectionMeasure, type Unmeasurable } from './selection-measure.ts';

export type DocumentLimits = Pick<RequestLimits, 'maxDepth' | 'maxFields'>;

/** Rules of graphql-js take time that grows with pairs of fragments, and with operations times what they spread. */
const maxDefinitions = 50;
/** Whether fields can be merged is checked in pairs, among all fields of one name in one place. */
const maxRepetitions = 50;

/** What a document is refused for. */
interface Excess {
  readonly message: string;
  readonly node: ASTNode;
  /** @default `QUERY_TOO_COMPLEX` */
  readonly code?: ErrorCode;
  /** None where the document is wrong rather than too much. */
  readonly limit?: LimitName;
}

/**
 * A validation rule that refuses documents that are nested too deeply, select too many fields, or repeat themselves. It
 * runs once for each document, since Apollo keeps validated documents.
 *
 * It has to come after the rules of graphql-js, and looks at the whole document before any of them has seen more than
 * its top: a document that is refused is replaced by an empty one, so that the other rules, whose time can grow with the
 * square of a document's size, spend none on it, and this error is the only one.
 */
export function operationLimits(limits: DocumentLimits) {
  return (context: ValidationContext): ASTVisitor => ({
    Document(document): DocumentNode | undefined {
      const excess = findExcess(document, context, limits);
      if (excess === null) return undefined;
      const { message, node, code = 'QUERY_TOO_COMPLEX', limit } = excess;
      context.reportError(new GraphQLError(message, { nodes: node, extensions: { code, limit } }));
      return { ...document, definitions: [] };
    },
  });
}

function findExcess(document: DocumentNode, context: ValidationContext, limits: DocumentLimits): Excess | null {
  const { definitions } = document;
  if (definitions.length > maxDefinitions) {
    const message = `The document has ${definitions.length} operations and fragments; the limit is ${maxDefinitions}.`;
    return { message, node: document, limit: 'repetitions' };
  }
  const measure = new SelectionMeasure((name) => context.getFragment(name), limits.maxDepth);
  let total = 0;
  for (const node of definitions) {
    if (!('selectionSet' in node)) continue;
    const { depth, fields } = measure.extentOf(node.selectionSet);
    if (depth > limits.maxDepth) return { ...tooDeep(limits), node };
    if (measure.unmeasurable !== null) return { ...describe(measure.unmeasurable, limits), node };
    total = node.kind === Kind.OPERATION_DEFINITION ? total + fields : Math.max(total, fields);
    // The sum can have twenty digits, of which nobody learns anything.
    if (total > limits.maxFields) {
      const message = `The document selects more than ${limits.maxFields} fields, fragments expanded.`;
      return { message, node, limit: 'maxFields' };
    }
  }
  for (const node of definitions) {
    if (!('selectionSet' in node)) continue;
    const { name, times } = measure.mostRepeated(node.selectionSet);
    if (times > maxRepetitions) {
      const message = `The field "${name}" is selected ${times} times in one place; the limit is ${maxRepetitions}.`;
      return { message, node, limit: 'repetitions' };
    }
  }
  return null;
}

function describe({ problem, name }: Unmeasurable, limits: DocumentLimits): Pick<Excess, 'message' | 'code' | 'limit'> {
  if (problem === 'too deep') return tooDeep(limits);
  const code = 'GRAPHQL_VALIDATION_FAILED';
  if (problem === 'unknown fragment') return { message: `Unknown fragment "${name}".`, code };
  return { message: `The fragment "${name}" spreads itself, directly or through others.`, code };
}

function tooDeep({ maxDepth }: DocumentLimits): Pick<Excess, 'message' | 'limit'> {
  return { message: `The document is nested more than ${maxDepth} levels deep.`, limit: 'maxDepth' };
}
