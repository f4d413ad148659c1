import { GatewayError } from '../errors.ts';
import type { ServedModel } from '../inference/served-model.ts';
import type { OperationContext } from './context.ts';

/**
 * Checks the length of one list of rows before they are encoded. A list that is too long is the error of its field, and
 * leaves the fields beside it alone; what a whole request may ask for was checked before it ran.
 * @throws GatewayError `BATCH_TOO_LARGE`
 */
export function checkListLength({ services }: OperationContext, served: ServedModel, rows: number): void {
  const { maxRowsPerField: limit } = services.options.limits;
  if (rows <= limit) return;
  throw new GatewayError('BATCH_TOO_LARGE', `The list has ${rows} rows; one field takes at most ${limit}.`, {
    model: served.name,
    version: String(served.version),
    limit: 'maxRowsPerField',
    details: { limit, received: rows },
  });
}
