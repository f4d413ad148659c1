import type { Task } from './task.ts';
import { bindEmbedding } from './text/embedding.ts';
import { embeddingSection } from './text/sections.ts';
import { bindText, textParts } from './text/text-input.ts';

/** A text in; numbers that are alike for texts that are, out. */
export const featureExtraction: Task = {
  name: 'feature-extraction',
  uses: [],
  sections: [...textParts.sections, embeddingSection],
  reads: textParts.reads,
  bind(context) {
    const { hasTokens, ...text } = bindText(context);
    return { ...text, ...bindEmbedding(context, hasTokens) };
  },
};
