import { z } from 'zod';
import type { ManifestSection } from '../manifest-section.ts';

const pixels = z.int().min(1).max(65_535);
const byte = z.int().min(0).max(255);
const pair = z.strictObject({ height: pixels, width: pixels });
const perChannel = z.union([z.number(), z.array(z.number()).min(1).max(3)]);
const colour = z.union([byte, z.array(byte).length(3)]);

/**
 * The keys of Hugging Face's `preprocessor_config.json` that say how a picture becomes a tensor, and `do_letterbox`. A
 * key that is left out is unknown here, so that the file beside the model may say it.
 */
const preprocessorSchema = z.strictObject({
  do_resize: z.boolean().optional().describe('Whether pictures are brought to a size. Default: true.'),
  size: z
    .union([
      pixels,
      pair,
      z.strictObject({ shortest_edge: pixels, longest_edge: pixels.optional() }),
      z.strictObject({ longest_edge: pixels }),
    ])
    .optional()
    .describe(
      'The size to bring pictures to: height and width, or the shortest or longest edge, which keep the proportions. A number is the shortest edge where do_center_crop follows, else both sides. Default: that of the input of the graph.',
    ),
  resample: z
    .int()
    .min(0)
    .max(5)
    .optional()
    .describe("The filter, by Pillow's number: 1 Lanczos, 2 bilinear, 3 bicubic. Default: 2."),
  do_center_crop: z
    .boolean()
    .optional()
    .describe('Whether the middle is cut out after resizing. Default: true where crop_size is given.'),
  crop_size: z.union([pixels, pair]).optional().describe('The size of what is cut out; black where the picture ends.'),
  do_rescale: z
    .boolean()
    .optional()
    .describe('Whether values are multiplied by rescale_factor. Default: true for floats.'),
  rescale_factor: z.number().positive().optional().describe('Default: 1/255.'),
  do_normalize: z
    .boolean()
    .optional()
    .describe('Whether image_mean is taken off and the rest divided by image_std. Default: true where they are given.'),
  image_mean: perChannel.optional().describe("The mean, one for all or one for each of the model's channels."),
  image_std: perChannel.optional().describe("The deviation, one for all or one for each of the model's channels."),
  do_convert_rgb: z
    .boolean()
    .optional()
    .describe('Of no effect: every picture becomes RGB first, whatever it was. Refused for models of grey pictures.'),
  do_flip_channel_order: z.boolean().optional().describe('true: the model takes BGR, as image.channels: BGR says.'),
  do_pad: z
    .boolean()
    .optional()
    .describe('Whether pictures are filled up with 0 to the right and below, after normalising, to pad_size.'),
  pad_size: z.union([pixels, pair]).optional().describe('The size to fill up to, with do_pad.'),
  do_letterbox: z
    .boolean()
    .optional()
    .describe(
      'Whether pictures keep their proportions within size, in the middle, with bars of letterbox_color around them, as YOLO wants it. Default: false; true for object-detection where nothing else is said.',
    ),
  letterbox_color: colour.optional().describe('The colour of the bars, a grey or [R, G, B], 0 to 255. Default: 114.'),
});

/** How a picture becomes what the graph takes, in the words of Hugging Face. */
export const preprocessorSection = {
  key: 'preprocessor',
  schema: preprocessorSchema.describe(
    'How a picture becomes the tensor that the model takes, in the words of preprocessor_config.json of Hugging Face. A file of that name beside the model is read as well; what is said here goes before it.',
  ),
} satisfies ManifestSection;

/** What pictures are accepted, and how the graph wants their pixels laid out. */
export const imageSection = {
  key: 'image',
  schema: z
    .strictObject({
      layout: z
        .enum(['NCHW', 'NHWC'])
        .optional()
        .describe('Whether the channels come before or after height and width. Default: what the shape says.'),
      channels: z
        .enum(['RGB', 'BGR', 'grey'])
        .optional()
        .describe('What the channels are. Default: RGB for three of them, grey for one.'),
      background: z
        .array(byte)
        .length(3)
        .optional()
        .describe(
          'The colour [R, G, B] that transparent pixels let through. Default: transparency is taken off, as Pillow does.',
        ),
      maxPixels: z
        .int()
        .positive()
        .optional()
        .describe('The most pixels a picture may have, where that is less than the server allows.'),
    })
    .describe('What pictures the model takes.'),
} satisfies ManifestSection;

/** What manifest and file say of preparing a picture; absent what neither says. */
export type Preprocessor = z.output<typeof preprocessorSchema>;
export type ImageOptions = z.output<(typeof imageSection)['schema']>;
