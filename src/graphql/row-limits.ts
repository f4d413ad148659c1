import { GatewayError } from '../errors.ts';
import type { ServedModel } from '../inference/served-model.ts';
import type { OperationContext } from './context.ts';

/**
 * Counts rows against the limits before they are encoded, and into the request's log line.
 * @throws GatewayError `BATCH_TOO_LARGE` for one field, `QUERY_TOO_COMPLEX` for the whole operation.
 */
export function countRows(context: OperationContext, served: ServedModel, rows: number): void {
  const { maxRowsPerField, maxRowsPerOperation } = context.services.options.limits;
  const about = { model: served.name, version: String(served.version) };
  if (rows > maxRowsPerField) {
    const message = `The list has ${rows} rows; one field takes at most ${maxRowsPerField}.`;
    throw new GatewayError('BATCH_TOO_LARGE', message, {
      ...about,
      details: { limit: maxRowsPerField, received: rows },
    });
  }
  context.rows += rows;
  if (context.rows > maxRowsPerOperation) {
    const message = `The operation predicts more than ${maxRowsPerOperation} rows; split it.`;
    throw new GatewayError('QUERY_TOO_COMPLEX', message, {
      ...about,
      details: { limit: maxRowsPerOperation, received: context.rows },
    });
  }
  context.request.usage.rows += rows;
  context.request.usage.models.add(served.name);
}
