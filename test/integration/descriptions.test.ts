import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getIntrospectionQuery, type IntrospectionQuery } from 'graphql';
import { query, shippedModels, startTestGateway } from '../helpers/gateway.ts';
import { affineModel, identityModel, zipmapModel } from '../helpers/onnx-models.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

interface Described {
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly args?: readonly Described[] | undefined;
}

/** The types, fields, arguments, input fields and enum values of a schema that have no description, and how many have one. */
function findUndescribed({ __schema }: IntrospectionQuery): {
  readonly undescribed: string[];
  readonly described: number;
} {
  const undescribed: string[] = [];
  let described = 0;
  const look = (path: string, { name, description, args = [] }: Described): void => {
    const here = path === '' ? name : `${path}.${name}`;
    if (description == null || description.trim() === '') undescribed.push(here);
    else described += 1;
    for (const argument of args) look(here, argument);
  };
  for (const type of __schema.types) {
    if (type.name.startsWith('__')) continue;
    look('', type);
    const members: readonly (readonly Described[] | null | undefined)[] = [
      'fields' in type ? type.fields : null,
      'inputFields' in type ? type.inputFields : null,
      'enumValues' in type ? type.enumValues : null,
    ];
    for (const member of members.flatMap((list) => list ?? [])) look(type.name, member);
  }
  for (const directive of __schema.directives) look('', { ...directive, name: `@${directive.name}` });
  return { undescribed, described };
}

test('everything in the schema of the shipped models has a description', async (context) => {
  const gateway = await startTestGateway(context, shippedModels);
  const { data } = await query(gateway, getIntrospectionQuery());
  const { undescribed, described } = findUndescribed(data as IntrospectionQuery);
  assert.deepEqual(undescribed, []);
  assert.ok(described > 200, `only ${described} parts were looked at`);
});

test('everything in the schema of models without manifests has a description', async (context) => {
  const models = await temporaryFolder(context, {
    'flags/1/model.onnx': identityModel('BOOL', ['N', 2]),
    'large/1/model.onnx': identityModel('INT64', ['N']),
    'matrix/1/model.onnx': affineModel(),
    'species/1/model.onnx': zipmapModel(),
    'species/model.yaml': 'task: tabular-classification',
    'words/1/model.onnx': identityModel('BYTES', ['N', 1]),
  });
  const gateway = await startTestGateway(context, models);
  const { data } = await query(gateway, getIntrospectionQuery());
  const served = data.__schema.types.map(({ name }: { name: string }) => name);
  for (const type of ['FlagsInput', 'LargeInput', 'MatrixInput', 'SpeciesInput', 'WordsInput']) {
    assert.ok(served.includes(type), type);
  }
  assert.deepEqual(findUndescribed(data as IntrospectionQuery).undescribed, []);
});
