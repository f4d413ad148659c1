import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runCommand } from '../../helpers/command.ts';
import { query, startTestGateway } from '../../helpers/gateway.ts';
import { testKeys } from '../../helpers/keys.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

describe('a server that other machines reach', () => {
  for (const [what, environment] of [
    ['one process', {}],
    ['several processes', { INFERQL_PROCESSES: '2' }],
  ] as const) {
    test(`does not start without keys, in ${what}, and says what there is to do`, async (context) => {
      const models = await temporaryFolder(context);
      const { ended } = runCommand(context, [models], { HOST: '0.0.0.0', ...environment });
      const { code, errors } = await ended;
      assert.equal(code, 2);
      assert.match(
        errors,
        /^inferql: host 0\.0\.0\.0 is reached by other machines.*"inferql key create".*--allow-anonymous/,
      );
    });
  }

  test('starts where somebody says that everybody may call, and warns', async (context) => {
    const models = await temporaryFolder(context);
    const run = runCommand(context, [models, '--host', '0.0.0.0', '--allow-anonymous', '--log-format', 'json']);
    const line = await run.line('exposed');
    assert.match(String(line['hint']), /Everybody who reaches this server may use every model/);
    run.signal('SIGTERM');
    assert.equal((await run.ended).code, 0);
  });

  test('starts with keys, and warns that they are not encrypted', async (context) => {
    const keys = await testKeys(context);
    const key = await keys.make('predict:*');
    const settings = { host: '0.0.0.0', keys: keys.path };
    const gateway = await startTestGateway(context, await temporaryFolder(context), settings);
    const graphqlUrl = gateway.graphqlUrl.replace('0.0.0.0', '127.0.0.1');
    assert.equal((await query({ graphqlUrl }, '{ server { ready } }')).status, 401);
    assert.equal((await query({ graphqlUrl }, '{ server { ready } }', {}, key)).status, 200);
    const hints = gateway.log.filter(({ message }) => message === 'exposed').map(({ hint }) => hint);
    assert.deepEqual(hints, [
      'Keys and predictions cross the network in the clear: set --tls-cert, or put a proxy with TLS in front.',
    ]);
  });
});

test('whoever may not call may look at a schema, and check a folder, as before', async (context) => {
  const models = await temporaryFolder(context);
  assert.equal((await runCommand(context, ['schema', models], { HOST: '0.0.0.0' }).ended).code, 0);
});
