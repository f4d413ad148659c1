import { after, describe, test } from 'node:test';
import { launchChromium, skipWithoutChromium } from '../helpers/chromium.ts';
import { shippedModels, startTestGateway } from '../helpers/gateway.ts';

describe('the playground of a server that tells no schema', { skip: skipWithoutChromium }, () => {
  test('says so, and opens with a document that can be run', async () => {
    const gateway = await startTestGateway({ after }, shippedModels, { playground: true, introspection: false });
    const browser = await launchChromium();
    after(() => browser.close());
    const page = await browser.newPage();
    await page.goto(gateway.url);
    await page.locator('.result-window').getByText('Introspection is turned off on this server').waitFor();
    await page.getByRole('button', { name: /execute/i }).click();
    await page.locator('.result-window').getByText('diabetes').first().waitFor();
  });
});
