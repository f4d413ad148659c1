import { ModelLoadError } from '../../errors.ts';
import { findTask } from '../../tasks/index.ts';

/** The classes in it become the labels of a proposed manifest: add itself reads it. */
export const configFileName = 'config.json';

/**
 * Refuses files that somebody gave by name and that would lie beside the model without any use. Whoever asks for the
 * task `tensor`, which reads none, gets what was asked for.
 * @param files names of the files that were given.
 * @param refusals why the tasks that would have read them do not fit, in sentences.
 * @throws ModelLoadError
 */
export function refuseUnread(
  files: Iterable<string>,
  { task, asked }: { readonly task: string; readonly asked: string | null },
  refusals: readonly string[],
): void {
  if (asked === 'tensor') return;
  const read = new Set([...(findTask(task).reads ?? []), ...(task === 'tensor' ? [] : [configFileName])]);
  const unread = [...files].filter((name) => !read.has(name));
  if (unread.length === 0) return;
  const advice =
    task === 'tensor'
      ? 'leave it out, or say --task tensor to have it put beside the model all the same'
      : 'leave it out';
  throw new ModelLoadError(
    [...refusals, `--with gives ${unread.join(' and ')}, which the task ${task} does not read: ${advice}.`].join(' '),
  );
}
