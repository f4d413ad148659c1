import { errorFields, type Logger } from '../observability/logger.ts';
import type { AccessPlan, TokenPlan } from './access-plan.ts';
import { createAuthenticator, type Authenticator } from './authenticator.ts';
import { KeyRing } from './key-ring.ts';
import { parseKeys } from './keys-file.ts';
import { openLiveFiles, type LiveFiles } from './live-files.ts';

/** Who may call, with everything that it takes to find out. */
export interface Access {
  /** Null where nobody needs a key. */
  readonly authenticator: Authenticator | null;
  close(): void;
}

/**
 * Reads the keys, and follows their files.
 * @throws AccessError when a file cannot be used.
 */
export async function openAccess(plan: AccessPlan, logger: Logger): Promise<Access> {
  if (plan.kind === 'open') return { authenticator: null, close: () => undefined };
  const { keysFile, tokens } = plan;
  const ring = keysFile === null ? null : await openKeys(keysFile, logger);
  const verification =
    tokens === null
      ? null
      : await openTokens(tokens, logger).catch((error: unknown) => {
          ring?.close();
          throw error;
        });
  return {
    authenticator: createAuthenticator({
      keys: () => ring?.current ?? null,
      tokens: verification?.verifier ?? null,
      now: Date.now,
    }),
    close: () => {
      ring?.close();
      verification?.close();
    },
  };
}

/** What verifies tokens is only loaded where tokens are taken. */
async function openTokens(tokens: TokenPlan, logger: Logger) {
  const [{ openTokenKeys }, { createTokenVerifier }] = await Promise.all([
    import('./token-keys.ts'),
    import('./token-verifier.ts'),
  ]);
  const keys = await openTokenKeys(tokens.source, {
    algorithms: tokens.algorithms,
    onRefused: (error) => logger.error('the keys of tokens cannot be had', errorFields(error)),
  });
  const verifier = createTokenVerifier(tokens, keys.find, (error) =>
    logger.error('a token cannot be verified', errorFields(error)),
  );
  return { verifier, close: () => keys.close() };
}

async function openKeys(path: string, logger: Logger): Promise<LiveFiles<KeyRing>> {
  const tell = (ring: KeyRing) => {
    logger.info('API keys', { file: path, keys: ring.size });
    if (ring.size === 0) logger.warn('no API keys', { hint: 'Make one with "inferql key create".' });
  };
  const file = await openLiveFiles({
    paths: [path],
    read: ([bytes]) => new KeyRing(parseKeys(String(bytes))),
    onChange: tell,
    onRefused: (error) => logger.error('the keys file cannot be used; the keys before it stay', errorFields(error)),
  });
  tell(file.current);
  return file;
}
