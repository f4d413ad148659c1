import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';

/** Prints its words, and what it is given to send, each with a NUL behind it. */
const curl = `curl() { printf '%s\\0' "$@"; for word; do :; done; if [ "$word" = @- ]; then cat; fi; }`;

/** What takes no value, of the options that lines of ours have. */
const switches = new Set(['-s']);

/**
 * Runs a line for a shell, and sends what it would have curl send, as curl would.
 * @param environment what the line may ask for, such as KEY.
 * @returns the answer's JSON.
 */
export async function runCurlLine(line: string, environment: Readonly<Record<string, string>> = {}): Promise<any> {
  const env = { PATH: process.env['PATH'], ...environment };
  const { stdout } = await promisify(execFile)('sh', ['-c', `${curl}; ${line}`], { env, cwd: '/' });
  const words = stdout.split('\0');
  const piped = words.pop() ?? '';
  const options = new Map<string, string[]>();
  let url = '';
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (!word.startsWith('-')) url = word;
    else if (!switches.has(word)) options.set(word, [...(options.get(word) ?? []), words[(index += 1)] ?? '']);
  }
  const [data = ''] = options.get('-d') ?? [];
  return await send(new URL(url), options, data === '@-' ? piped : data);
}

async function send(url: URL, options: ReadonlyMap<string, readonly string[]>, body: string): Promise<unknown> {
  const headers = (options.get('-H') ?? []).map((header) => header.split(/: (.*)/s, 2) as [string, string]);
  // name:port:host:port, of which the last two are where to connect.
  const [, host, port] = /:(\[.*\]|[^:]*):(\d+)$/.exec(options.get('--connect-to')?.[0] ?? '') ?? [];
  const [ca] = await Promise.all((options.get('--cacert') ?? []).map((path) => readFile(path)));
  const { hostname } = url;
  const request = (url.protocol === 'https:' ? requestTls : requestPlain)({
    method: 'POST',
    path: url.pathname,
    host: (host ?? hostname).replaceAll(/[[\]]/g, ''),
    port: port ?? url.port,
    headers: { host: url.host, ...Object.fromEntries(headers) },
    // As curl does: what is trusted need not be an authority.
    ...(ca === undefined ? {} : { ca, allowPartialTrustChain: true }),
    ...(host === undefined ? {} : { servername: hostname }),
  });
  request.end(body);
  const [response] = await once(request, 'response');
  return JSON.parse(await text(response));
}
