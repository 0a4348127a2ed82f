import type { Resource } from '../../../resource/index.ts';
import type { Cause, TypeSchema } from '../schema.ts';
import { kinds } from './kinds.ts';
import { checkMetadata, checkMetadataUpdate, metadataOf } from './metadata.ts';
import { dnsSubdomain } from './names.ts';

/** Everything wrong with an object of a built-in kind, as the real server would say it. */
export function validateBuiltin(type: TypeSchema, object: Resource, old?: Resource, subresource?: string): Cause[] {
  const checks = kinds[`${type.group}/${type.kind}`] ?? kinds[`${type.group}/${type.version}/${type.kind}`] ?? {};
  const metadata = metadataOf(object);
  if (old !== undefined) {
    const causes = checkMetadataUpdate(metadata, metadataOf(old));
    // A status is written by controllers, which the server trusts with its form.
    if (subresource !== undefined && subresource !== '') return causes;
    return [...causes, ...(checks.update?.(object, old) ?? checks.create?.(object) ?? [])];
  }
  const rule = checks.nameOf?.(object) ?? checks.name ?? dnsSubdomain;
  return [...checkMetadata(metadata, type.namespaced, rule), ...(checks.create?.(object) ?? [])];
}
