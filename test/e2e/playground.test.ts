import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { launchChromium, skipWithoutChromium } from '../helpers/chromium.ts';
import { startTestServer, type TestServer } from '../helpers/playground-server.ts';

/** How long the page may take from the request to an editor that shows the first document, in milliseconds. */
const firstLoadBudgetMs = 5000;

/** Makes violations of the Content-Security-Policy, in the page as well as in its reports, into console errors. */
const reportViolations = `document.addEventListener('securitypolicyviolation', (event) => {
  console.error('CSP violation: ' + event.violatedDirective + ' ' + event.blockedURI);
});`;

/** What an editor shows: Monaco shows spaces as no-break spaces. */
async function textOf(editor: Locator): Promise<string> {
  return (await editor.innerText()).replaceAll('\u00A0', ' ');
}

describe('the playground in Chromium', { skip: skipWithoutChromium }, () => {
  let server: TestServer;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];

  before(async () => {
    server = await startTestServer();
    browser = await launchChromium();
  });

  after(async () => {
    await browser?.close();
    await server?.close();
  });

  beforeEach(async () => {
    complaints = [];
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    page = await context.newPage();
    await page.addInitScript(reportViolations);
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
    context.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(server.url) && !url.startsWith('data:')) complaints.push(`request to ${url}`);
    });
    context.on('response', (response) => {
      if (response.status() >= 400) complaints.push(`${response.status()} for ${response.url()}`);
    });
  });

  afterEach(async () => {
    await context.close();
    assert.deepEqual(complaints, [], 'errors, warnings, failed requests, or requests to other hosts');
  });

  /** Opens the page as somebody who was never there. */
  async function open(): Promise<void> {
    await page.goto(server.url);
    await page.locator('.graphiql-query-editor .view-lines').getByText('Overview').waitFor();
  }

  async function run(): Promise<string> {
    await page.getByRole('button', { name: 'Execute query' }).click();
    const response = page.locator('.graphiql-response .view-lines');
    await response.getByText('data').waitFor();
    return textOf(response);
  }

  it('paints soon, with a prepared document in the editor', async () => {
    const start = performance.now();
    await open();
    const elapsedMs = performance.now() - start;
    assert.ok(elapsedMs < firstLoadBudgetMs, `took ${Math.round(elapsedMs)} ms`);
    assert.equal(await page.title(), 'inferql playground');
    assert.deepEqual(await page.getByRole('tab').allInnerTexts(), ['Overview', 'Predict']);
  });

  it('runs the prepared overview', async () => {
    await open();
    const answer = await run();
    assert.match(answer, /"name": "iris"/);
    assert.match(answer, /"version": "0\.0\.0-test"/);
  });

  it('runs the prepared prediction with its variables', async () => {
    await open();
    await page.getByRole('tab', { name: 'Predict' }).click();
    await page.locator('.graphiql-query-editor').getByText('iris').first().waitFor();
    assert.match(await textOf(page.locator('.graphiql-editor-tool')), /"sepalLength": 15/);
    assert.match(await run(), /"label": "virginica"/);
  });

  it('aborts the request when the stop button is pressed', async () => {
    await open();
    await page.route('**/graphql', () => {
      // Never answered.
    });
    await page.getByRole('button', { name: 'Execute query' }).click();
    const aborted = page.waitForEvent('requestfailed');
    await page.getByRole('button', { name: 'Stop query' }).click();
    assert.equal((await aborted).failure()?.errorText, 'net::ERR_ABORTED');
    await page.getByRole('button', { name: 'Execute query' }).waitFor();
  });

  it('shows the descriptions of the schema in the documentation explorer', async () => {
    await open();
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page.locator('.graphiql-doc-explorer').getByText('Query', { exact: true }).click();
    await page.locator('.graphiql-doc-explorer').getByText('What this server answers.').waitFor();
  });

  it('completes field names in a worker of the same origin', async () => {
    await open();
    const editor = page.locator('.graphiql-query-editor');
    await editor.locator('.view-lines').click();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('{ serv');
    await page.keyboard.press('Control+Space');
    await editor.locator('.suggest-widget').getByText('server').first().waitFor();
    const workers = page.workers().map((worker) => new URL(worker.url()).pathname);
    assert.ok(
      workers.some((path) => path.startsWith('/playground/graphql.worker-')),
      workers.join(),
    );
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`follows the browser's preference for ${colorScheme}`, async () => {
      await page.emulateMedia({ colorScheme });
      await open();
      const background = await page.evaluate<string>(
        "getComputedStyle(document.querySelector('.graphiql-container')).backgroundColor",
      );
      const brightness = Math.max(...(background.match(/\d+/g) ?? []).slice(0, 3).map(Number));
      assert.equal(brightness > 128 ? 'light' : 'dark', colorScheme, background);
    });
  }
});
