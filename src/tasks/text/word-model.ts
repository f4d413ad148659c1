import { z } from 'zod';
import { compileBytePairs } from './byte-pairs.ts';
import { partSchema, type TokenizerPart, makePart } from './tokenizer-json.ts';
import { remember } from './remember.ts';
import { compileUnigram } from './unigram.ts';
import { requireId, vocabularySchema, type WordModel } from './vocabulary.ts';
import { compileWordPiece } from './word-piece.ts';

/**
 * Compiles the model of a `tokenizer.json`. Files of old versions do not name its type, but for that it has merges.
 * @throws ModelLoadError for one that is not supported.
 */
export function compileWordModel(given: unknown): WordModel {
  const model = z.looseObject({ type: z.string().optional() }).parse(given);
  const part = partSchema.parse({ ...model, type: model.type ?? oldType(model) });
  return makePart<WordModel>('model', part, {
    WordPiece: (each) => remember(compileWordPiece(each)),
    BPE: (each) => remember(compileBytePairs(each)),
    Unigram: (each) => remember(compileUnigram(each)),
    WordLevel: compileWordLevel,
  });
}

function oldType(model: Readonly<Record<string, unknown>>): string {
  if ('merges' in model) return 'BPE';
  return Array.isArray(model['vocab']) ? 'Unigram' : 'WordPiece';
}

function compileWordLevel(part: TokenizerPart): WordModel {
  const { vocab, unk_token: unknown } = z.object({ vocab: vocabularySchema, unk_token: z.string() }).parse(part);
  const tokens = new Map(Object.entries(vocab));
  const unknownId = requireId(tokens, unknown, 'unk_token');
  return (word) => [tokens.get(word) ?? unknownId];
}
