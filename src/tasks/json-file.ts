import { ModelLoadError } from '../errors.ts';

/**
 * Reads a JSON file that lies beside a model.
 * @param name of the file, for messages.
 * @throws ModelLoadError when it is no JSON, as one that may still be copied.
 */
export function parseJsonFile(name: string, content: Buffer): unknown {
  try {
    return JSON.parse(content.toString('utf8'));
  } catch (error) {
    throw new ModelLoadError(`${name} is no JSON: it is cut off, or was written by hand.`, {
      cause: error,
      incomplete: true,
    });
  }
}
