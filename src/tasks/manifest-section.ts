import type { z } from 'zod';
import type { Manifest } from '../repository/manifest.ts';

/** A key of the manifest that belongs to the tasks which list it. Tasks that share a key share the object. */
export interface ManifestSection<Schema extends z.ZodObject = z.ZodObject> {
  readonly key: string;
  /** Must accept `{}`: that is what a manifest without the key says. */
  readonly schema: Schema;
}

/** What a manifest says under the key of a section, with the defaults of what it leaves out. */
export function readSection<Schema extends z.ZodObject>(
  manifest: Manifest,
  { key, schema }: ManifestSection<Schema>,
): z.output<Schema> {
  const given: unknown = Object.hasOwn(manifest, key) ? manifest[key as keyof Manifest] : undefined;
  return schema.parse(given ?? {});
}
