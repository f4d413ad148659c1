import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

/** A certificate with its key, in PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** An authority, which tests trust and nobody else does. */
export interface Authority extends Certificate {
  /** Makes a certificate for 127.0.0.1 and localhost, of a server or a client. */
  issue(name: string): Certificate;
}

const day = 24 * 60 * 60_000;

/** Makes an authority: X.509 certificates (RFC 5280) with ECDSA on P-256, written by hand, for Node makes none. */
export function makeAuthority(name = 'inferql test authority'): Authority {
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issue = (subject: string, publicKey: KeyObject, isAuthority: boolean): string => {
    const extensions = sequence(
      extension('551d13', sequence(...(isAuthority ? [der(0x01, Buffer.from([255]))] : []))),
      ...(isAuthority
        ? []
        : [extension('551d11', sequence(der(0x82, Buffer.from('localhost')), der(0x87, Buffer.from([127, 0, 0, 1]))))]),
    );
    const body = sequence(
      der(0xa0, der(0x02, Buffer.from([2]))),
      der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
      ecdsaWithSha256,
      nameOf(name),
      sequence(time(Date.now() - day), time(Date.now() + 365 * day)),
      nameOf(subject),
      publicKey.export({ type: 'spki', format: 'der' }),
      der(0xa3, extensions),
    );
    const signature = Buffer.concat([Buffer.from([0]), sign('sha256', body, own.privateKey)]);
    return pem(sequence(body, ecdsaWithSha256, der(0x03, signature)));
  };
  return {
    cert: issue(name, own.publicKey, true),
    key: pemOf(own.privateKey),
    issue: (subject) => {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      return { cert: issue(subject, publicKey, false), key: pemOf(privateKey) };
    },
  };
}

/** One value in DER: tag, length, content. */
function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  // In as few bytes as it takes, which is what makes it DER.
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, Buffer.concat(parts));
const identifier = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const ecdsaWithSha256 = sequence(identifier('2a8648ce3d040302'));
const extension = (oid: string, value: Buffer): Buffer => sequence(identifier(oid), der(0x04, value));
const nameOf = (common: string): Buffer =>
  sequence(der(0x31, sequence(identifier('550403'), der(0x0c, Buffer.from(common)))));

/** `YYMMDDHHMMSSZ`, which is for years before 2050. */
function time(atMs: number): Buffer {
  const digits = new Date(atMs).toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return der(0x17, Buffer.from(digits.slice(2)));
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function pemOf(key: KeyObject): string {
  return String(key.export({ type: 'pkcs8', format: 'pem' }));
}
