import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { Browser, Locator, Page } from 'playwright-core';
import { launchChromium, skipWithoutChromium } from '../helpers/chromium.ts';
import { shippedModels, startTestGateway, type TestGateway } from '../helpers/gateway.ts';
import { textOf, visit, type Visitor } from '../helpers/playground-page.ts';
import { lastEndsFirst } from '../helpers/temporary-folder.ts';

/** Until something is painted, in milliseconds; it takes about a tenth of it on two cores that are free. */
const firstPaintBudgetMs = 2000;

/** Until there is an editor that shows the first document, in milliseconds. */
const firstDocumentBudgetMs = 5000;

/** Of so many first visits one must be as fast: others may use the machine at the same time. */
const mostVisits = 5;

describe('the playground in Chromium', { skip: skipWithoutChromium }, () => {
  const suite = lastEndsFirst({ after });
  let gateway: TestGateway;
  let browser: Browser;
  let visitor: Visitor;
  let page: Page;

  before(async () => {
    gateway = await startTestGateway(suite, shippedModels, { playground: true });
    browser = await launchChromium();
    suite.after(() => browser.close());
  });

  beforeEach(async () => {
    visitor = await visit(browser, gateway.url);
    ({ page } = visitor);
  });

  afterEach(() => visitor.leave());

  const explorer = (): Locator => page.locator('.graphiql-doc-explorer');

  it('paints soon, and soon shows a document to somebody who was never there', async (context) => {
    const times: { readonly paintedMs: number; readonly documentMs: number }[] = [];
    const isFast = ({ paintedMs, documentMs }: (typeof times)[number]) =>
      paintedMs < firstPaintBudgetMs && documentMs < firstDocumentBudgetMs;
    while (times.length < mostVisits && !times.some(isFast)) {
      const newcomer = await visit(browser, gateway.url);
      const start = performance.now();
      await newcomer.open();
      const documentMs = Math.round(performance.now() - start);
      const paint = "Math.round(performance.getEntriesByName('first-contentful-paint')[0].startTime)";
      times.push({ paintedMs: await newcomer.page.evaluate<number>(paint), documentMs });
      await newcomer.leave();
    }
    context.diagnostic(JSON.stringify(times));
    assert.ok(times.some(isFast), JSON.stringify(times));
  });

  it('has a prepared tab for each model', async () => {
    await visitor.open();
    assert.equal(await page.title(), 'inferql playground');
    assert.deepEqual(await page.getByRole('tab').allInnerTexts(), [
      'Overview',
      'diabetes',
      'digits',
      'iris',
      'opticalDigits',
      'spam',
      'spamEmbeddings',
      'spamTransformer',
      'titanic',
    ]);
  });

  it('runs the prepared overview', async () => {
    await visitor.open();
    const answer = await visitor.run();
    // Of a long answer the editor has only the lines in sight.
    for (const model of ['diabetes', 'digits']) assert.ok(answer.includes(`"name": "${model}"`), model);
  });

  for (const [model, variables, expected] of [
    ['diabetes', /"bmi": 0\.0617/, /"diabetes": \{ "value": 189\.58\d+ \}/],
    ['digits', /"image": "iVBOR/, /"digits": \{ "label": "0", "score": 0\.9999/],
    ['iris', /"sepalLength": 5\.1/, /"iris": \{ "label": "setosa", "score": 0\.97/],
    ['opticalDigits', /"pixels": \[ 0, 0, 7,/, /"opticalDigits": \{ "label": 2,/],
    ['spam', /"text": "Ok lar\.\.\. Joking/, /"spam": \{ "label": "ham", "score": 0\.99/],
    ['spamEmbeddings', /"text": "Ok, see you/, /"spamEmbeddings": \{ "embedding": \[ -0\.204/],
    ['spamTransformer', /"text": "Ok, see you/, /"spamTransformer": \{ "label": "ham", "score": 0\.98/],
    ['titanic', /"sex": "female"/, /"titanic": \{ "label": "survived", "score": 0\.87/],
  ] as const) {
    it(`runs the prepared example of ${model}, and shows its answer`, async () => {
      await visitor.open();
      await visitor.openTab(model);
      assert.match(await textOf(visitor.variableEditor), variables);
      const answer = await visitor.run();
      assert.match(answer, expected);
      assert.doesNotMatch(answer, /"errors"/);
    });
  }

  it('opens the example of a model from the list of models, in the tab that has it or in a new one', async () => {
    await visitor.open();
    const open = () => page.getByRole('button', { name: 'Open the example of iris' }).click();
    await open();
    await visitor.queryEditor.getByText('query iris').first().waitFor();
    assert.equal(await page.getByRole('tab').count(), 9);
    await page.getByRole('button', { name: 'Close Tab' }).click();
    assert.equal(await page.getByRole('tab').count(), 8);
    await open();
    assert.equal(await page.getByRole('tab').count(), 9);
    assert.match(await visitor.run(), /"label": "setosa"/);
  });

  it('can be used without a mouse', async () => {
    await visitor.open();
    await page.getByRole('button', { name: 'Open the example of titanic' }).focus();
    await page.keyboard.press('Enter');
    await visitor.queryEditor.getByText('query titanic').first().waitFor();
    await visitor.queryEditor.locator('textarea').focus();
    await page.keyboard.press('Control+Enter');
    await page.locator('.graphiql-response').getByText('"survived"').first().waitFor();
  });

  it('has a name for everything that can be used', async () => {
    await visitor.open();
    for (const role of ['button', 'tab', 'textbox', 'searchbox'] as const) {
      const all = await page.getByRole(role).count();
      assert.equal(await page.getByRole(role, { name: /./ }).count(), all, role);
    }
  });

  it('shows what is expected where a value is out of range', async () => {
    await visitor.open();
    await visitor.paste(
      '{ predict { iris(input: { sepalLength: 51, sepalWidth: 3.5, petalLength: 1.4, petalWidth: 0.2 }) { label } } }',
    );
    const answer = await visitor.run();
    assert.match(answer, /"message": "sepalLength: expected a number from 0 to 30 \(cm\), got 51\."/);
    assert.match(answer, /"code": "BAD_USER_INPUT"/);
  });

  it('aborts the request when the stop button is pressed', async () => {
    await visitor.open();
    await page.route('**/graphql', () => {
      // Never answered.
    });
    await page.getByRole('button', { name: 'Execute query' }).click();
    const aborted = page.waitForEvent('requestfailed');
    await page.getByRole('button', { name: 'Stop query' }).click();
    assert.equal((await aborted).failure()?.errorText, 'net::ERR_ABORTED');
    await page.getByRole('button', { name: 'Execute query' }).waitFor();
  });

  it('shows the units, ranges, limits and labels of a model in the documentation explorer', async () => {
    await visitor.open();
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    for (const type of ['Query', 'Predictions', 'IrisInput']) {
      await explorer().getByText(type, { exact: true }).first().click();
    }
    await explorer().getByText('Sepal length in cm, 0 to 30.').waitFor();
    await explorer().getByLabel('Go back to Predictions').click();
    await explorer().getByText('TitanicInput', { exact: true }).first().click();
    await explorer().getByText('Price of the ticket in pounds of 1912, at least 0.').waitFor();
    await explorer().getByLabel('Go back to Predictions').click();
    await explorer().getByText('IrisPrediction', { exact: true }).first().click();
    await explorer().getByText('The predicted class, one of setosa, versicolor, virginica.').waitFor();
  });

  it('completes the names of models and of their fields, in a worker of the same origin', async () => {
    await visitor.open();
    const suggested = visitor.queryEditor.locator('.suggest-widget');
    const complete = async (typed: string, name: string) => {
      await page.keyboard.type(typed);
      await page.keyboard.press('Control+Space');
      await suggested.getByText(name).first().waitFor();
      await page.keyboard.press('Escape');
    };
    await visitor.queryEditor.locator('.view-lines').click();
    await page.keyboard.press('Control+A');
    await complete('{ predict { opti', 'opticalDigits');
    await complete('calDigits(input: { pi', 'pixels');
    const workers = page.workers().map((worker) => new URL(worker.url()).pathname);
    assert.ok(
      workers.some((path) => path.startsWith('/playground/graphql.worker-')),
      workers.join(),
    );
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`follows the browser's preference for ${colorScheme}`, async () => {
      await page.emulateMedia({ colorScheme });
      await visitor.open();
      const background = await page.evaluate<string>(
        "getComputedStyle(document.querySelector('.graphiql-container')).backgroundColor",
      );
      const brightness = Math.max(...(background.match(/\d+/g) ?? []).slice(0, 3).map(Number));
      assert.equal(brightness > 128 ? 'light' : 'dark', colorScheme, background);
    });
  }
});
