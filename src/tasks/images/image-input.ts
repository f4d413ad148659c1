import { GraphQLNonNull } from 'graphql';
import { badInput, describeValue } from '../../errors.ts';
import { inputType, refuseUnknownNames } from '../field-types.ts';
import { readSection } from '../manifest-section.ts';
import type { BoundTask, EncodedRow, EncodeLimits, TaskContext, TaskInput } from '../task.ts';
import { imageFormats } from './image-bytes.ts';
import { findImagePort, type ImagePort } from './image-port.ts';
import { compilePixelLayout } from './pixel-tensor.ts';
import { fixedCanvas, type Placement, placePicture, type Size } from './placement.ts';
import { compilePreparation, type Preparation, type PreparationDefaults } from './preparation.ts';
import { preprocessorFileName, readPreprocessorFile } from './preprocessor-file.ts';
import { imageSection, preprocessorSection } from './sections.ts';

/** A row made of a picture, and where the picture stands in it. */
export interface PictureRow extends EncodedRow {
  readonly about: Placement;
}

/** The side of a task that takes pictures and makes rows. */
export type BoundImage = Pick<BoundTask, 'inputType' | 'features'> & {
  /** @throws GatewayError `BAD_USER_INPUT` */
  encode(input: TaskInput, limits?: EncodeLimits): Promise<PictureRow>;
};

/** What a task with pictures says of itself: its keys of the manifest and the files that it reads. */
export const imageParts = { sections: [imageSection, preprocessorSection], reads: [preprocessorFileName] } as const;

const field = 'image';

/**
 * Binds the input `image`, from base64 to a row of the graph's only input.
 * @throws ModelLoadError when graph, manifest and `preprocessor_config.json` do not fit, saying what would.
 */
export function bindImage(context: TaskContext, defaults: PreparationDefaults = {}): BoundImage {
  const { manifest, signature, files, pictures, types } = context;
  const options = readSection(manifest, imageSection);
  const said = {
    ...readPreprocessorFile(files.get(preprocessorFileName)),
    ...readSection(manifest, preprocessorSection),
  };
  const port = findImagePort(signature, options, said.do_flip_channel_order === true);
  const preparation = compilePreparation(said, port, defaults);
  const { filter, resizing, framing } = preparation;
  const description = describeImage(preparation, port);
  const known = new Set([field]);
  const maxPixels = Math.min(options.maxPixels ?? pictures.maxPixels, pictures.maxPixels);
  const request = {
    name: field,
    maxPixels,
    place: (original: Size) => requireFit(placePicture(original, resizing, framing), port, maxPixels),
    filter,
    background: options.background ?? null,
    layout: compilePixelLayout(port, preparation),
  };
  return {
    inputType: inputType(context, { [field]: { type: new GraphQLNonNull(types.base64), description } }),
    features: [
      {
        name: field,
        originalName: port.name === field ? null : port.name,
        type: `${types.base64.name}!`,
        description,
        unit: null,
        min: null,
        max: null,
        categories: null,
        nullable: false,
        example: null,
      },
    ],
    async encode(input, limits) {
      refuseUnknownNames(input, known);
      const { tensor, placement } = await pictures.decode(requireText(input), request, limits?.signal);
      return { tensors: new Map([[port.name, tensor]]), about: placement };
    },
  };
}

function describeImage({ resizing, framing }: Preparation, { channels, name }: ImagePort): string {
  const canvas = fixedCanvas(resizing, framing);
  const size = canvas === null ? '' : `, ${canvas.width} × ${canvas.height} pixels`;
  const original = name === field ? '' : `, \`${name}\` in the model's file`;
  return `A ${imageFormats} picture, as base64 or as a data URI. The model sees it in ${channels}${size}${original}.`;
}

/** GraphQL sees to it that it is a text, but not in examples that are read from files. */
function requireText(input: TaskInput): string {
  const text = Object.hasOwn(input, field) ? input[field] : undefined;
  if (typeof text === 'string') return text;
  throw badInput({
    reason: text === undefined ? 'MISSING' : 'WRONG_TYPE',
    input: field,
    expected: 'a picture in base64',
    received: describeValue(text),
  });
}

/** Where nothing brings pictures to a size, they must have that of the graph, and must not become too large for memory. */
function requireFit(placement: Placement, { height, width }: ImagePort, maxPixels: number): Placement {
  const { canvas, original } = placement;
  if (canvas.width * canvas.height > maxPixels) {
    throw badInput({
      reason: 'OUT_OF_RANGE',
      input: field,
      expected: `a picture that has at most ${maxPixels} pixels when it is resized`,
      received: `one of ${original.width} × ${original.height} that becomes ${canvas.width} × ${canvas.height}`,
    });
  }
  if ((height ?? canvas.height) === canvas.height && (width ?? canvas.width) === canvas.width) return placement;
  throw badInput({
    reason: 'WRONG_SHAPE',
    input: field,
    expected: `a picture of ${width ?? 'any'} × ${height ?? 'any'} pixels`,
    received: `one of ${canvas.width} × ${canvas.height}`,
  });
}
