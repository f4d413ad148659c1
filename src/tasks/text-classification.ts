import { bindClassification } from './classification.ts';
import type { Task } from './task.ts';
import { configuredLabels, modelConfigFileName } from './text/model-config.ts';
import { bindText, textParts } from './text/text-input.ts';

/** A text in; its class, and how sure the model is of it and of each other class, out. */
export const textClassification: Task = {
  name: 'text-classification',
  uses: ['labels', 'outputs.label', 'outputs.scores', 'outputs.activation'],
  sections: textParts.sections,
  reads: [...textParts.reads, modelConfigFileName],
  bind(context) {
    const { manifest, files } = context;
    const labels = manifest.labels ?? configuredLabels(files.get(modelConfigFileName));
    const { hasTokens: _, ...text } = bindText(context);
    return { ...text, ...bindClassification({ ...context, manifest: { ...manifest, labels } }) };
  },
};
