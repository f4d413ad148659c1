import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { runCommand } from '../../helpers/command.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

async function start(context: TestContext) {
  const path = join(await temporaryFolder(context), 'keys.json');
  const run = (...commandArguments: string[]) =>
    runCommand(context, ['key', ...commandArguments], { INFERQL_KEYS: path }).ended;
  return { path, run };
}

describe('the command key', () => {
  test('makes a key that is printed alone, and says the rest beside it', async (context) => {
    const { path, run } = await start(context);
    const { code, output, errors } = await run(
      'create',
      '--scopes',
      'predict:iris*,models:read',
      '--name',
      'ci',
      '--expires',
      '90d',
    );
    assert.equal(code, 0);
    assert.match(output, /^inferql_[0-9A-Za-z]{49}\n$/);
    assert.match(
      errors,
      /not shown again\. It expires at .*, has the id [\da-f]{12}, and gives predict:iris\*, models:read\./,
    );
    assert.ok(!(await readFile(path, 'utf8')).includes(output.trim()));
  });

  test('lists the keys, and revokes one, after which it cannot be taken back', async (context) => {
    const { run } = await start(context);
    assert.equal((await run('list')).output, 'No keys.\n');
    await run('create', '--scopes', 'admin', '--name', 'a\u001b[31m');
    await run('create', '--scopes', 'models:read', '--expires', '2999-01-01');
    const listed = JSON.parse((await run('list', '--json')).output) as {
      id: string;
      state: string;
      name: string | null;
    }[];
    assert.deepEqual(
      listed.map(({ state, name }) => [state, name]),
      [
        ['valid', 'a\u001b[31m'],
        ['valid', null],
      ],
    );
    assert.ok(!JSON.stringify(listed).includes('sha256'));
    const [first, second] = listed.map(({ id }) => id);
    const revoked = await run('revoke', String(first));
    assert.deepEqual([revoked.code, revoked.output.startsWith(`The key ${first} is revoked since 20`)], [0, true]);
    assert.equal((await run('revoke', String(first))).output, revoked.output);
    const { output } = await run('list');
    const lines = output.trimEnd().split('\n');
    assert.match(lines[0] ?? '', /^id +state +expires +scopes +name$/);
    assert.match(lines[1] ?? '', new RegExp(`^${first} +revoked +never +admin +a\uFFFD\\[31m$`));
    assert.match(lines[2] ?? '', new RegExp(`^${second} +valid +2999-01-01T00:00:00\\.000Z +models:read$`));
  });

  for (const [what, commandArguments, expected, message] of [
    ['a scope that there is not', ['create', '--scopes', 'root'], 2, /--scopes: .*\(got "root"\)/],
    ['no scope', ['create'], 2, /--scopes/],
    ['an expiry that is over', ['create', '--scopes', 'admin', '--expires', '1999-01-01'], 2, /--expires: /],
    ['an id that there is not', ['revoke', 'nothing'], 1, /no key with the id "nothing"/],
    ['a word that is no command', ['destroy'], 2, /./],
  ] as const) {
    test(`refuses ${what}`, async (context) => {
      const { run } = await start(context);
      const { code, output, errors } = await run(...commandArguments);
      assert.deepEqual([code, output], [expected, '']);
      assert.match(errors, message);
    });
  }

  test('asks which file it is', async (context) => {
    const { code, errors } = await runCommand(context, ['key', 'list']).ended;
    assert.equal(code, 2);
    assert.equal(errors, 'inferql: Say which file the keys are in: --keys <file> or INFERQL_KEYS.\n');
  });
});
