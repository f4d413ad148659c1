import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  buildClientSchema,
  buildSchema,
  findBreakingChanges,
  findDangerousChanges,
  getIntrospectionQuery,
  lexicographicSortSchema,
  printSchema,
  type IntrospectionQuery,
} from 'graphql';
import { runCommand } from '../helpers/command.ts';
import { query, shippedModels, startTestGateway } from '../helpers/gateway.ts';
import { identityModel } from '../helpers/onnx-models.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

test('the schema command prints, with code 0, the schema that the server serves', async (context) => {
  const { code, output, errors } = await runCommand(context, ['schema', shippedModels]).ended;
  assert.equal(code, 0, errors);
  assert.equal(errors, '');
  const printed = buildSchema(output);
  const gateway = await startTestGateway(context, shippedModels);
  const { data } = await query(gateway, getIntrospectionQuery());
  const served = buildClientSchema(data as IntrospectionQuery);
  assert.deepEqual(findBreakingChanges(served, printed), []);
  assert.deepEqual(findDangerousChanges(served, printed), []);
  assert.equal(printSchema(lexicographicSortSchema(printed)), printSchema(lexicographicSortSchema(served)));
  for (const type of ['IrisInput', 'TitanicPrediction', 'Predictions']) assert.ok(printed.getType(type), type);
});

test('the schema command prints the same text each time', async (context) => {
  const first = await runCommand(context, ['schema', shippedModels]).ended;
  const second = await runCommand(context, ['schema', shippedModels]).ended;
  assert.equal(first.output, second.output);
});

test('the schema command prints what it can, names the models that failed, and ends with code 1', async (context) => {
  const models = await temporaryFolder(context, {
    'broken/1/model.onnx': 'no model at all',
    'empty/README.md': 'A folder without a version.',
    'sound/1/model.onnx': identityModel(),
  });
  const { code, output, errors } = await runCommand(context, ['schema', models]).ended;
  assert.equal(code, 1);
  const schema = buildSchema(output);
  assert.ok(schema.getType('SoundInput'));
  assert.equal(schema.getType('BrokenInput'), undefined);
  const lines = errors.split('\n').slice(0, -1);
  assert.equal(lines.length, 2, errors);
  assert.match(lines[0] ?? '', /^inferql: broken: ./);
  assert.match(lines[1] ?? '', /^inferql: empty: The folder has no version/);
});

test('the schema command says in one line that a folder is missing, and ends with code 1', async (context) => {
  const models = await temporaryFolder(context);
  const { code, output, errors } = await runCommand(context, ['schema', `${models}/nowhere`]).ended;
  assert.equal(code, 1);
  assert.equal(output, '');
  assert.match(errors, /^inferql: The model repository [^\n]*nowhere cannot be read[^\n]*\n$/);
});
