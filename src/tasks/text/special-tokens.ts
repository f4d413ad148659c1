import { z } from 'zod';
import { ModelLoadError } from '../../errors.ts';
import { makePart, makeParts, type TokenizerPart } from './tokenizer-json.ts';
import { idSchema } from './vocabulary.ts';

/** One token with the number of the text that it counts to: 0 for the first, 1 for the second of two. */
export interface TypedToken {
  readonly id: number;
  readonly type: number;
}

/** What stands around the tokens of a text: `[CLS]` before them and `[SEP]` after them, for example. */
export interface SpecialTokens {
  readonly before: readonly TypedToken[];
  readonly after: readonly TypedToken[];
  /** The type of the text's own tokens. */
  readonly type: number;
}

/** Nothing around a text. */
export const noSpecialTokens: SpecialTokens = { before: [], after: [], type: 0 };

const token = z.tuple([z.string(), idSchema]);
const aroundSchema = z.object({ cls: token, sep: token });
const templateSchema = z.object({
  single: z.array(
    z.union([
      z.object({ SpecialToken: z.object({ id: z.string(), type_id: z.int() }) }),
      z.object({ Sequence: z.object({ id: z.enum(['A', 'B']), type_id: z.int() }) }),
    ]),
  ),
  special_tokens: z.record(z.string(), z.object({ ids: z.array(idSchema) })),
});

/**
 * Compiles the post-processor of a `tokenizer.json`.
 * @throws ModelLoadError for one that is not supported, and for a template in which the text does not stand once.
 */
export function compileSpecialTokens(part: TokenizerPart): SpecialTokens {
  return makePart('post_processor', part, {
    BertProcessing: around,
    RobertaProcessing: around,
    TemplateProcessing: template,
    // Only moves offsets, which nobody asks for.
    ByteLevel: () => noSpecialTokens,
    Sequence: (given) =>
      makeParts(given['processors'], compileSpecialTokens).reduce((inner, outer) => ({
        before: [...outer.before, ...inner.before],
        after: [...inner.after, ...outer.after],
        type: outer.type,
      })),
  });
}

function around(part: TokenizerPart): SpecialTokens {
  const { cls, sep } = aroundSchema.parse(part);
  return { before: [{ id: cls[1], type: 0 }], after: [{ id: sep[1], type: 0 }], type: 0 };
}

function template(part: TokenizerPart): SpecialTokens {
  const { single, special_tokens: specials } = templateSchema.parse(part);
  const place = single.findIndex((item) => 'Sequence' in item);
  const text = single[place];
  if (text === undefined || !('Sequence' in text) || single.filter((item) => 'Sequence' in item).length > 1) {
    throw new ModelLoadError('tokenizer.json has a template for one text in which that text does not stand just once.');
  }
  const tokens = single.map((item) => {
    if (!('SpecialToken' in item)) return [];
    const { id, type_id: type } = item.SpecialToken;
    const ids = Object.hasOwn(specials, id) ? specials[id]?.ids : undefined;
    if (ids === undefined) throw new ModelLoadError(`tokenizer.json has a template with the unknown token "${id}".`);
    return ids.map((each) => ({ id: each, type }));
  });
  return {
    before: tokens.slice(0, place).flat(),
    after: tokens.slice(place + 1).flat(),
    type: text.Sequence.type_id,
  };
}
