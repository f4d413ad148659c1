import { createHash } from 'node:crypto';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type ContentEncoding, contentEncodings, negotiateEncoding } from './accept-encoding.ts';

/** Where `playground/build.ts` puts the built playground. */
export const playgroundDirectory = fileURLToPath(new URL('../../playground/dist/', import.meta.url));

/** A name without a path, so that nothing outside the directory is read. */
const fileName = z.string().regex(/^[\w.-]+$/);

const manifestSchema = z.strictObject({
  /** The name of the page among the files. Every other file is an asset whose name changes with its content. */
  page: fileName,
  files: z.array(
    z.strictObject({
      name: fileName,
      contentType: z.string(),
      /** The compressed variants that lie beside the file, with the suffixes of `encodingSuffixes`. */
      encodings: z.array(z.enum(contentEncodings)),
    }),
  ),
});

/** What `manifest.json` says of a built playground: it is written by the build, and read by nobody but this file. */
export type PlaygroundManifest = z.infer<typeof manifestSchema>;

/** What a file's compressed variants are called. */
export const encodingSuffixes: Readonly<Record<ContentEncoding, string>> = { br: '.br', gzip: '.gz' };

/** An HTTP response, for whichever server sends it. */
export interface PlaygroundResponse {
  readonly status: 200 | 304;
  /** Names are in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Empty for 304. */
  readonly body: Uint8Array;
}

/**
 * A playground that was built. Its files, which browsers ask for once and keep, stay on the disk: all of them with their
 * compressed variants are 10 MB.
 */
export interface Playground {
  /**
   * Answers a GET or HEAD request.
   * @param pathname The path of the request, without the query and as it was sent: it is looked up, never resolved.
   * @param acceptEncoding The request's `Accept-Encoding`.
   * @param ifNoneMatch The request's `If-None-Match`.
   * @returns null for a path that the playground does not have, or has no more since it was built anew
   */
  respond(pathname: string, acceptEncoding?: string, ifNoneMatch?: string): Promise<PlaygroundResponse | null>;
}

interface Variant {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>> & { readonly etag: string };
}

/** A file and its compressed variants. */
interface Asset {
  readonly plain: Variant;
  readonly compressed: ReadonlyMap<ContentEncoding, Variant>;
}

/**
 * What the playground may do: use this server, and nothing else. Inline styles are for the Monaco editor, which sets
 * colours and sizes that way; scripts are never inline. Workers take the policy of their own file, so that every file
 * is sent with it.
 */
const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "object-src 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

const securityHeaders = {
  'content-security-policy': contentSecurityPolicy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** The page names the assets, so it is asked for each time; an asset never changes under its name. */
const pageCaching = 'no-cache';
const assetCaching = 'public, max-age=31536000, immutable';

/**
 * Finds a built playground: the page for `/`, each asset for `/playground/<name>`.
 * @param directory Where the build put it, such as `playgroundDirectory`.
 * @param warn Is told what to do when there is no complete build.
 * @returns null when there is no complete build
 * @throws when the manifest is not one, or names a file that is not there
 */
export async function loadPlayground(directory: string, warn: (message: string) => void): Promise<Playground | null> {
  const manifest = await readManifest(directory);
  if (!manifest) {
    warn('The playground is not built and will not be served: run `npm run prepare`.');
    return null;
  }
  const assets = new Map(
    await Promise.all(
      manifest.files.map(async (file) => {
        const isPage = file.name === manifest.page;
        const pathname = isPage ? '/' : `/playground/${file.name}`;
        return [pathname, await findAsset(directory, file, isPage)] as const;
      }),
    ),
  );
  return {
    async respond(pathname, acceptEncoding, ifNoneMatch) {
      const asset = assets.get(pathname);
      return asset ? await respondWith(asset, acceptEncoding, ifNoneMatch) : null;
    },
  };
}

async function readManifest(directory: string): Promise<PlaygroundManifest | null> {
  const text = await unlessMissing(readFile(join(directory, 'manifest.json'), 'utf8'));
  return text === null ? null : manifestSchema.parse(JSON.parse(text));
}

/** @returns null where there is no such file */
async function unlessMissing<Content>(reading: Promise<Content>): Promise<Content | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

async function findAsset(
  directory: string,
  { name, contentType, encodings }: PlaygroundManifest['files'][number],
  isPage: boolean,
): Promise<Asset> {
  const caching = isPage ? pageCaching : assetCaching;
  const common = { ...securityHeaders, 'content-type': contentType, 'cache-control': caching, vary: 'accept-encoding' };
  const path = join(directory, name);
  // The name of an asset says what is in it, as a digest would.
  const tag = isPage
    ? createHash('sha256')
        .update(await readFile(path))
        .digest('base64url')
    : name;
  const compressed = encodings.map((encoding) => {
    const headers = { ...common, 'content-encoding': encoding, etag: `"${tag}-${encoding}"` };
    return [encoding, { path: path + encodingSuffixes[encoding], headers }] as const;
  });
  await Promise.all([path, ...compressed.map(([, variant]) => variant.path)].map((file) => access(file)));
  return { plain: { path, headers: { ...common, etag: `"${tag}"` } }, compressed: new Map(compressed) };
}

async function respondWith(
  { plain, compressed }: Asset,
  acceptEncoding: string | undefined,
  ifNoneMatch: string | undefined,
): Promise<PlaygroundResponse | null> {
  const encoding = negotiateEncoding(acceptEncoding, compressed);
  const { path, headers } = (encoding && compressed.get(encoding)) ?? plain;
  if (matches(headers.etag, ifNoneMatch)) return { status: 304, headers, body: new Uint8Array() };
  const body = await unlessMissing(readFile(path));
  return body && { status: 200, headers: { ...headers, 'content-length': String(body.byteLength) }, body };
}

/** The weak comparison of RFC 9110, section 13.1.2. */
function matches(etag: string, ifNoneMatch: string | undefined): boolean {
  const candidates = ifNoneMatch?.split(',').map((candidate) => candidate.trim().replace(/^W\//, ''));
  return candidates?.some((candidate) => candidate === etag || candidate === '*') ?? false;
}
