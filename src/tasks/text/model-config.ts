import { z } from 'zod';
import { ModelLoadError } from '../../errors.ts';
import { parseJsonFile } from '../json-file.ts';

/** The file beside the model in which Hugging Face keeps what the model is, its classes among that. */
export const modelConfigFileName = 'config.json';

const schema = z.looseObject({ id2label: z.record(z.string().regex(/^\d+$/), z.string()).nullish() });

/**
 * The classes that `config.json` names in `id2label`, in the order of the scores.
 * @returns undefined where there is no file, or it names none.
 * @throws ModelLoadError when the file cannot be read, or a number between them has no name.
 */
export function configuredLabels(content: Buffer | undefined): string[] | undefined {
  if (content === undefined) return undefined;
  const checked = schema.safeParse(parseJsonFile(modelConfigFileName, content));
  if (!checked.success) {
    throw new ModelLoadError(`${modelConfigFileName} has an id2label that is no object of numbers and names.`);
  }
  const names = Object.entries(checked.data.id2label ?? {});
  if (names.length < 2) return undefined;
  const labels = names.toSorted(([one], [other]) => Number(one) - Number(other));
  const gap = labels.findIndex(([number], index) => Number(number) !== index);
  if (gap === -1) return labels.map(([, label]) => label);
  throw new ModelLoadError(`${modelConfigFileName} has an id2label without the number ${gap}.`);
}
