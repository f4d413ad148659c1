import { X509Certificate } from 'node:crypto';
import type { GatewayOptions } from '../config/options.ts';
import { apiNames } from '../graphql/api-names.ts';
import { curlLine, quoted } from '../graphql/example-curl.ts';
import type { Examples } from '../graphql/examples.ts';
import type { ServedModel } from '../inference/served-model.ts';
import type { LogFields } from '../observability/log-lines.ts';
import type { Logger } from '../observability/logger.ts';
import type { ModelEntry } from '../repository/model-entry.ts';

export interface LandingLinesOptions {
  /** Where the server listens. */
  readonly url: string;
  readonly tls: GatewayOptions['tls'];
  /** The server's certificate as PEM; null without TLS. */
  readonly certificate: string | Buffer | null;
  /** Whether callers need a key or a token. */
  readonly isGuarded: boolean;
  readonly examples: Pick<Examples, 'of'>;
  readonly logger: Logger;
}

type Models = ReadonlyMap<string, ModelEntry<ServedModel>>;

/** More lines than a screen has are read by nobody. */
const mostLines = 20;

/**
 * For people without a browser: one line of the log for each model that is served, with its field and a call of curl
 * that can be pasted into a shell. A model that comes later has its line then; that of a new version would be the same.
 */
export class LandingLines {
  readonly #options: LandingLinesOptions;
  readonly #url: string;
  readonly #curlOptions: string;
  readonly #told = new Set<string>();

  constructor(options: LandingLinesOptions) {
    this.#options = options;
    const { url, words } = reach(options);
    this.#url = `${url}/graphql`;
    this.#curlOptions = [...words, ...(options.isGuarded ? ['-H "authorization: Bearer $KEY"'] : [])].join(' ');
  }

  /** Tells of the models that are served and were not told of. */
  tell(models: Models): void {
    const { logger, isGuarded } = this.#options;
    const isFirst = this.#told.size === 0;
    const news = [...models.values()].filter(({ name, defaultVersion }) => {
      return defaultVersion !== null && !this.#told.has(name);
    });
    if (news.length === 0) return;
    if (isFirst && isGuarded) logger.info('try it', { hint: 'KEY is to hold an API key, or a token.' });
    for (const model of news.slice(0, mostLines)) logger.info('try it', this.#lineOf(model));
    for (const { name } of news) this.#told.add(name);
    if (news.length <= mostLines) return;
    const text = JSON.stringify({ query: '{ models { name field example { query variables } } }' });
    const curl = curlLine(this.#url, this.#curlOptions, { kind: 'text', text });
    logger.info('try it', { more: news.length - mostLines, curl });
  }

  #lineOf({ name, versions, defaultVersion }: ModelEntry<ServedModel>): LogFields {
    const served = versions.find(({ version }) => version === defaultVersion)?.served;
    const body = served == null ? null : (this.#options.examples.of(served)?.body ?? null);
    const facts = { model: name, field: apiNames(name).field };
    if (body === null) return { ...facts, hint: 'Its input does not fit on a line; the schema says what it takes.' };
    return { ...facts, curl: curlLine(this.#url, this.#curlOptions, body) };
  }
}

/** How curl reaches the server: by the address, or by a name in the certificate where that has not the address. */
function reach({ url, tls, certificate }: LandingLinesOptions): { url: string; words: readonly string[] } {
  if (certificate === null || tls.cert === null) return { url, words: [] };
  const words = [`--cacert ${quoted(tls.cert)}`];
  if (tls.clientCa !== null) words.push('--cert client.pem --key client.key');
  const { hostname, port } = new URL(url);
  const address = hostname.replaceAll(/[[\]]/g, '');
  const parsed = new X509Certificate(certificate);
  const name = /DNS:([^,\s]+)/.exec(parsed.subjectAltName ?? '')?.[1]?.replace('*', 'www');
  if (name === undefined || parsed.checkIP(address) !== undefined || parsed.checkHost(address) !== undefined) {
    return { url, words };
  }
  // The port of a URL is empty where it is that of the scheme.
  const shown = port === '' ? '443' : port;
  return {
    url: `https://${name}:${shown}`,
    words: [...words, `--connect-to ${quoted(`${name}:${shown}:${hostname}:${shown}`)}`],
  };
}
