import type { Readable } from 'node:stream';

const newline = 0x0a;

/**
 * Copies what a process writes, whole lines at a time. Were each process to write to one pipe itself, a write of more than
 * 4096 bytes (PIPE_BUF) could be cut by a line of another.
 */
export function copyWholeLines(from: Readable, to: NodeJS.WritableStream): void {
  let begun: Buffer[] = [];
  from.on('data', (chunk: Buffer) => {
    const end = chunk.lastIndexOf(newline) + 1;
    if (end > 0) {
      to.write(Buffer.concat([...begun, chunk.subarray(0, end)]));
      begun = [];
    }
    if (end < chunk.length) begun.push(chunk.subarray(end));
  });
  // A process that was killed in the middle of a line must not take the next line of another with it.
  from.on('end', () => {
    if (begun.length > 0) to.write(`${Buffer.concat(begun).toString()}\n`);
  });
}
