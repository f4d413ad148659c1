import { integer, text, toggle } from './setting-types.ts';

/** Who may call. `null` is not set. */
export interface AccessOptions {
  /** Absolute path of the keys file. */
  readonly keys: string | null;
  /** Whether to listen for other machines although anybody may call. */
  readonly allowAnonymous: boolean;
  readonly jwtIssuer: string | null;
  readonly jwtAudience: string | null;
  /** A URL, or a path as it was given. */
  readonly jwtJwks: string | null;
  /** Absolute path. */
  readonly jwtSecretFile: string | null;
  /** Separated by commas. */
  readonly jwtAlgorithms: string | null;
  readonly jwtClockToleranceMs: number;
}

/** How connections are secured: absolute paths of files in PEM; `null` is not set. */
export interface TlsOptions {
  readonly cert: string | null;
  readonly key: string | null;
  readonly clientCa: string | null;
}

/** Settings that are paths, made absolute. */
export type PathSetting =
  | 'keys'
  | 'jwtSecretFile'
  | 'tlsCert'
  | 'tlsKey'
  | 'tlsClientCa'
  | 'trustedDocumentsFile'
  | 'logFile';

const optional = text.nullable().default(null);

/** Who may call, and how connections are secured. Spread into the table of all settings. */
export const accessSettings = {
  keys: {
    env: 'INFERQL_KEYS',
    schema: optional,
    help: 'File of the API keys that `inferql key create` makes; with it, whoever calls needs a key or a token.',
  },
  allowAnonymous: {
    env: 'INFERQL_ALLOW_ANONYMOUS',
    schema: toggle.default(false),
    help: 'Whether to listen on an address that other machines reach although neither keys nor tokens are asked for, so that everybody there may use every model.',
  },
  jwtIssuer: { env: 'INFERQL_JWT_ISSUER', schema: optional, help: 'Issuer that tokens (JWT) must have, their `iss`.' },
  jwtAudience: {
    env: 'INFERQL_JWT_AUDIENCE',
    schema: optional,
    help: 'Audience that tokens must be meant for, in their `aud`.',
  },
  jwtJwks: {
    env: 'INFERQL_JWT_JWKS',
    schema: optional,
    help: "The issuer's public keys (a JSON Web Key Set): an https URL or a file; with it, whoever calls needs a token or a key.",
  },
  jwtSecretFile: {
    env: 'INFERQL_JWT_SECRET_FILE',
    schema: optional,
    help: 'File of the secret that tokens are signed with, for issuers without public keys: in the place of `jwtJwks`, for algorithms HS256 to HS512.',
  },
  jwtAlgorithms: {
    env: 'INFERQL_JWT_ALGORITHMS',
    schema: optional,
    help: 'Algorithms that tokens may be signed with, separated by commas. Without it those of RSA, ECDSA and EdDSA with public keys, and HS256 with a secret.',
  },
  jwtClockToleranceMs: {
    env: 'INFERQL_JWT_CLOCK_TOLERANCE_MS',
    schema: integer(0, 600_000).default(5000),
    help: "How far the issuer's clock may be from this one's.",
  },
  tlsCert: {
    env: 'INFERQL_TLS_CERT',
    schema: optional,
    help: 'File of the certificate, with those that lead to its authority, in PEM: the server speaks HTTPS with it, and reads it again when it is renewed.',
  },
  tlsKey: { env: 'INFERQL_TLS_KEY', schema: optional, help: "File of the certificate's private key, in PEM." },
  tlsClientCa: {
    env: 'INFERQL_TLS_CLIENT_CA',
    schema: optional,
    help: 'File of the authorities, in PEM, of which clients must show a certificate; probes too.',
  },
} as const;
