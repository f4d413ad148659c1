import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportOn } from '../../../src/cli/check-report.ts';
import { printCheckReport } from '../../../src/cli/check-text.ts';
import type { ModelService } from '../../../src/gateway/model-service.ts';
import { madeUpEntry } from '../../helpers/made-up-models.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

test('a version that is held fails the check, and the one that serves is ready', async (context) => {
  const root = await temporaryFolder(context);
  const iris = madeUpEntry('iris', { 1: 'READY', 2: 'HELD', 3: 'UNLOADED' }, { defaultVersion: 1 });
  const service = {
    repository: { models: new Map([['iris', iris]]) },
    backend: { modelFileName: 'model.onnx' },
  } as unknown as ModelService;
  const report = await reportOn(service, root, null);
  assert.equal(report.ok, false);
  assert.deepEqual(
    report.models[0]?.versions.map(({ result, field }) => [result, field]),
    [
      ['READY', 'iris'],
      ['HELD', null],
      ['SKIPPED', null],
    ],
  );
  assert.match(
    printCheckReport(report),
    /\nHELD {5}iris\/2 {2}The file is corrupt\.\n[^]*Not all is well: 1 version ready, 1 held, 1 skipped\.\n$/,
  );
});

test('a reason of several lines is printed on one', () => {
  const text = printCheckReport({
    ok: false,
    problem: 'First line:\n  - second\n  - third',
    models: [],
    misplaced: [],
    schema: null,
    summary: { ready: 0, failed: 0, held: 0, skipped: 0, problems: 1, breakingChanges: 0, warnings: 0 },
  });
  assert.match(text, /^PROBLEM +First line: - second - third\n\n/);
});
