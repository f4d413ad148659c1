import type { FuzzTarget } from './target.ts';
import { accessFiles } from './targets/access-files.ts';
import { bodies } from './targets/bodies.ts';
import { connections } from './targets/connections.ts';
import { credentials } from './targets/credentials.ts';
import { documentIds } from './targets/document-ids.ts';
import { documents } from './targets/documents.ts';
import { goldenFiles } from './targets/golden-files.ts';
import { images } from './targets/images.ts';
import { manifests, modelFolders } from './targets/manifests.ts';
import { modelFiles, modelLoads } from './targets/model-files.ts';
import { stateTokens } from './targets/state-tokens.ts';
import { tensors } from './targets/tensors.ts';
import { texts } from './targets/texts.ts';
import { tokenizerFiles } from './targets/tokenizer-files.ts';
import { variables } from './targets/variables.ts';

/** Everything that takes what others wrote. A new target is one file and one row. */
export const targets: readonly FuzzTarget[] = [
  bodies,
  connections,
  documents,
  variables,
  tensors,
  images,
  texts,
  stateTokens,
  credentials,
  documentIds,
  manifests,
  tokenizerFiles,
  goldenFiles,
  accessFiles,
  modelFiles,
  // Those that take long for each case, last.
  modelFolders,
  modelLoads,
];
