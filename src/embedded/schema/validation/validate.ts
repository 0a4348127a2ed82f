import type { Resource } from '../../../resource/index.ts';
import type { Cause, TypeSchema } from '../schema.ts';
import { kinds } from './kinds.ts';
import { checkFinalizerOwners, checkMetadata, checkMetadataUpdate, metadataOf } from './metadata.ts';
import { dnsSubdomain } from './names.ts';

/** Groups of servers that stand beside the one for built-in kinds, and check metadata like custom kinds. */
const extensions = new Set(['apiextensions.k8s.io', 'apiregistration.k8s.io']);

/** Everything wrong with an object of a built-in kind, as the real server would say it. */
export function validateBuiltin(type: TypeSchema, object: Resource, old?: Resource, subresource?: string): Cause[] {
  const checks = kinds[`${type.group}/${type.kind}`] ?? kinds[`${type.group}/${type.version}/${type.kind}`] ?? {};
  const metadata = metadataOf(object);
  const owners = extensions.has(type.group) ? [] : checkFinalizerOwners(metadata);
  if (old !== undefined) {
    const causes = [...checkMetadataUpdate(metadata, metadataOf(old)), ...owners];
    // A status is written by controllers, which the server trusts with its form.
    if (subresource !== undefined && subresource !== '') return causes;
    return [...causes, ...(checks.update?.(object, old) ?? checks.create?.(object) ?? [])];
  }
  const rule = checks.nameOf?.(object) ?? checks.name ?? dnsSubdomain;
  return [...checkMetadata(metadata, type.namespaced, rule), ...owners, ...(checks.create?.(object) ?? [])];
}
