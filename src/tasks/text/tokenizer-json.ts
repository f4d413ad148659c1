import { z } from 'zod';
import { ModelLoadError } from '../../errors.ts';

/** A part of `tokenizer.json`: which one it is, and whatever that one needs. */
export const partSchema = z.looseObject({ type: z.string() });
export type TokenizerPart = z.infer<typeof partSchema>;

/** What stands between two words or in their place: a plain text, or a pattern in the syntax of Oniguruma. */
export const patternSchema = z.union([z.strictObject({ String: z.string() }), z.strictObject({ Regex: z.string() })]);
export type TokenizerPattern = z.infer<typeof patternSchema>;

/**
 * Makes a part by its type.
 * @param what the parts are, in the singular: `normalizer`.
 * @param makers one for each type that is supported.
 * @throws ModelLoadError listing those, for any other: a part that is passed over would give other tokens.
 */
export function makePart<Made>(
  what: string,
  part: TokenizerPart,
  makers: Readonly<Record<string, (part: TokenizerPart) => Made>>,
): Made {
  const maker = Object.hasOwn(makers, part.type) ? makers[part.type] : undefined;
  if (maker !== undefined) return maker(part);
  throw new ModelLoadError(
    `tokenizer.json has the ${what} ${part.type}, which is not supported; supported are ${Object.keys(makers).join(', ')}.`,
  );
}

/** Makes the parts of a `Sequence`, each with its own maker. */
export function makeParts<Made>(parts: unknown, make: (part: TokenizerPart) => Made): readonly Made[] {
  return z.array(partSchema).parse(parts).map(make);
}
