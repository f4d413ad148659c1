import assert from 'node:assert/strict';
import { after, describe, test, type TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { launchChromium, skipWithoutChromium } from '../helpers/chromium.ts';
import { shippedModels, startTestGateway } from '../helpers/gateway.ts';
import { testKeys } from '../helpers/keys.ts';
import { visit } from '../helpers/playground-page.ts';

/** Everything that the browser would keep of the page. */
const kept = 'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href])';

async function enter(page: Page, key: string): Promise<void> {
  await page.getByLabel('API key, or token').fill(key);
  await page.getByRole('button', { name: 'Use it' }).click();
}

describe('the playground of a server with keys', { skip: skipWithoutChromium }, async () => {
  if (skipWithoutChromium !== false) return;
  const keys = await testKeys({ after });
  const [iris, spam] = [await keys.make('predict:iris'), await keys.make('predict:spam')];
  const gateway = await startTestGateway({ after }, shippedModels, { playground: true, keys: keys.path });
  const browser = await launchChromium();
  after(() => browser.close());

  async function openPage(context: TestContext) {
    const visitor = await visit(browser, gateway.url, (complaint) => complaint.includes('401'));
    context.after(() => visitor.leave());
    await visitor.page.goto(gateway.url);
    await visitor.page.getByText('This server asks for an API key.').waitFor();
    return visitor;
  }

  test('asks for a key, says when it is refused, and opens with what the key may see', async (context) => {
    const { page, openTab, run } = await openPage(context);
    await enter(page, 'no key of mine');
    await page.getByText('A key has no blanks in it').waitFor();
    await enter(page, iris.key.replace(/.$/, '!'));
    await page.getByText('The server does not take this key.').waitFor();
    await enter(page, ` ${iris.key} `);
    await page.getByRole('tab', { name: 'iris' }).waitFor();
    assert.deepEqual(await page.getByRole('tab').allInnerTexts(), ['Overview', 'iris']);
    await openTab('iris');
    assert.match(await run(), /"label": "setosa"/);
  });

  test('keeps the key nowhere: it is asked for again when the page is loaded anew', async (context) => {
    const { page, openTab, run } = await openPage(context);
    await enter(page, iris.key);
    await openTab('iris');
    await run();
    assert.doesNotMatch(await page.evaluate<string>(kept), /inferql_/);
    await page.reload();
    await page.getByText('This server asks for an API key.').waitFor();
  });

  test('does not keep a key that was typed into the headers either', async (context) => {
    const { page, openTab, run } = await openPage(context);
    await enter(page, iris.key);
    await openTab('iris');
    await page.getByRole('button', { name: 'Headers', exact: true }).click();
    await page.locator('.graphiql-editor-tool .graphiql-editor:visible').click();
    await page.keyboard.insertText(JSON.stringify({ 'x-api-key': iris.key }));
    assert.match(await run(), /"label": "setosa"/);
    // The list of what was run is written when the run begins, and the tabs half a second after the last change.
    await page.waitForFunction("localStorage.getItem('graphiql:queries')?.includes('setosa') !== undefined");
    assert.doesNotMatch(await page.evaluate<string>(kept), /inferql_/);
  });

  test('shows what another key may see, without being loaded anew', async (context) => {
    const { page, queryEditor, run } = await openPage(context);
    await enter(page, iris.key);
    await page.getByRole('button', { name: 'Open the example of iris' }).waitFor();
    await page.getByRole('button', { name: 'Enter another API key' }).click();
    await enter(page, spam.key);
    await page.getByRole('button', { name: 'Open the example of spam' }).click();
    assert.equal(await page.getByRole('button', { name: 'Open the example of iris' }).count(), 0);
    await queryEditor.getByText('query spam').first().waitFor();
    assert.match(await run(), /"label": "ham"/);
  });

  test('asks for another key when the one in use counts no more', async (context) => {
    const gone = await keys.make('predict:titanic');
    const { page, run } = await openPage(context);
    await enter(page, gone.key);
    await page.getByRole('tab', { name: 'titanic' }).waitFor();
    await keys.revoke(gone);
    const notice = page.getByRole('status').getByText('The server does not take this key.');
    await notice.waitFor();
    await page.getByRole('button', { name: 'Enter a key' }).click();
    await enter(page, iris.key);
    await notice.waitFor({ state: 'detached' });
    assert.match(await run(), /"name": "iris"/);
  });
});
