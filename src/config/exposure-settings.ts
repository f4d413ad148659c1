import { z } from 'zod';
import { text, toggle } from './setting-types.ts';

/** What is shown to whom. */
export interface ExposureOptions {
  /** Whether clients may ask for the schema. */
  readonly introspection: boolean;
  /** Origins of other sites whose pages may read answers, such as `https://app.example.com`. */
  readonly corsOrigins: readonly string[];
  readonly trustedDocuments: TrustedDocumentsOptions;
}

/** Which documents are run; with `allow` and `require` there is a file, an absolute path. */
export type TrustedDocumentsOptions =
  | { readonly mode: 'off'; readonly file: null }
  | { readonly mode: 'allow' | 'require'; readonly file: string };

/** An origin is written as browsers send it, or it never equals one: no path, no slash at the end, no default port. */
const origin = z.string().refine(isOrigin, {
  error:
    'must be origins such as https://app.example.com, separated by commas: scheme, host and port as browsers send them, no wildcard and no path',
});

const origins = z.preprocess(
  (given) => (typeof given === 'string' ? given.split(',').map((each) => each.trim()) : given),
  z.array(origin),
);

function isOrigin(given: string): boolean {
  return /^https?:\/\/[^*]+$/.test(given) && URL.canParse(given) && new URL(given).origin === given;
}

/** What is shown to whom. Spread into the table of all settings. */
export const exposureSettings = {
  introspection: {
    env: 'INFERQL_INTROSPECTION',
    schema: toggle.default(true),
    help: 'Whether clients may ask for the schema. Without it the playground has neither documentation nor completion, and errors suggest no names; the flag turns it off.',
  },
  corsOrigins: {
    env: 'INFERQL_CORS_ORIGINS',
    schema: origins.nullable().default(null),
    help: 'Origins of other sites whose pages may use the API from a browser, separated by commas, such as https://app.example.com.',
  },
  trustedDocuments: {
    env: 'INFERQL_TRUSTED_DOCUMENTS',
    schema: z.enum(['off', 'allow', 'require'], { error: 'must be off, allow or require' }).default('off'),
    help: 'Whether the documents of trustedDocumentsFile can be asked for by their ids (allow), and no others are run (require): allow, require or off.',
  },
  trustedDocumentsFile: {
    env: 'INFERQL_TRUSTED_DOCUMENTS_FILE',
    schema: text.nullable().default(null),
    help: 'File of trusted documents by id, as the client preset of GraphQL Code Generator writes it (persisted-documents.json); it is read again when it changes.',
  },
} as const;
