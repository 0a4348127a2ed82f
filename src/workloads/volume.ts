import * as z from 'zod/mini';
import type { Resource } from '../resource/index.ts';
import { defined } from './defined.ts';
import { readSpec } from './problems.ts';
import { objectName, quantity, text } from './shape.ts';

const volumeSchema = z.strictObject({
  name: objectName,
  namespace: text,
  size: quantity,
  storageClass: z.optional(objectName),
  access: z._default(z.enum(['ReadWriteOnce', 'ReadWriteMany', 'ReadOnlyMany']), 'ReadWriteOnce'),
});
type VolumeSpec = z.output<typeof volumeSchema>;

export function readVolume(value: unknown): VolumeSpec {
  return readSpec('volume', volumeSchema, value);
}

/** A claim for data, checkpoints or models. */
export function volume({ name, namespace, size, storageClass, access }: VolumeSpec): Resource {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace, labels: { 'app.kubernetes.io/managed-by': 'slipway' } },
    spec: defined({
      accessModes: [access],
      storageClassName: storageClass,
      resources: { requests: { storage: size } },
    }),
  };
}
