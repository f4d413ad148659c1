import assert from 'node:assert/strict';
import { isAbsolute, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { compileOptions, listSettings, OptionsError, type SettingName } from '../../../src/config/options.ts';
import { manifestSchema } from '../../../src/repository/manifest.ts';

/** What is said of options that do not fit. */
function messageOf(flags: Partial<Record<SettingName, unknown>>, environment: Record<string, string> = {}): string {
  try {
    compileOptions(flags, environment);
  } catch (error) {
    assert.ok(error instanceof OptionsError);
    return error.message;
  }
  return assert.fail('The options were accepted.');
}

describe('the options', () => {
  test('have a default each', () => {
    const options = compileOptions({}, {});
    assert.equal(options.host, '127.0.0.1');
    assert.equal(options.port, 4000);
    assert.equal(options.models, resolve('models'));
    assert.deepEqual(options.log, {
      level: 'info',
      format: 'auto',
      file: null,
      sampling: 1,
      slowPredictionMs: 1000,
    });
    assert.equal(options.playground, null);
    assert.equal(options.watch, 'auto');
    assert.equal(options.watchIntervalMs, 5000);
    assert.equal(options.settleMs, 400);
    assert.equal(options.incompleteGraceMs, 10_000);
    assert.equal(options.limits.maxBodyBytes, 16 * 1024 * 1024);
  });

  test('turn the watch off, and wait for nothing', () => {
    const options = compileOptions({ settleMs: '0', incompleteGraceMs: '0' }, { INFERQL_WATCH: 'off' });
    assert.equal(options.watch, 'off');
    assert.equal(options.settleMs, 0);
    assert.equal(options.incompleteGraceMs, 0);
  });

  test('allow no longer list than the queue of a model takes', () => {
    const { maxQueueRows } = manifestSchema.parse({}).batching;
    assert.equal(compileOptions({}, {}).limits.maxRowsPerField, maxQueueRows);
  });

  test('come from the environment, and from flags before that', () => {
    const environment = { PORT: '5000', HOST: '::1', INFERQL_MODELS: '/srv/models', INFERQL_PLAYGROUND: 'false' };
    const options = compileOptions({ port: '6000' }, environment);
    assert.equal(options.port, 6000);
    assert.equal(options.host, '::1');
    assert.equal(options.models, '/srv/models');
    assert.equal(options.playground, false);
  });

  test('take an empty variable for none', () => {
    assert.equal(compileOptions({}, { PORT: '', INFERQL_LOG_LEVEL: '' }).port, 4000);
  });

  test('do not take an empty flag for none', () => {
    assert.match(messageOf({ models: '' }), /^option --models: /);
  });

  test('make the folder of the models absolute', () => {
    assert.ok(isAbsolute(compileOptions({ models: 'some/folder' }, {}).models));
  });

  test('make the paths of keys and certificates absolute, and leave them null where there are none', () => {
    const { access, tls } = compileOptions({ keys: 'a.json', jwtSecretFile: 'b', tlsCert: 'c', tlsKey: 'd' }, {});
    assert.deepEqual(
      [access.keys, access.jwtSecretFile, tls.cert, tls.key],
      ['a.json', 'b', 'c', 'd'].map((p) => resolve(p)),
    );
    assert.equal(tls.clientCa, null);
  });

  test('are frozen, the limits too', () => {
    const options = compileOptions({}, {});
    assert.ok(Object.isFrozen(options));
    assert.ok(Object.isFrozen(options.limits));
  });

  test('read nothing of the environment but their own variables, and those of OpenTelemetry for traces', () => {
    const read: string[] = [];
    const environment = new Proxy<Record<string, string>>({}, { get: (_target, name) => void read.push(String(name)) });
    compileOptions({}, environment);
    const own = listSettings().map(({ env }) => env);
    const others = [...new Set(read)].filter((name) => !name.startsWith('OTEL_'));
    assert.deepEqual(others.toSorted(), own.toSorted());
  });
});

describe('an option that does not fit', () => {
  test('of a flag is named with its value and what is allowed', () => {
    assert.match(messageOf({ port: '65536' }), /^option --port: .*65535.* \(got "65536"\)$/);
    assert.match(messageOf({ logFormat: 'xml' }), /^option --log-format: .*"auto"\|"json"\|"pretty".* \(got "xml"\)$/);
  });

  test('of a variable is named with its value and what is allowed', () => {
    const message = messageOf({}, { INFERQL_MAX_DEPTH: '-1' });
    assert.match(message, /^environment variable INFERQL_MAX_DEPTH: .*whole number from 1 to .* \(got "-1"\)$/);
  });

  test('of the watch is named with its value and what is allowed', () => {
    assert.match(
      messageOf({}, { INFERQL_WATCH: 'true' }),
      /^environment variable INFERQL_WATCH: .*"auto"\|"poll"\|"off".* \(got "true"\)$/,
    );
    assert.match(messageOf({ watchIntervalMs: '99' }), /^option --watch-interval-ms: .* from 100 to .* \(got "99"\)$/);
  });

  test('of a switch is named with its value and what is allowed', () => {
    const message = messageOf({}, { INFERQL_PLAYGROUND: 'maybe' });
    assert.equal(message, 'environment variable INFERQL_PLAYGROUND: must be true or false (got "maybe")');
  });

  test('is a port of blanks, which is not 0', () => {
    assert.match(messageOf({}, { PORT: ' ' }), /^environment variable PORT: .* \(got " "\)$/);
  });

  test('is a time that a timer would take for none', () => {
    assert.match(messageOf({ shutdownGraceMs: '2147483648' }), /^option --shutdown-grace-ms: .*2147483647/);
  });

  for (const value of ['', ' ', '0', '-1', '1.5', '1e3', '1e999', 'NaN', 'many', '0x', '0x10', '+1', '1_000']) {
    test(`is ${JSON.stringify(value)} for a count`, () => {
      assert.match(messageOf({ maxFields: value }), /^option --max-fields: /);
    });
  }
});

describe('the list of settings', () => {
  test('has names of one form: flags in kebab-case, variables in capitals', () => {
    for (const { flag, env, help, byDefault } of listSettings()) {
      assert.match(flag, /^--[a-z]+(-[a-z]+)*$/);
      assert.match(env, /^(HOST|PORT|INFERQL_[A-Z]+(_[A-Z]+)*)$/);
      assert.match(help, /\.$/);
      assert.notEqual(byDefault, '');
    }
  });

  test('has no flag and no variable twice', () => {
    const settings = listSettings();
    assert.equal(new Set(settings.map(({ flag }) => flag)).size, settings.length);
    assert.equal(new Set(settings.map(({ env }) => env)).size, settings.length);
  });

  test('shows the defaults that the options have', () => {
    const options = compileOptions({}, {});
    const { cert: tlsCert, key: tlsKey, clientCa: tlsClientCa } = options.tls;
    const { introspection, corsOrigins, trustedDocuments } = options.exposure;
    const flat: Record<string, unknown> = {
      ...options,
      ...options.limits,
      ...options.access,
      tlsCert,
      tlsKey,
      tlsClientCa,
      rateLimitCost: options.rateLimit,
      rateLimitWindowSeconds: compileOptions({ rateLimitCost: 1 }, {}).rateLimit?.windowSeconds,
      rateLimitRedis: null,
      introspection,
      // None are none, to the list as well as to those who compare origins.
      corsOrigins: corsOrigins.length === 0 ? null : corsOrigins,
      trustedDocuments: trustedDocuments.mode,
      trustedDocumentsFile: trustedDocuments.file,
      metrics: options.metrics.kind !== 'off',
      metricsPort: options.metrics.kind === 'apart' ? options.metrics.port : null,
      metricsHost: options.metrics.kind === 'apart' ? options.metrics.host : null,
      logLevel: options.log.level,
      logFormat: options.log.format,
      logFile: options.log.file,
      logFileMaxBytes: compileOptions({ logFile: 'a.log' }, {}).log.file?.maxBytes,
      logFileCount: compileOptions({ logFile: 'a.log' }, {}).log.file?.count,
      logSampling: options.log.sampling,
      slowPredictionMs: options.log.slowPredictionMs,
    };
    for (const { name, kind, byDefault } of listSettings()) {
      // It depends on where the server listens, and the default says how.
      if (kind === 'switch') continue;
      const set = flat[name];
      const value =
        name === 'models' ? 'models' : set === null ? 'none' : typeof set === 'string' ? set : JSON.stringify(set);
      assert.equal(byDefault, value, name);
    }
  });
});
