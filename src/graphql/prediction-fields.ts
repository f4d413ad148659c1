import {
  GraphQLList,
  GraphQLNonNull,
  type GraphQLFieldConfigMap,
  type GraphQLResolveInfo,
  type GraphQLScalarType,
} from 'graphql';
import { GatewayError } from '../errors.ts';
import { predict, predictBatch, type PredictionRequest } from '../inference/predict.ts';
import type { ServedModel } from '../inference/served-model.ts';
import type { FieldSpans } from '../observability/tracing/trace.ts';
import type { TaskInput } from '../tasks/task.ts';
import { apiNames } from './api-names.ts';
import type { OperationContext } from './context.ts';
import { predictionExtensions, tensorFields } from './cost/prediction-facts.ts';
import { findServed } from './find-served.ts';
import { checkListLength } from './list-length.ts';
import { requireUse } from './model-access.ts';
import { SelectionReader } from './selection.ts';

interface OneArguments {
  readonly input: TaskInput;
  readonly version?: string | null;
}

interface ManyArguments {
  readonly inputs: readonly TaskInput[];
  readonly version?: string | null;
}

/** The two fields of `Predictions` for one served model: for one input, and for a list. */
export function predictionFields(
  served: ServedModel,
  versionRef: GraphQLScalarType,
): GraphQLFieldConfigMap<unknown, OperationContext> {
  const { inputType, outputType } = served.task;
  const names = apiNames(served.name);
  const selections = new SelectionReader();
  const facts = { model: served.name, tensors: tensorFields(served) };
  const about = served.manifest.title ?? `The model \`${served.name}\``;
  const version = {
    type: versionRef,
    description: 'A version number or a label; the version that is served by default when left out.',
  };

  const choose = (context: OperationContext, ref: string | null | undefined): ServedModel => {
    requireUse(context, served.name);
    const chosen = findServed(context.moment.models, served.name, ref);
    if (chosen.contract !== served.contract) throw signatureMismatch(chosen, served);
    return chosen;
  };
  const requestOf = (
    context: OperationContext,
    info: GraphQLResolveInfo,
    spans: FieldSpans | null,
  ): PredictionRequest => ({ ...context.request, fields: selections.selectedFields(info), spans });

  return {
    [names.field]: {
      type: outputType,
      description: [`${about}: one prediction.`, served.manifest.description].filter(Boolean).join('\n\n'),
      args: { input: { type: new GraphQLNonNull(inputType), description: 'What to predict from.' }, version },
      extensions: predictionExtensions({ ...facts, isBatch: false }),
      resolve: (_source, args, context, info) => {
        const { input, version: ref } = args as OneArguments;
        const chosen = choose(context, ref);
        const spans = context.trace?.field('predict', chosen) ?? null;
        const predicted = predict(chosen, input, requestOf(context, info, spans));
        return spans === null ? predicted : spans.until(predicted);
      },
    },
    [names.batchField]: {
      // Nullable: a list that is refused as a whole is one error, and leaves the other fields alone.
      type: new GraphQLList(outputType),
      description: `${about}: a prediction for each input, in their order. An item that fails is null and has its own error; a list that is refused as a whole is null.`,
      args: {
        inputs: {
          type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(inputType))),
          description: 'What to predict from, one item for each prediction.',
        },
        version,
      },
      extensions: predictionExtensions({ ...facts, isBatch: true }),
      resolve: (_source, args, context, info) => {
        const { inputs, version: ref } = args as ManyArguments;
        const chosen = choose(context, ref);
        checkListLength(context, chosen, inputs.length);
        const spans = context.trace?.field('predict', chosen) ?? null;
        const predicted = predictBatch(chosen, inputs, requestOf(context, info, spans));
        return spans === null ? predicted : spans.until(predicted);
      },
    },
  };
}

function signatureMismatch(chosen: ServedModel, served: ServedModel): GatewayError {
  return new GatewayError(
    'SIGNATURE_MISMATCH',
    `Version ${chosen.version} of the model "${served.name}" has another signature than version ${served.version}, ` +
      `from which its typed field is made; ask for it through the field infer.`,
    { model: served.name, version: String(chosen.version) },
  );
}
