import assert from 'node:assert/strict';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';

/** Makes violations of the Content-Security-Policy, in the page as well as in its reports, into console errors. */
const reportViolations = `document.addEventListener('securitypolicyviolation', (event) => {
  console.error('CSP violation: ' + event.violatedDirective + ' ' + event.blockedURI);
});`;

/** What an editor shows, on one line: Monaco wraps long lines, and shows spaces as no-break spaces. */
export async function textOf(editor: Locator): Promise<string> {
  return (await editor.innerText()).replaceAll(/\s+/g, ' ');
}

/** Somebody who was never there before, in a browser of their own. */
export interface Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly queryEditor: Locator;
  readonly variableEditor: Locator;
  /** Opens the page, and waits until it shows the first document. */
  readonly open: () => Promise<void>;
  readonly openTab: (name: string) => Promise<void>;
  /** Puts a text in the place of the query; the editor would add closing brackets to what is typed. */
  readonly paste: (text: string) => Promise<void>;
  /** Runs what is in the editors, and gives the answer as the page shows it. */
  readonly run: () => Promise<string>;
  /** Ends the visit. @throws AssertionError for errors, warnings, failed requests, or requests to other hosts. */
  readonly leave: () => Promise<void>;
}

/** @param isExpected of a complaint of the browser: whether the test is about it. */
export async function visit(
  browser: Browser,
  url: string,
  isExpected: (complaint: string) => boolean = () => false,
): Promise<Visitor> {
  const complaints: string[] = [];
  const complain = (complaint: string): void => {
    if (!isExpected(complaint)) complaints.push(complaint);
  };
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.addInitScript(reportViolations);
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complain(message.text());
  });
  page.on('pageerror', (error) => complain(`uncaught: ${error.message}`));
  context.on('request', (request) => {
    const requested = request.url();
    if (!requested.startsWith(url) && !requested.startsWith('data:')) complain(`request to ${requested}`);
  });
  context.on('response', (response) => {
    if (response.status() >= 400) complain(`${response.status()} for ${response.url()}`);
  });

  const queryEditor = page.locator('.graphiql-query-editor');
  const answer = page.locator('.graphiql-response .view-lines');
  return {
    page,
    context,
    queryEditor,
    variableEditor: page.locator('.graphiql-editor-tool .graphiql-editor:visible'),
    async open() {
      await page.goto(url);
      await queryEditor.locator('.view-lines').getByText('Overview').waitFor();
    },
    async openTab(name) {
      await page.getByRole('tab', { name, exact: true }).click();
      await queryEditor.getByText(`query ${name}`).first().waitFor();
    },
    async paste(text) {
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
      await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
      await queryEditor.locator('.view-lines').click();
      await page.keyboard.press('Control+A');
      await page.keyboard.press('Control+V');
    },
    async run() {
      await page.getByRole('button', { name: 'Execute query' }).click();
      await answer
        .getByText(/"(data|errors)"/)
        .first()
        .waitFor();
      return await textOf(answer);
    },
    async leave() {
      await context.close();
      assert.deepEqual(complaints, [], 'errors, warnings, failed requests, or requests to other hosts');
    },
  };
}
