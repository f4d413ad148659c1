import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileOptions } from '../../../src/config/options.ts';

test('metrics are beside the API, at an address of their own, or nowhere', () => {
  assert.deepEqual(compileOptions({}, {}).metrics, { kind: 'shared' });
  assert.deepEqual(compileOptions({ metrics: false }, {}).metrics, { kind: 'off' });
  const apart = { kind: 'apart', host: '127.0.0.1', port: 9464 };
  assert.deepEqual(compileOptions({}, { INFERQL_METRICS_PORT: '9464' }).metrics, apart);
  assert.deepEqual(compileOptions({ metricsPort: '9464', metricsHost: '0.0.0.0' }, {}).metrics, {
    ...apart,
    host: '0.0.0.0',
  });
});

test('an option that would do nothing is refused', () => {
  assert.throws(() => compileOptions({ metricsHost: '0.0.0.0' }, {}), {
    message: 'option --metrics-host: does nothing without a port; set --metrics-port',
  });
  assert.throws(() => compileOptions({ metrics: false, metricsPort: '1' }, {}), {
    message: 'option --metrics-port: does nothing while metrics are off; leave --no-metrics out',
  });
  assert.throws(() => compileOptions({ metricsPort: '99999' }, {}), /metrics-port.*0 to 65535/);
});
