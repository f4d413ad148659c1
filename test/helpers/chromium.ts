import { accessSync, constants } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Where Debian and Ubuntu put the browser, and where Chrome, which is one, puts itself. `.ci/run` looks for the same. */
const executablePaths = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The browser's own requests to other hosts, and what containers lack, are switched off. */
const browserArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const executablePath = executablePaths.find(isExecutable);

/** Why browser tests are skipped, or false where there is a browser: for the `skip` option of a test. */
export const skipWithoutChromium = executablePath
  ? false
  : `there is no browser at ${executablePaths.join(' or ')}: apt-get install chromium`;

/** Starts the system's Chromium without a window. The caller closes it. */
export async function launchChromium(): Promise<Browser> {
  if (!executablePath) throw new Error(String(skipWithoutChromium));
  return chromium.launch({ executablePath, headless: true, args: browserArguments });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
