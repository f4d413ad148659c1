/** Takes the pictures of the playground that the README shows: `npm run screenshots`, with a Chromium on the machine. */
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { compileOptions } from '../src/config/options.ts';
import { startGateway } from '../src/gateway.ts';
import { createLogger } from '../src/observability/logger.ts';
import { launchChromium } from '../test/helpers/chromium.ts';

const images = fileURLToPath(new URL('../docs/images/', import.meta.url));
const models = fileURLToPath(new URL('../models/', import.meta.url));

/** A picture of the playground in one state. */
interface Shot {
  readonly name: string;
  readonly colorScheme: 'light' | 'dark';
  readonly prepare: (page: Page) => Promise<void>;
}

const shots: readonly Shot[] = [
  {
    name: 'playground-light',
    colorScheme: 'light',
    prepare: async (page) => {
      await runTab(page, 'iris');
    },
  },
  {
    name: 'playground-dark',
    colorScheme: 'dark',
    prepare: async (page) => {
      await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
      for (const type of ['Query', 'Predictions', 'TitanicInput']) {
        await page.locator('.graphiql-doc-explorer').getByText(type, { exact: true }).first().click();
      }
      await page.getByText('Price of the ticket').waitFor();
      await runTab(page, 'titanic');
    },
  },
];

async function runTab(page: Page, name: string): Promise<void> {
  await page.getByRole('tab', { name, exact: true }).click();
  await page.locator('.graphiql-query-editor').getByText(`query ${name}`).first().waitFor();
  await page.getByRole('button', { name: 'Execute query' }).click();
  await page
    .locator('.graphiql-response .view-lines')
    .getByText(/"data"/)
    .first()
    .waitFor();
}

async function takeShot(browser: Browser, url: string, { name, colorScheme, prepare }: Shot): Promise<void> {
  const context = await browser.newContext({
    viewport: { width: 1360, height: 820 },
    deviceScaleFactor: 1.5,
    colorScheme,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  await page.goto(url);
  await page.locator('.graphiql-query-editor .view-lines').getByText('Overview').waitFor();
  await prepare(page);
  // Tooltips belong to whatever the pointer is over.
  await page.mouse.move(0, 0);
  await page.evaluate('document.activeElement.blur()');
  await page.evaluate('document.fonts.ready');
  await page.screenshot({ path: `${images}${name}.png` });
  await context.close();
}

const logger = createLogger({ level: 'warn', format: 'pretty', stream: process.stdout });
const gateway = await startGateway(compileOptions({ port: 0, models, watch: 'off' }, {}), logger, 'screenshots');
await gateway.ready;
const browser = await launchChromium();
await mkdir(images, { recursive: true });
for (const shot of shots) await takeShot(browser, gateway.url, shot);
await browser.close();
await gateway.stop();
