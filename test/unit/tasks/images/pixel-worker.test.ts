import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ImagePort } from '../../../../src/tasks/images/image-port.ts';
import { compilePixelLayout } from '../../../../src/tasks/images/pixel-tensor.ts';
import { doPixelWork, type PixelWork } from '../../../../src/tasks/images/pixel-work.ts';
import { PixelWorker } from '../../../../src/tasks/images/pixel-worker.ts';
import { placePicture } from '../../../../src/tasks/images/placement.ts';
import { compilePreparation } from '../../../../src/tasks/images/preparation.ts';

const port: ImagePort = { name: 'x', datatype: 'FP32', layout: 'NCHW', channels: 'BGR', height: null, width: null };
const layout = compilePixelLayout(port, compilePreparation({ do_resize: false }, port));

/** Brings a picture of 30 × 20 pixels to this size. */
function work(width: number, height: number, shift = 0): PixelWork {
  const original = { width: 30, height: 20 };
  const data = Uint8Array.from({ length: 1800 }, (_, place) => (place * 7 + shift) % 256);
  return {
    pixels: { data, ...original },
    areInks: false,
    horizontal: { target: width, from: 0, length: width },
    vertical: { target: height, from: 0, length: height },
    filter: 'bicubic',
    placement: placePicture(original, { kind: 'exact', size: { width, height } }, { kind: 'all' }),
    layout,
  };
}

describe('the work on pixels', () => {
  test('is done at once where it is little', async () => {
    const worker = new PixelWorker();
    const small = work(5, 5);
    let isDone = false;
    const done = worker.run(small).then(() => (isDone = true));
    await Promise.resolve();
    await Promise.resolve();
    assert.ok(isDone, 'no other thread can answer before the next turn');
    await done;
    await worker.close();
  });

  test('is done in another thread where it is much, which gives the same', async () => {
    const worker = new PixelWorker();
    const all = Array.from({ length: 5 }, (_, shift) => work(400, 300, shift));
    const expected = all.map(doPixelWork);
    assert.deepEqual(await Promise.all(all.map((each) => worker.run(each))), expected);
    assert.equal(all[0]?.pixels.data.length, 1800, 'the caller keeps its pixels');
    await worker.close();
  });

  test('fails where it cannot be done, and harms no other', async () => {
    const worker = new PixelWorker();
    const broken = { ...work(400, 300), layout: { ...layout, port: { ...port, datatype: 'none' } } };
    const [failed, done] = await Promise.allSettled([
      worker.run(broken as unknown as PixelWork),
      worker.run(work(400, 300)),
    ]);
    assert.equal(failed.status, 'rejected');
    assert.equal(done.status, 'fulfilled');
    await worker.close();
  });

  test('fails when the thread ends, and the next work starts another one', async () => {
    const worker = new PixelWorker();
    const lost = assert.rejects(worker.run(work(400, 300)), /The thread of pixels ended/);
    await worker.close();
    await lost;
    assert.deepEqual(await worker.run(work(400, 300)), doPixelWork(work(400, 300)));
    await worker.close();
  });

  test('closing what never started is nothing', async () => {
    await new PixelWorker().close();
  });
});
