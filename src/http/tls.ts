import { X509Certificate } from 'node:crypto';
import type { Server } from 'node:http';
import { createSecureContext, Server as TlsServer, type SecureContextOptions } from 'node:tls';
import { AccessError } from '../access/access-error.ts';
import { openLiveFiles, type WatchFiles } from '../access/live-files.ts';
import type { TlsOptions } from '../config/access-settings.ts';
import { OptionsError } from '../config/options.ts';
import type { LogFields } from '../observability/log-lines.ts';
import { errorFields, type Logger } from '../observability/logger.ts';

/** What Node's HTTPS server is made with. */
export interface TlsSettings extends SecureContextOptions {
  /** Whether clients have to show a certificate. */
  readonly requestCert: boolean;
  readonly rejectUnauthorized: boolean;
}

/** Certificates that are followed as they are renewed. */
export interface Tls {
  readonly settings: TlsSettings;
  /** The server's certificate that is in force, as PEM. */
  certificate(): Buffer;
  /** Gives the server the certificates that come from now on. Connections that are open go on with those they have. */
  follow(server: Server): void;
  /** Looks at the files now. */
  check(): Promise<void>;
  close(): void;
}

/**
 * Reads the certificate and its key; null where the options have none, and the server is to speak plain HTTP.
 * @throws OptionsError when one of the files is not named, AccessError when one cannot be used.
 */
export async function openTls(
  { cert, key, clientCa }: TlsOptions,
  logger: Logger,
  watchFiles?: WatchFiles,
): Promise<Tls | null> {
  if (cert === null && key === null) {
    if (clientCa === null) return null;
    throw new OptionsError(
      '--tls-client-ca: certificates of clients need HTTPS; set --tls-cert and --tls-key as well.',
    );
  }
  if (cert === null || key === null) {
    const missing = cert === null ? '--tls-cert (INFERQL_TLS_CERT)' : '--tls-key (INFERQL_TLS_KEY)';
    throw new OptionsError(`HTTPS needs a certificate and its key: set ${missing} as well.`);
  }
  const servers: TlsServer[] = [];
  const files = await openLiveFiles({
    paths: [cert, key, ...(clientCa === null ? [] : [clientCa])],
    read: readSettings,
    watchFiles,
    onChange: (settings) => {
      for (const server of servers) server.setSecureContext(settings);
      logger.info('TLS certificate', factsOf(settings));
    },
    onRefused: (error) =>
      logger.error('the new TLS certificate cannot be used; the one before it stays', errorFields(error)),
  });
  logger.info('TLS certificate', factsOf(files.current));
  return {
    settings: files.current,
    certificate: () => files.current.cert as Buffer,
    follow: (server) => {
      if (!(server instanceof TlsServer)) throw new Error('The server was not made with the settings of TLS.');
      servers.push(server);
      // They may have changed since the server was made.
      server.setSecureContext(files.current);
    },
    check: () => files.check(),
    close: () => files.close(),
  };
}

/** @throws AccessError when the files are no certificates and key, or do not belong together. */
function readSettings([cert, key, ca]: readonly Buffer[]): TlsSettings {
  const context = { cert, key, ...(ca === undefined ? {} : { ca }) };
  try {
    createSecureContext(context);
    if (ca !== undefined) new X509Certificate(ca);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AccessError(`The files of TLS are no certificate with its key: ${reason}.`, { cause: error });
  }
  return { ...context, requestCert: ca !== undefined, rejectUnauthorized: ca !== undefined };
}

function factsOf({ cert, requestCert }: TlsSettings): LogFields {
  const { subject, subjectAltName, validTo } = new X509Certificate(cert as Buffer);
  return { subject, names: subjectAltName, validTo: new Date(validTo).toISOString(), clientCertificates: requestCert };
}
