import assert from 'node:assert/strict';
import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from '../helpers/command.ts';
import { eventually } from '../helpers/eventually.ts';
import { query } from '../helpers/gateway.ts';
import { addingVersion, liveFolder } from '../helpers/live-folder.ts';
import { mlpModel } from '../helpers/onnx-models.ts';

const timeout = 60_000;
const { 'model.onnx': model } = addingVersion(2);
const middle = Math.round(model.length / 2);

/** What `x: 1` gives, by which version. */
async function ask(url: unknown): Promise<string> {
  const document = '{ predict { adds(input: { x: 1 }) { y meta { version } } } }';
  const { data, errors } = await query({ graphqlUrl: `${String(url)}/graphql` }, document);
  const answer: { y: number; meta: { version: number } } | undefined = data?.predict?.adds;
  return answer === undefined ? JSON.stringify(errors) : `${answer.meta.version}: ${answer.y}`;
}

test('a process that is killed in the middle of a copy comes up with what is whole', { timeout }, async (context) => {
  const { root } = await liveFolder(context, { 'adds/1/model.onnx': addingVersion(1)['model.onnx'] });
  const copy = join(root, 'adds', '2', 'model.onnx');
  const killed = runCommand(context, [root]);
  await killed.line('ready');
  await mkdir(join(root, 'adds', '2'));
  await appendFile(copy, model.slice(0, middle));
  killed.signal('SIGKILL');
  await killed.ended;

  const run = runCommand(context, [root]);
  const { url } = await run.line('listening');
  await run.until((line) => line.message === 'default version' && line['version'] === 1);
  await eventually(
    () => ask(url),
    (answer) => answer === '1: 2',
  );
  await appendFile(copy, model.slice(middle));
  await eventually(
    () => ask(url),
    (answer) => answer === '2: 3',
  );
  assert.deepEqual(
    run.lines.filter((line) => line['model'] === 'adds' && (line.level === 'error' || line.level === 'warn')),
    [],
  );
});

// As long as anything in a model's folder changed, nothing of it was loaded.
test('a process that starts while a copy goes on serves what is whole meanwhile', { timeout }, async (context) => {
  const { root } = await liveFolder(context, {
    'adds/1/model.onnx': addingVersion(1)['model.onnx'],
    'adds/model.yaml': 'title: Adds\n',
  });
  const copy = join(root, 'adds', '2', 'model.onnx');
  const model = mlpModel([1, 2048, 1]);
  const middle = Math.round(model.length / 2);
  await mkdir(join(root, 'adds', '2'));
  await appendFile(copy, model.slice(0, middle));
  const run = runCommand(context, [root]);
  const { url } = await run.line('listening');
  const copying = { next: middle };
  // Byte by byte, as long as there are any but the last: the file never stands still, and is never whole.
  const answer = async (): Promise<string> => {
    if (copying.next < model.length - 1) await appendFile(copy, model.slice(copying.next, (copying.next += 1)));
    return ask(url);
  };
  await eventually(answer, (each) => each === '1: 2');
  await run.line('ready');
  assert.ok(copying.next < model.length - 1);
});
