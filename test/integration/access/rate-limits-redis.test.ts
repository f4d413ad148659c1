import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { createClient } from '@redis/client';
import { post, startTestGateway, type TestGateway } from '../../helpers/gateway.ts';
import { waitForLine } from '../../helpers/log.ts';
import { identityModel } from '../../helpers/onnx-models.ts';
import { skipWithoutRedis, startRedis, type RedisServer } from '../../helpers/redis-server.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const timeout = 60_000;
const counted = 'callers are counted in Redis';
const uncounted = 'Redis cannot be reached; until it can, callers are counted in memory';

/** An operation that costs as much: each prediction costs 1.1, and the field around them a tenth. */
const costing = (cost: number) => {
  const inputs = Array.from({ length: Math.floor((cost - 0.1) / 1.1) }, () => ({ x: 1 }));
  return JSON.stringify({
    query: 'query ($inputs: [MInput!]!) { predict { mBatch(inputs: $inputs) { y } } }',
    variables: { inputs },
  });
};

async function start(context: TestContext, url: string): Promise<TestGateway> {
  const models = await temporaryFolder(context, { 'm/1/model.onnx': identityModel('FP32', ['N', 1]) });
  return await startTestGateway(context, models, {
    rateLimitCost: 100,
    rateLimitWindowSeconds: 3600,
    rateLimitRedis: url,
  });
}

async function startConnected(context: TestContext, { url }: RedisServer): Promise<TestGateway> {
  const gateway = await start(context, url);
  await waitForLine(gateway.log, ({ message }) => message === counted);
  return gateway;
}

/** The status of an answer, and what is left. */
async function spend(gateway: TestGateway, cost: number): Promise<readonly unknown[]> {
  const { status, headers } = await post(gateway, costing(cost));
  return [status, Number(/r=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1])];
}

const linesOf = ({ log }: TestGateway, message: string) => log.filter((line) => line.message === message).length;

describe('in Redis', { skip: skipWithoutRedis, timeout }, () => {
  test('two servers share one budget, and what is refused takes nothing of it', async (context) => {
    const redis = await startRedis(context);
    const [one, other] = [await startConnected(context, redis), await startConnected(context, redis)];
    assert.deepEqual(await spend(one, 40), [200, 60]);
    assert.deepEqual(await spend(other, 40), [200, 20]);
    assert.deepEqual(await spend(one, 40), [429, 20]);
    assert.deepEqual(await spend(other, 40), [429, 20]);
    assert.deepEqual(await spend(one, 20), [200, 0]);
    assert.deepEqual(await spend(other, 15), [429, 0]);
  });

  test('callers are kept by a hash, until the window ends', async (context) => {
    const redis = await startRedis(context);
    const gateway = await startConnected(context, redis);
    await spend(gateway, 40);
    const client = createClient({ url: redis.url });
    await client.connect();
    const [key = '', ...others] = await client.keys('*');
    assert.deepEqual(others, []);
    assert.match(key, /^inferql:budget:[\w-]{43}$/);
    assert.equal(await client.get(key), '40');
    const left = await client.ttl(key);
    assert.ok(left > 3500 && left <= 3600, String(left));
    client.destroy();
  });

  test('that ends, callers are counted in memory with one warning, until it is back', async (context) => {
    const redis = await startRedis(context);
    const gateway = await startConnected(context, redis);
    assert.deepEqual(await spend(gateway, 40), [200, 60]);
    await redis.stop();
    await waitForLine(gateway.log, ({ message }) => message === uncounted);
    assert.deepEqual(await spend(gateway, 100), [200, 0]);
    assert.deepEqual(await spend(gateway, 15), [429, 0]);
    assert.equal(linesOf(gateway, uncounted), 1);
    const from = gateway.log.length;
    await redis.start();
    await waitForLine(gateway.log, ({ message }) => message === counted, from);
    assert.deepEqual(await spend(gateway, 40), [200, 60]);
    assert.equal(linesOf(gateway, uncounted), 1);
  });

  test('that hangs, operations are answered all the same', async (context) => {
    const redis = await startRedis(context);
    const gateway = await startConnected(context, redis);
    redis.freeze(true);
    assert.deepEqual(await spend(gateway, 40), [200, 60]);
    assert.deepEqual(await spend(gateway, 100), [429, 60]);
    assert.equal(linesOf(gateway, uncounted), 1);
    redis.freeze(false);
  });

  test('that is not there at the start, the server starts', async (context) => {
    const redis = await startRedis(context);
    await redis.stop();
    const gateway = await start(context, redis.url);
    assert.deepEqual(await spend(gateway, 40), [200, 60]);
    const line = await waitForLine(gateway.log, ({ message }) => message === uncounted);
    assert.equal(line.level, 'warn');
  });
});
