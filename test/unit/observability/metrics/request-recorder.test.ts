import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestRecorder, type EndedRequest } from '../../../../src/observability/metrics/request-recorder.ts';

const ended: EndedRequest = {
  route: '/graphql',
  status: 200,
  isAborted: false,
  durationMs: 1,
  errorCodes: new Set(),
  refusedBy: null,
  key: () => 'a1b2c3d4e5f6',
};

test('requests count by route and status, and those whose client left as 499', () => {
  const recorder = new RequestRecorder();
  for (let began = 0; began < 5; began += 1) recorder.requestBegan();
  recorder.requestEnded(ended);
  recorder.requestEnded({ ...ended, status: 400 });
  recorder.requestEnded({ ...ended, isAborted: true });
  recorder.requestEnded({ ...ended, route: null, status: 404 });
  const { inferql_http_requests_total, inferql_http_requests_in_flight } = recorder.readings;
  assert.deepEqual(inferql_http_requests_total, [
    [['/graphql', '200'], 1],
    [['/graphql', '400'], 1],
    [['/graphql', '499'], 1],
    [['none', '404'], 1],
  ]);
  assert.deepEqual(inferql_http_requests_in_flight, [[[], 1]]);
});

test('errors count once for each of their codes, and refusals by limit and key', () => {
  const recorder = new RequestRecorder();
  const errorCodes = new Set(['OVERLOADED', 'BAD_USER_INPUT']);
  recorder.requestEnded({ ...ended, errorCodes, refusedBy: new Set(['maxQueueRows']) });
  recorder.requestEnded({ ...ended, errorCodes, refusedBy: new Set(['maxQueueRows', 'maxRowsPerField']) });
  recorder.requestEnded({ ...ended, refusedBy: new Set(['maxQueueRows']), key: () => 'none' });
  const { inferql_request_errors_total, inferql_request_refusals_total } = recorder.readings;
  assert.deepEqual(inferql_request_errors_total, [
    [['OVERLOADED'], 2],
    [['BAD_USER_INPUT'], 2],
  ]);
  assert.deepEqual(inferql_request_refusals_total, [
    [['maxQueueRows', 'a1b2c3d4e5f6'], 2],
    [['maxQueueRows', 'none'], 1],
    [['maxRowsPerField', 'a1b2c3d4e5f6'], 1],
  ]);
});

test('operations count by type and outcome', () => {
  const recorder = new RequestRecorder();
  recorder.operationEnded('query', 'success');
  recorder.operationEnded('query', 'success');
  recorder.operationEnded('none', 'refused');
  assert.deepEqual(recorder.readings.inferql_graphql_operations_total, [
    [['query', 'success'], 2],
    [['none', 'refused'], 1],
  ]);
});
