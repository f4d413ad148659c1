import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, test, type TestContext } from 'node:test';
import { launchChromium, skipWithoutChromium } from '../helpers/chromium.ts';
import { shippedModels, startTestGateway } from '../helpers/gateway.ts';
import { textOf, visit } from '../helpers/playground-page.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

interface GoldenPictures {
  readonly examples: readonly { readonly name: string; readonly input: { readonly image: string } }[];
}

/** A picture of a digit other than that of the prepared example, in base64. */
async function anotherDigit(): Promise<string> {
  const golden = JSON.parse(await readFile(join(shippedModels, 'digits/1/golden.json'), 'utf8')) as GoldenPictures;
  return golden.examples[1]?.input.image ?? '';
}

describe('a picture in the playground', { skip: skipWithoutChromium }, async () => {
  if (skipWithoutChromium !== false) return;
  const gateway = await startTestGateway({ after }, shippedModels, { playground: true });
  const browser = await launchChromium();
  after(() => browser.close());
  const picture = await anotherDigit();

  /** The page with the tab of a model. */
  async function openTab(context: TestContext, name: string) {
    const visitor = await visit(browser, gateway.url);
    context.after(() => visitor.leave());
    await visitor.open();
    await visitor.openTab(name);
    return visitor;
  }

  /** A script that makes a file of the picture, for the clipboard or for a drop. */
  const makeFile = `const bytes = Uint8Array.from(atob('${picture}'), (each) => each.charCodeAt(0));
    const file = new File([bytes], 'digit.png', { type: 'image/png' });`;

  const drop = `(() => { ${makeFile}
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(file);
    const event = new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true });
    document.querySelector('.graphiql-query-editor').dispatchEvent(event);
  })()`;

  test('is pasted into the variable that takes one, whatever has the focus, and is what is sent', async (context) => {
    const { page, variableEditor, queryEditor, context: own, run } = await openTab(context, 'digits');
    const first = await run();
    await own.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.evaluate(
      `(async () => { ${makeFile} await navigator.clipboard.write([new ClipboardItem({ 'image/png': file })]); })()`,
    );
    await queryEditor.locator('.view-lines').click();
    await page.keyboard.press('Control+V');
    await page.getByRole('status').getByText('is in the variable $input now').waitFor();
    // The browser writes the picture anew, so that its bytes are others.
    assert.match(await textOf(variableEditor), /"image": "iVBOR/);
    assert.notEqual(await run(), first);
  });

  test('is dropped into it, byte by byte as the file has it', async (context) => {
    const { page, variableEditor, run } = await openTab(context, 'digits');
    await page.evaluate(drop);
    await page.getByRole('status').getByText('digit.png is in the variable $input now').waitFor();
    assert.ok((await textOf(variableEditor)).replaceAll(/\s/g, '').includes(picture.slice(0, 40)));
    assert.match(await run(), /"digits": \{ "label": "\d"/);
  });

  test('is chosen as a file, by a button that the keyboard reaches', async (context) => {
    const { page, run } = await openTab(context, 'digits');
    const folder = await temporaryFolder(context);
    const path = join(folder, 'chosen.png');
    await writeFile(path, Buffer.from(picture, 'base64'));
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Put a picture into the variables' }).press('Enter');
    await (await chooser).setFiles(path);
    await page.getByRole('status').getByText('chosen.png is in the variable $input now').waitFor();
    assert.match(await run(), /"digits": \{ "label": "\d"/);
  });

  test('is refused in words where the operation takes none', async (context) => {
    const { page, variableEditor } = await openTab(context, 'iris');
    await page.evaluate(drop);
    await page.getByRole('status').getByText('The operation of this tab takes no picture').waitFor();
    assert.match(await textOf(variableEditor), /"sepalLength": 5\.1/);
    await page.getByRole('status').getByRole('button', { name: 'Close' }).click();
    await page.getByRole('status').getByText('takes no picture').waitFor({ state: 'detached' });
  });

  test('does not get in the way of a text that is pasted', async (context) => {
    const { paste, queryEditor } = await openTab(context, 'digits');
    await paste('query Pasted { server { version } }');
    await queryEditor.getByText('Pasted').first().waitFor();
  });
});
