/** The compressions that files are prepared in, the smallest first. */
export const contentEncodings = ['br', 'gzip'] as const;

/** A compression that a file can be sent in. */
export type ContentEncoding = (typeof contentEncodings)[number];

/**
 * Chooses among the variants of a file by `Accept-Encoding` (RFC 9110, section 12.5.3): the smallest that the client
 * takes. The weights only tell what it does not take, since to a client that takes several the smallest is the best.
 * @param acceptEncoding The header; without it only the plain file is sent, which every client can read.
 * @param variants The encodings that there are.
 * @returns null for the plain file, which is also sent to a client that refuses everything there is
 */
export function negotiateEncoding(
  acceptEncoding: string | undefined,
  variants: { has(encoding: ContentEncoding): boolean },
): ContentEncoding | null {
  const weights = new Map((acceptEncoding ?? '').split(',').map(parseCoding));
  const accepted = contentEncodings.find(
    (encoding) => variants.has(encoding) && (weights.get(encoding) ?? weights.get('*') ?? 0) > 0,
  );
  return accepted ?? null;
}

/** `gzip;q=0.5` → `['gzip', 0.5]`. */
function parseCoding(text: string): [name: string, weight: number] {
  const [name = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice('q='.length);
  return [name, weight === undefined ? 1 : Number(weight)];
}
