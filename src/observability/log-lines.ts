/** What belongs to an event. A field that is undefined is left out. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Makes one line of the log, without its end. */
export type LineFormat = (time: number, level: string, message: string, fields: LogFields) => string;

let stampedAt = Number.NaN;
let stamp = '';

/** Many lines belong to one millisecond, and to write it takes longer than all the rest of a short one. */
function isoTime(time: number): string {
  if (time !== stampedAt) {
    stampedAt = time;
    stamp = new Date(time).toISOString();
  }
  return stamp;
}

/** One JSON object: `timestamp`, `level`, `message` and what belongs to the event. */
export function jsonLine(time: number, level: string, message: string, fields: LogFields): string {
  return JSON.stringify({ timestamp: isoTime(time), level, message, ...fields });
}

const colours: Readonly<Record<string, number>> = { error: 31, warn: 33, info: 32, debug: 36 };

/** A line for eyes, with stacks below it. */
export function prettyLine(time: number, level: string, message: string, fields: LogFields): string {
  const { stack, cause, ...rest } = fields;
  const details = Object.entries(rest)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
  const coloured = `\u001B[${colours[level] ?? 0}m${level.padEnd(5)}\u001B[0m`;
  const line = `${isoTime(time).slice(11, 23)} ${coloured} ${message}${details === '' ? '' : `  \u001B[2m${details}\u001B[0m`}`;
  const below = [stack, typeof cause === 'string' ? `caused by ${cause}` : cause];
  return [line, ...below.filter((text) => typeof text === 'string')].join('\n');
}
