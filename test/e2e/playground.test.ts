import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { launchChromium, skipWithoutChromium } from '../helpers/chromium.ts';
import { shippedModels, startTestGateway, type TestGateway } from '../helpers/gateway.ts';
import type { TestScope } from '../helpers/temporary-folder.ts';

/** How long the page may take from the request to an editor that shows the first document, in milliseconds. */
const firstLoadBudgetMs = 5000;

/** Makes violations of the Content-Security-Policy, in the page as well as in its reports, into console errors. */
const reportViolations = `document.addEventListener('securitypolicyviolation', (event) => {
  console.error('CSP violation: ' + event.violatedDirective + ' ' + event.blockedURI);
});`;

/** What an editor shows, on one line: Monaco wraps long lines, and shows spaces as no-break spaces. */
async function textOf(editor: Locator): Promise<string> {
  return (await editor.innerText()).replaceAll(/\s+/g, ' ');
}

describe('the playground in Chromium', { skip: skipWithoutChromium }, () => {
  const cleanUps: (() => Promise<void>)[] = [];
  let gateway: TestGateway;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];

  before(async () => {
    const suite: TestScope = { after: (callback) => void cleanUps.push(callback) };
    gateway = await startTestGateway(suite, shippedModels, { playground: true });
    browser = await launchChromium();
    suite.after(() => browser.close());
  });

  after(async () => {
    for (const cleanUp of cleanUps.toReversed()) await cleanUp();
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
      if (!url.startsWith(gateway.url) && !url.startsWith('data:')) complaints.push(`request to ${url}`);
    });
    context.on('response', (response) => {
      if (response.status() >= 400) complaints.push(`${response.status()} for ${response.url()}`);
    });
  });

  afterEach(async () => {
    await context.close();
    assert.deepEqual(complaints, [], 'errors, warnings, failed requests, or requests to other hosts');
  });

  const queryEditor = (): Locator => page.locator('.graphiql-query-editor');
  const explorer = (): Locator => page.locator('.graphiql-doc-explorer');

  /** Opens the page as somebody who was never there. */
  async function open(): Promise<void> {
    await page.goto(gateway.url);
    await queryEditor().locator('.view-lines').getByText('Overview').waitFor();
  }

  async function openPrediction(): Promise<void> {
    await open();
    await page.getByRole('tab', { name: 'Predict' }).click();
    await queryEditor().getByText('predict').first().waitFor();
  }

  /** Pastes a text in the place of the query; the editor would add closing brackets to what is typed. */
  async function paste(text: string): Promise<void> {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
    await queryEditor().locator('.view-lines').click();
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Control+V');
  }

  /** Runs what is in the editors, and gives the answer as the page shows it. */
  async function run(): Promise<string> {
    await page.getByRole('button', { name: 'Execute query' }).click();
    const answer = page.locator('.graphiql-response .view-lines');
    await answer
      .getByText(/"(data|errors)"/)
      .first()
      .waitFor();
    return textOf(answer);
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
    // Of a long answer the editor has only the lines in sight.
    for (const model of ['diabetes', 'digits', 'iris']) assert.ok(answer.includes(`"name": "${model}"`), model);
  });

  it('runs the prepared prediction with its variables', async () => {
    await openPrediction();
    assert.match(await textOf(page.locator('.graphiql-editor-tool')), /"bmi": 0\.0617/);
    const answer = await run();
    assert.match(answer, /"diabetes": \{ "value": \d+\.\d+,/);
    assert.match(answer, /"model": "diabetes", "version": 1, "batchSize": 1,/);
    assert.doesNotMatch(answer, /"errors"/);
  });

  it('shows what is expected where a value is out of range', async () => {
    await open();
    await paste(
      '{ predict { iris(input: { sepalLength: 51, sepalWidth: 3.5, petalLength: 1.4, petalWidth: 0.2 }) { label } } }',
    );
    const answer = await run();
    assert.match(answer, /"message": "sepalLength: expected a number from 0 to 30 \(cm\), got 51\."/);
    assert.match(answer, /"code": "BAD_USER_INPUT"/);
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

  it('shows the units, ranges and labels of a model in the documentation explorer', async () => {
    await open();
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    for (const type of ['Query', 'Predictions', 'IrisInput']) {
      await explorer().getByText(type, { exact: true }).first().click();
    }
    await explorer().getByText('Sepal length in cm, 0 to 30.').waitFor();
    await explorer().getByLabel('Go back to Predictions').click();
    await explorer().getByText('IrisPrediction', { exact: true }).first().click();
    await explorer().getByText('The predicted class, one of setosa, versicolor, virginica.').waitFor();
  });

  it('completes field names in a worker of the same origin', async () => {
    await open();
    await queryEditor().locator('.view-lines').click();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('{ serv');
    await page.keyboard.press('Control+Space');
    await queryEditor().locator('.suggest-widget').getByText('server').first().waitFor();
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
