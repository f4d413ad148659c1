import { ModelLoadError } from '../../errors.ts';
import { parseJsonFile } from '../json-file.ts';
import { preprocessorSection, type Preprocessor } from './sections.ts';

/** The file beside the model in which Hugging Face keeps how pictures are prepared. */
export const preprocessorFileName = 'preprocessor_config.json';

/** What says nothing about the pixels: names of classes, and what only training or Python needs. */
const harmless: ReadonlySet<string> = new Set([
  'image_processor_type',
  'feature_extractor_type',
  'processor_class',
  'auto_map',
  '_processor_class',
  '_valid_processor_keys',
  'data_format',
  'input_data_format',
  'default_to_square',
  'device',
  'return_tensors',
  'disable_grouping',
  'format',
  'model_input_names',
  'num_labels',
  'id2label',
  'label2id',
]);

/** Classes that take a number as both sides, also where a crop follows. */
const squares = /^(DeiT|Beit|Flava|Perceiver)/;

/**
 * What `preprocessor_config.json` says in keys that are known here. Keys that are null or false and unknown switch
 * something off that nobody does.
 * @throws ModelLoadError when it is no JSON object, or has a key or value that would change pixels in an unknown way.
 */
export function readPreprocessorFile(content: Buffer | undefined): Preprocessor {
  if (content === undefined) return {};
  const said = Object.entries(parseObject(content)).filter(([, value]) => value !== null);
  const known = Object.keys(preprocessorSection.schema.shape);
  const own: Record<string, unknown> = {};
  for (const [key, value] of said) {
    if (known.includes(key)) own[key] = value;
    else if (key !== 'crop_pct' && value !== false && !harmless.has(key)) throw unknownKey(key);
  }
  const given = Object.fromEntries(said);
  const sized = { ...own, ...legacySize(given), ...croppedShare(given) };
  const checked = preprocessorSection.schema.safeParse(sized);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  throw new ModelLoadError(`${preprocessorFileName}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}.`);
}

function parseObject(content: Buffer): object {
  const parsed = parseJsonFile(preprocessorFileName, content);
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed;
  throw new ModelLoadError(`${preprocessorFileName} holds no JSON object.`);
}

/** The class that wrote the file tells what a bare number is. */
function legacySize({ size, image_processor_type, feature_extractor_type }: Readonly<Record<string, unknown>>): object {
  const writer = image_processor_type ?? feature_extractor_type;
  if (typeof size !== 'number' || typeof writer !== 'string' || !squares.test(writer)) return {};
  return { size: { height: size, width: size } };
}

/** ConvNeXT names the share of the picture that is kept; from 384 on it keeps all of it, out of proportion. */
function croppedShare({ crop_pct, size }: Readonly<Record<string, unknown>>): object {
  if (typeof crop_pct !== 'number') return {};
  const edge = typeof size === 'object' && size !== null && 'shortest_edge' in size ? size.shortest_edge : size;
  if (typeof edge !== 'number' || crop_pct <= 0) throw unknownKey('crop_pct');
  if (edge >= 384) return { size: { height: edge, width: edge } };
  return { size: { shortest_edge: Math.trunc(edge / crop_pct) }, do_center_crop: true, crop_size: edge };
}

function unknownKey(key: string): ModelLoadError {
  return new ModelLoadError(
    `${preprocessorFileName} says ${key}, which is not known here: say the same with other keys under preprocessor in the manifest, and take it out of the file.`,
  );
}
