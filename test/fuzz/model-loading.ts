import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pass } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { CheckedVersion } from '../../src/cli/check-report.ts';
import { assertNothingInside } from '../helpers/error-form.ts';
import type { TestScope } from '../helpers/temporary-folder.ts';
import type { LoaderAnswer, LoaderRequest } from './loader-messages.ts';

/** How loading came out: what the report says, or that the process ended. */
export type Loading =
  | { readonly kind: 'checked'; readonly version: CheckedVersion | null; readonly problem: string | null }
  | { readonly kind: 'ended'; readonly by: string; readonly said: string };

const loader = fileURLToPath(new URL('model-loader.ts', import.meta.url));
/** What is not loaded by then hangs. */
const loadedMs = 25_000;

/** Checks folders of models in a process of its own, and in another one when it ended. */
export class ModelLoading {
  #child: { readonly process: ChildProcess; said: string } | null = null;

  constructor(scope: TestScope) {
    scope.after(async () => void this.#child?.process.kill('SIGKILL'));
  }

  /**
   * Checks the one model of a folder.
   * @throws AssertionError for a fault of ours, for a reason that shows what is inside, and when it takes for ever.
   */
  async load(models: string): Promise<Loading> {
    const child = (this.#child ??= this.#start());
    const leaving = new AbortController();
    const { signal } = leaving;
    const answered = once(child.process, 'message', { signal }).then(([answer]) => ({
      answer: answer as LoaderAnswer,
    }));
    const ended = once(child.process, 'close', { signal }).then(([code, by]) => ({ by: String(by ?? code) }));
    const late = pass(loadedMs, null, { signal });
    // Those that are not waited for any more.
    for (const each of [answered, ended, late]) each.catch(() => undefined);
    child.process.send({ models } satisfies LoaderRequest);
    const result = await Promise.race([answered, ended, late]).finally(() => leaving.abort());
    if (result === null) {
      this.#child = null;
      child.process.kill('SIGKILL');
      assert.fail(`The model was neither loaded nor refused within ${loadedMs} ms.`);
    }
    if ('by' in result) {
      this.#child = null;
      return { kind: 'ended', by: result.by, said: child.said };
    }
    const { report, faults } = result.answer;
    assert.equal(faults, '');
    const [model] = report.models;
    const version = model?.versions[0] ?? null;
    const problem = model?.problem ?? null;
    for (const text of [version?.reason, problem, ...(version?.warnings ?? [])])
      if (text != null) assertNothingInside(text);
    return { kind: 'checked', version, problem };
  }

  #start() {
    const child = { process: fork(loader, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] }), said: '' };
    for (const stream of [child.process.stdout, child.process.stderr]) {
      stream?.on('data', (text: Buffer) => (child.said = (child.said + text.toString()).slice(-4000)));
    }
    return child;
  }
}
