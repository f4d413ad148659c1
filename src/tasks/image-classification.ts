import { bindClassification } from './classification.ts';
import { bindImage, imageParts } from './images/image-input.ts';
import type { Task } from './task.ts';

/** A picture in; the class of what it shows, and how sure the model is of it and of each other class, out. */
export const imageClassification: Task = {
  name: 'image-classification',
  uses: ['labels', 'outputs.label', 'outputs.scores', 'outputs.activation'],
  ...imageParts,
  bind: (context) => ({ ...bindImage(context), ...bindClassification(context) }),
};
