import fc from 'fast-check';
import sharp from 'sharp';
import { base64, blackPng, fixturePicture, hollowPng, plain } from '../../helpers/pictures.ts';
import { byteEdit, mutateBytes, mutationOf, type Seeds } from '../mutations/bytes.ts';
import { throwing, type FuzzTarget } from '../target.ts';
import { manyOf, oneOf } from './good-operations.ts';

const svg =
  '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/passwd"/><rect width="9" height="9"/></svg>';

/** Small pictures of every format, and some that promise more than they are. */
async function pictures(): Promise<Seeds<Uint8Array>> {
  const small = plain(23, 17, [200, 20, 0]);
  const frames = Buffer.alloc(8 * 8 * 3 * 6, 99);
  const animated = () => sharp(frames, { raw: { width: 8, height: 48, channels: 3, pageHeight: 8 } });
  return {
    png: await small.png().toBuffer(),
    palette: await small.png({ palette: true }).toBuffer(),
    interlaced: await small.png({ progressive: true }).toBuffer(),
    grey: fixturePicture('small-grey.png'),
    jpeg: await small.jpeg().toBuffer(),
    progressive: await small.jpeg({ progressive: true }).toBuffer(),
    cmyk: fixturePicture('cmyk.jpg').subarray(0, 20_000),
    turned: await small.jpeg().withMetadata({ orientation: 6, density: 300 }).toBuffer(),
    webp: await small.webp().toBuffer(),
    lossless: await small.webp({ lossless: true }).toBuffer(),
    gif: await small.gif().toBuffer(),
    frames: await animated().gif({ loop: 0 }).toBuffer(),
    animated: await animated().webp().toBuffer(),
    avif: await small.avif({ effort: 0 }).toBuffer(),
    tiff: await small.tiff().toBuffer(),
    bomb: await blackPng(999, 999),
    tooLarge: await blackPng(5000, 5000),
    hollow: hollowPng(60_000, 60_000),
    svg: Buffer.from(svg),
    pdf: Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>'),
  };
}

/** Pictures for the three models that take them, each prepared in another way. */
export const images: FuzzTarget = {
  name: 'images',
  about:
    'PNG, JPEG, WebP, GIF, AVIF, TIFF and SVG with bytes flipped, cut, spliced and repeated; more pixels than bytes; odd base64',
  casesInTests: 80,
  share: 80,
  open: async (bench) => {
    const server = await bench.open();
    const seeds = await pictures();
    const headers = { 'content-type': 'application/json' };
    const picture = fc.record({
      mutation: mutationOf(seeds, byteEdit(seeds)),
      prefix: fc.oneof(
        { weight: 6, arbitrary: fc.constant('') },
        fc.constantFrom(
          'data:image/png;base64,',
          'data:;base64,',
          'data:image/png,',
          'data:text/html;base64,',
          ' ',
          '=',
        ),
      ),
    });
    return throwing({
      cases: fc.record({
        model: fc.constantFrom('digits', 'colours', 'things'),
        pictures: fc.oneof(
          { weight: 4, arbitrary: fc.tuple(picture) },
          fc.array(picture, { minLength: 2, maxLength: 4 }),
        ),
      }),
      check: async ({ model, pictures }) => {
        const inputs = pictures.map(({ mutation, prefix }) => ({
          image: prefix + base64(mutateBytes(seeds, mutation)),
        }));
        const [input] = inputs;
        const isOne = inputs.length === 1;
        const body = { query: isOne ? oneOf(model) : manyOf(model), variables: isOne ? { input } : { inputs } };
        return (await server.send({ method: 'POST', headers, body: JSON.stringify(body) })).outcome;
      },
      stillWorks: server.assertWell,
    });
  },
};
