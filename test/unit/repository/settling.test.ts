import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { FoundModel } from '../../../src/repository/scan.ts';
import { Settling } from '../../../src/repository/settling.ts';

const quietMs = 400;

/** A folder with a manifest, finished long ago but for these versions. */
function folderOf(versions: FoundModel['versions']): FoundModel {
  return { name: 'iris', path: '/iris', versions, manifest: 'rules', changedAt: 0, ownChangedAt: 0 };
}

/** A made-up folder, with a clock that stands still until the test moves it. */
class PuppetFolder {
  now = Date.UTC(2026, 0, 1);
  /** How far the clock of the disk is ahead. */
  readonly skewMs: number;
  readonly settling = new Settling({ quietMs, now: () => this.now });
  #writes = 0;
  #changedAt = 0;

  constructor(skewMs = 0) {
    this.skewMs = skewMs;
  }

  /** Writes a file in the folder. @param changedAt the time that whoever writes gives it. */
  write(changedAt = this.now + this.skewMs): void {
    this.#writes += 1;
    this.#changedAt = changedAt;
  }

  look(): number {
    const fingerprint = String(this.#writes);
    const versions = [{ version: 1, fingerprint, changedAt: this.#changedAt }];
    const found = { ...folderOf(versions), manifest: fingerprint, ownChangedAt: this.#changedAt };
    return this.settling.look(found, true).wait;
  }
}

describe('a folder', () => {
  test('that was finished long ago is taken at once', () => {
    const folder = new PuppetFolder();
    folder.write(folder.now - quietMs);
    assert.equal(folder.look(), 0);
  });

  test('that was changed just now is looked at again as soon as it can stand still', () => {
    const folder = new PuppetFolder();
    folder.write(folder.now - 100.5);
    assert.equal(folder.look(), 300);
    folder.now += 300;
    assert.equal(folder.look(), 0);
  });

  test('that is replaced by a finished one is taken at once', () => {
    const folder = new PuppetFolder();
    folder.write(1000);
    assert.equal(folder.look(), 0);
    folder.now += quietMs;
    folder.write(2000);
    assert.equal(folder.look(), 0);
  });

  test('with times in the future is taken when it was seen unchanged for long enough', () => {
    const folder = new PuppetFolder(3_600_000);
    folder.write();
    assert.equal(folder.look(), quietMs);
    folder.now += quietMs - 1;
    assert.equal(folder.look(), 1);
    folder.now += 1;
    assert.equal(folder.look(), 0);
  });

  test('that changes before our eyes under old times is taken when it was seen unchanged for long enough', () => {
    const folder = new PuppetFolder(-3_600_000);
    folder.write();
    folder.look();
    folder.now += 100;
    folder.write();
    assert.equal(folder.look(), quietMs);
    folder.now += quietMs;
    assert.equal(folder.look(), 0);
  });

  test('does not wait longer because the clock of the machine was set back', () => {
    const folder = new PuppetFolder();
    folder.write();
    folder.look();
    folder.now -= 3_600_000;
    assert.equal(folder.look(), quietMs);
    folder.now += quietMs;
    assert.equal(folder.look(), 0);
  });

  test('that was forgotten is seen for the first time again', () => {
    const folder = new PuppetFolder(3_600_000);
    folder.write();
    folder.look();
    folder.now += quietMs;
    folder.settling.forget('iris');
    assert.equal(folder.look(), quietMs);
  });

  test('never waits where nothing is to be waited for', () => {
    const found = { ...folderOf([]), ownChangedAt: Date.UTC(2100, 0, 1) };
    assert.equal(new Settling({ quietMs: 0, now: () => 1000 }).look(found, false).wait, 0);
  });
});

describe('a version that is being copied', () => {
  const now = Date.UTC(2026, 0, 1);
  const finished = { version: 1, fingerprint: 'finished', changedAt: 0 };
  const copied = { version: 2, fingerprint: 'half', changedAt: now - 100 };
  const found = folderOf([finished, copied]);
  const look = (folder: FoundModel, isKnown: boolean) =>
    new Settling({ quietMs, now: () => now }).look(folder, isKnown);
  const whatIsWhole = [
    { version: 1, fingerprint: 'finished' },
    { version: 2, fingerprint: null },
  ];

  test('keeps neither the other versions nor the manifest waiting', () => {
    for (const isKnown of [false, true]) {
      const { wait, readable } = look(found, isKnown);
      assert.equal(wait, 300);
      assert.deepEqual([readable?.manifest, readable?.versions], ['rules', whatIsWhole]);
    }
  });

  test('keeps all of a new model without a manifest waiting, since that may come last', () => {
    assert.deepEqual(look({ ...found, manifest: null }, false), { wait: 300, readable: null });
    assert.deepEqual(look({ ...found, manifest: null }, true).readable?.versions, whatIsWhole);
  });

  test('is waited for together with the rest where the manifest is being copied as well', () => {
    assert.deepEqual(look({ ...found, ownChangedAt: now - 50 }, true), { wait: 350, readable: null });
  });
});

describe('however a folder is written to', () => {
  const steps = fc.array(fc.record({ afterMs: fc.nat(quietMs), isWrite: fc.boolean() }), { maxLength: 40 });
  const ahead = fc.oneof(fc.constant(0), fc.nat(10_000));
  const anySkew = fc.integer({ min: -10_000, max: 10_000 });

  test('it never stands still while writes come closer together than that', () => {
    fc.assert(
      fc.property(ahead, steps, (skewMs, steps) => {
        const folder = new PuppetFolder(skewMs);
        folder.write();
        let writtenAt = folder.now;
        for (const { afterMs, isWrite } of steps) {
          if (folder.now + afterMs >= writtenAt + quietMs) continue;
          folder.now += afterMs;
          if (isWrite) {
            folder.write();
            writtenAt = folder.now;
          } else assert.ok(folder.look() > 0);
        }
      }),
    );
  });

  test('it never stands still after the first look, wherever the clock of the disk is, if each write is seen', () => {
    fc.assert(
      fc.property(anySkew, fc.array(fc.nat(quietMs - 1), { minLength: 1 }), (skewMs, gaps) => {
        const folder = new PuppetFolder(skewMs);
        folder.write();
        folder.look();
        for (const gap of gaps) {
          folder.now += gap;
          folder.write();
          assert.ok(folder.look() > 0);
        }
      }),
    );
  });

  test('it stands still at most that long after the last write, if whoever looks comes back when told to', () => {
    fc.assert(
      fc.property(anySkew, steps, (skewMs, steps) => {
        const folder = new PuppetFolder(skewMs);
        for (const { afterMs, isWrite } of steps) {
          folder.now += afterMs;
          if (isWrite) folder.write();
          folder.look();
        }
        folder.write();
        const writtenAt = folder.now;
        for (let wait = folder.look(); wait > 0; wait = folder.look()) folder.now += wait;
        assert.ok(folder.now <= writtenAt + quietMs);
      }),
    );
  });

  test('it stands still at most that long after the last write, whoever looks when, where the clocks agree', () => {
    fc.assert(
      fc.property(steps, (steps) => {
        const folder = new PuppetFolder();
        folder.write();
        let writtenAt = folder.now;
        for (const { afterMs, isWrite } of steps) {
          folder.now += afterMs;
          if (isWrite) {
            folder.write();
            writtenAt = folder.now;
          } else if (folder.now >= writtenAt + quietMs) assert.equal(folder.look(), 0);
          else folder.look();
        }
      }),
    );
  });
});
