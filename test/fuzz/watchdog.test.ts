import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

test('a case that never comes back ends the process, and is named', () => {
  const script = `
    import { Watchdog } from '${new URL('watchdog.ts', import.meta.url).href}';
    const watchdog = new Watchdog(300);
    watchdog.begin('loops', { for: 'ever' });
    for (;;);
  `;
  const child = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.equal(child.signal, 'SIGKILL');
  assert.match(child.stderr, /did not come back within 300 ms:\nloops: \{"for":"ever"\}/);
});

test('cases that come back, one after the other, do not', () => {
  const script = `
    import { Watchdog } from '${new URL('watchdog.ts', import.meta.url).href}';
    const watchdog = new Watchdog(60_000);
    for (let count = 0; count < 1000; count += 1) {
      watchdog.begin('ends', count);
      watchdog.end();
    }
    await watchdog.stop();
    console.log('ended');
  `;
  const child = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.equal(child.stdout, 'ended\n');
});
