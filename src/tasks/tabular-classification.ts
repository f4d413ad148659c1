import { bindClassification } from './classification.ts';
import { bindFeatures } from './tabular.ts';
import type { Task } from './task.ts';

/** Named features in; the predicted class, and how sure the model is of it and of each other class, out. */
export const tabularClassification: Task = {
  name: 'tabular-classification',
  uses: ['features', 'labels', 'outputs.label', 'outputs.scores', 'outputs.activation'],
  bind: (context) => ({ ...bindFeatures(context), ...bindClassification(context) }),
};
