import type { GraphQLSchema } from 'graphql';
import { greatestInt } from '../../config/setting-types.ts';
import { GatewayError } from '../../errors.ts';
import { findServed } from '../find-served.ts';
import type { ServedModels } from '../live-moment.ts';
import type { SentVariables } from './argument-reader.ts';
import type { OperationPlan, PlannedPrediction } from './operation-plan.ts';
import { predictionFacts } from './prediction-facts.ts';
import { ElementCounter } from './tensor-elements.ts';

/** What an operation asks for. */
export interface OperationCost {
  /** Rows times the weights of their models, and a tenth for each field of the answer; rounded up. */
  readonly cost: number;
  readonly rows: number;
  /** Of the tensors that were sent. */
  readonly elements: number;
  /** Names of the models that predict. */
  readonly models: ReadonlySet<string>;
}

/** What the operations of one request may ask for together, less what those before this one have. */
export interface CostAllowance {
  readonly cost: number;
  readonly elements: number;
}

/** A row with one field costs 1.1 where the model's weight is 1. Costs are counted in tenths, to add up exactly. */
const tenthsOfRow = 10;

/** What is counted over the predictions of one operation. */
interface Tally {
  tenths: number;
  rows: number;
  elements: number;
  readonly models: Set<string>;
  readonly counter: ElementCounter;
}

export interface CostSource {
  readonly plan: OperationPlan;
  readonly variables: SentVariables;
  readonly schema: GraphQLSchema;
  readonly models: ServedModels;
}

/**
 * Counts what an operation asks for, from its document and its variables as they were sent. Nothing is checked here: what
 * does not fit its type counts as what it would at most be, and is refused when the operation runs.
 *
 * Counting ends where one thing is more than allowed, since a variable of a megabyte can stand in a thousand fields.
 */
export function costOf(source: CostSource, allowance: CostAllowance): OperationCost {
  const tally: Tally = {
    tenths: source.plan.fields,
    rows: 0,
    elements: 0,
    models: new Set(),
    counter: new ElementCounter(),
  };
  for (const prediction of source.plan.predictions) {
    if (!prediction.isSelected(source.variables)) continue;
    const countElements = prediction.isRaw
      ? countInfer(prediction, source, tally)
      : countTyped(prediction, source, tally);
    // Before elements, so that no more rows are looked into than are allowed.
    if (tally.tenths > allowance.cost * tenthsOfRow) break;
    tally.elements += countElements();
    if (tally.elements > allowance.elements) break;
  }
  const { tenths, rows, elements, models } = tally;
  return { cost: Math.ceil(tenths / tenthsOfRow), rows, elements, models };
}

function countTyped(prediction: PlannedPrediction, source: CostSource, tally: Tally): () => number {
  const facts = predictionFacts(source.schema, prediction.field);
  // `__typename`
  if (facts === undefined) return nothing;
  const { isBatch, tensors, model } = facts;
  const given = prediction.arguments.get(isBatch ? 'inputs' : 'input')?.(source.variables);
  const inputs = isBatch ? asList(given) : [given];
  countRows(tally, source.models, model, inputs.length, inputs.length * prediction.fieldsBelow);
  if (tensors.length === 0) return nothing;
  return () => {
    let elements = 0;
    for (const input of inputs) {
      for (const { field, datatype } of tensors) elements += tally.counter.countOf(propertyOf(input, field), datatype);
    }
    return elements;
  };
}

function countInfer(prediction: PlannedPrediction, source: CostSource, tally: Tally): () => number {
  const input = prediction.arguments.get('input')?.(source.variables);
  const name = textOf(propertyOf(input, 'model'));
  const served = tryFindServed(source.models, name, propertyOf(input, 'version'));
  // No more are read, for one of them is then given twice.
  const mostInputs = (served?.rowSignature.inputs.length ?? 0) + 1;
  const tensors = asList(propertyOf(input, 'inputs')).slice(0, mostInputs);
  const sent = tensors.map((tensor) => ({ tensor, elements: elementsOf(tensor, tally.counter) }));
  const isBatchable = served === null || served.rowSignature.axis.kind !== 'none';
  const rows = isBatchable ? Math.max(1, ...sent.map(({ tensor, elements }) => rowsOf(tensor, elements))) : 1;
  countRows(tally, source.models, name, rows, prediction.fieldsBelow);
  return () => sent.reduce((total, { elements }) => total + elements, 0);
}

function elementsOf(tensor: unknown, counter: ElementCounter): number {
  const value = propertyOf(tensor, 'values') ?? propertyOf(tensor, 'base64');
  return counter.countOf(value, textOf(propertyOf(tensor, 'datatype')));
}

function countRows(tally: Tally, models: ServedModels, model: string, rows: number, fields: number): void {
  const entry = models.get(model);
  tally.rows += rows;
  tally.tenths += rows * (entry?.manifest.rowWeight ?? 1) * tenthsOfRow + fields;
  if (entry !== undefined) tally.models.add(model);
}

function tryFindServed(models: ServedModels, name: string, version: unknown) {
  try {
    return findServed(models, name, version === null || version === undefined ? null : textOf(version));
  } catch (error) {
    if (error instanceof GatewayError) return null;
    throw error;
  }
}

/**
 * The first dimension. A tensor that says more rows than it has elements will be refused, unless its rows are empty.
 * @param elements of the tensor.
 */
function rowsOf(tensor: unknown, elements: number): number {
  const [rows, ...others] = asList(propertyOf(tensor, 'shape'));
  if (typeof rows !== 'number' || !(rows > 0)) return 1;
  return Math.min(Math.ceil(rows), others.includes(0) ? greatestInt : elements);
}

/** As GraphQL reads lists: one thing that is none is a list of it. */
function asList(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === null || value === undefined ? [] : [value];
}

function propertyOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

/** As GraphQL reads ids: numbers are texts too. */
function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function nothing(): number {
  return 0;
}
