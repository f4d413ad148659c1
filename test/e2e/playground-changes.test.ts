import assert from 'node:assert/strict';
import { after, describe, test, type TestContext } from 'node:test';
import { launchChromium, skipWithoutChromium } from '../helpers/chromium.ts';
import { startTestGateway } from '../helpers/gateway.ts';
import { addingVersion, liveFolder } from '../helpers/live-folder.ts';
import { visit } from '../helpers/playground-page.ts';
import { lastEndsFirst } from '../helpers/temporary-folder.ts';

describe('a playground that stays open', { skip: skipWithoutChromium }, async () => {
  if (skipWithoutChromium !== false) return;
  const browser = await launchChromium();
  after(() => browser.close());

  /** The page of a server with one model, whose folder may change. */
  async function openPage(context: TestContext, isExpected?: (complaint: string) => boolean) {
    // The page asks the server again and again, and complains when it is gone.
    const scope = lastEndsFirst(context);
    const folder = await liveFolder(scope, {
      'first/1/model.onnx': addingVersion(1)['model.onnx'],
      'first/1/golden.json': addingVersion(1)['golden.json'],
    });
    const gateway = await startTestGateway(scope, folder.root, { playground: true, watch: 'auto', settleMs: 0 });
    const visitor = await visit(browser, gateway.url, isExpected);
    scope.after(() => visitor.leave());
    await visitor.open();
    return { ...visitor, folder, gateway, notices: visitor.page.getByRole('status') };
  }

  test('notices a model that appears, says so, and runs its example', async (context) => {
    const { page, folder, notices, run } = await openPage(context);
    await page.getByRole('button', { name: 'Open the example of first' }).waitFor();
    await folder.place('late', { '1/model.onnx': addingVersion(2)['model.onnx'] });
    await notices.getByText('Served now: late.').waitFor();
    await notices.getByRole('button', { name: 'Open the example' }).click();
    assert.match(await run(), /"late": \{ "y": 2 \}/);
    await page.getByRole('button', { name: 'Open the example of late' }).waitFor();
    await notices.getByText('Served now').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    for (const type of ['Query', 'Predictions', 'LateInput']) {
      await page.locator('.graphiql-doc-explorer').getByText(type, { exact: true }).first().click();
    }
  });

  test('notices a model that goes', async (context) => {
    const { page, folder, notices } = await openPage(context);
    await folder.place('late', { '1/model.onnx': addingVersion(2)['model.onnx'] });
    await notices.getByText('Served now: late.').waitFor();
    await notices.getByRole('button', { name: 'Close' }).click();
    await folder.remove('late');
    await notices.getByText('Served no more: late.').waitFor();
    await page.getByRole('button', { name: 'Open the example of late' }).waitFor({ state: 'detached' });
  });

  test('says when the server is away, and goes on when it is back', async (context) => {
    const isExpected = (complaint: string) => complaint.includes('ERR_CONNECTION_REFUSED');
    const { page, notices, run } = await openPage(context, isExpected);
    await page.route('**/graphql', (route) => route.abort('connectionrefused'));
    assert.match(await runAny(page), /The server cannot be reached/);
    await notices.getByText('The server cannot be reached').waitFor();
    await page.unroute('**/graphql');
    await notices.getByText('The server cannot be reached').waitFor({ state: 'detached' });
    assert.match(await run(), /"name": "first"/);
  });

  test('says for how long a limited caller has to wait', async (context) => {
    const { page, notices, run } = await openPage(context, (complaint) => complaint.includes('429'));
    await page.route('**/graphql', (route) =>
      route.fulfill({
        status: 429,
        headers: { 'retry-after': '7' },
        json: { errors: [{ message: 'Too much.', extensions: { code: 'RATE_LIMITED' } }] },
      }),
    );
    assert.match(await run(), /RATE_LIMITED/);
    await notices.getByText('Try again in 7 s.').waitFor();
    await page.unroute('**/graphql');
    await notices.getByRole('button', { name: 'Try now' }).click();
    await notices.getByText('Try again in 7 s.').waitFor({ state: 'detached' });
  });
});

/** Runs the operation, and gives what is shown in the place of an answer. */
async function runAny(page: Awaited<ReturnType<typeof visit>>['page']): Promise<string> {
  await page.getByRole('button', { name: 'Execute query' }).click();
  const answer = page.locator('.graphiql-response .view-lines');
  await answer.getByText('"message"').first().waitFor();
  return (await answer.innerText()).replaceAll(/\s+/g, ' ');
}
