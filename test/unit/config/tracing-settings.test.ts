import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { tracingSettings } from '../../../src/config/tracing-settings.ts';

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318' };

suite('Traces', () => {
  for (const [what, environment] of Object.entries({
    nothing: {},
    'an empty variable': { OTEL_TRACES_EXPORTER: '', OTEL_EXPORTER_OTLP_ENDPOINT: ' ' },
    'the exporter none': { ...endpoint, OTEL_TRACES_EXPORTER: 'none' },
    'the SDK turned off': { ...endpoint, OTEL_TRACES_EXPORTER: 'otlp', OTEL_SDK_DISABLED: 'TRUE' },
    'only a name': { OTEL_SERVICE_NAME: 'a' },
  })) {
    test(`are not asked for by ${what}`, () =>
      assert.deepEqual(tracingSettings(environment), { tracing: null, warnings: [] }));
  }

  for (const [what, environment] of Object.entries({
    'an endpoint': endpoint,
    'an endpoint for traces': { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://localhost:4318/v1/traces' },
    'the exporter otlp': { OTEL_TRACES_EXPORTER: 'OTLP', OTEL_SDK_DISABLED: 'no' },
    'otlp among others': { OTEL_TRACES_EXPORTER: 'none, otlp' },
  })) {
    test(`are asked for by ${what}, with the defaults of OpenTelemetry`, () =>
      assert.deepEqual(tracingSettings(environment), {
        tracing: {
          protocol: 'http/protobuf',
          sampler: { followsCaller: true, ratio: 1 },
          takesOver: true,
          timeoutMs: 10_000,
          batch: { scheduledDelayMillis: 5000, maxQueueSize: 2048, maxExportBatchSize: 512 },
          linkCountLimit: 4096,
        },
        warnings: [],
      }));
  }

  test('are sampled, queued and sent as the variables say', () =>
    assert.deepEqual(
      tracingSettings({
        ...endpoint,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
        OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'HTTP/JSON',
        OTEL_TRACES_SAMPLER: 'traceidratio',
        OTEL_TRACES_SAMPLER_ARG: '0.25',
        OTEL_PROPAGATORS: 'none',
        OTEL_EXPORTER_OTLP_TIMEOUT: '500',
        OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '400',
        OTEL_BSP_SCHEDULE_DELAY: '10',
        OTEL_BSP_MAX_QUEUE_SIZE: '100',
        OTEL_SPAN_LINK_COUNT_LIMIT: '16',
      }),
      {
        tracing: {
          protocol: 'http/json',
          sampler: { followsCaller: false, ratio: 0.25 },
          takesOver: false,
          timeoutMs: 400,
          batch: { scheduledDelayMillis: 10, maxQueueSize: 100, maxExportBatchSize: 100 },
          linkCountLimit: 16,
        },
        warnings: [],
      },
    ));

  for (const [name, ratio, followsCaller] of [
    ['always_on', 1, false],
    ['always_off', 0, false],
    ['parentbased_always_off', 0, true],
    ['parentbased_traceidratio', 0.5, true],
  ] as const) {
    test(`take the sampler ${name}`, () => {
      const { tracing } = tracingSettings({
        ...endpoint,
        OTEL_TRACES_SAMPLER: name,
        OTEL_TRACES_SAMPLER_ARG: '0.5',
      });
      assert.deepEqual(tracing?.sampler, { ratio, followsCaller });
    });
  }

  for (const [name, value, isOn] of [
    ['OTEL_TRACES_EXPORTER', 'zipkin', false],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc', false],
    ['OTEL_TRACES_SAMPLER', 'jaeger_remote', true],
    ['OTEL_TRACES_SAMPLER_ARG', '2', true],
    ['OTEL_PROPAGATORS', 'b3', true],
    ['OTEL_BSP_MAX_QUEUE_SIZE', '-1', true],
    ['OTEL_EXPORTER_OTLP_TIMEOUT', 'soon', true],
  ] as const) {
    test(`go on ${isOn ? 'by the default' : 'no further'}, with a warning, where ${name} says ${value}`, () => {
      const { tracing, warnings } = tracingSettings({
        OTEL_TRACES_SAMPLER: 'traceidratio',
        ...endpoint,
        [name]: value,
      });
      assert.equal(tracing !== null, isOn);
      assert.equal(warnings.length, 1);
      assert.ok(warnings[0]?.startsWith(`environment variable ${name}: "${value}" is not supported; it takes `));
    });
  }
});
