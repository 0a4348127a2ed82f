import * as z from 'zod/mini';
import { quantityPattern } from './quantity.ts';

const dns = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

export const text = z.string().check(z.minLength(1));
export const quantity = z.string().check(z.regex(quantityPattern, 'must be a quantity such as 500m, 2 or 4Gi'));
/** The name of an object that is referred to (RFC 1123 subdomain). */
export const objectName = z
  .string()
  .check(z.regex(dns, 'must be lower-case letters, digits, dashes and dots'), z.maxLength(253));
export const wholeNumber = (least: number) => z.int().check(z.minimum(least));
/** Any object of Kubernetes, checked by the server. */
export const anything = z.record(z.string(), z.json());
const texts = z.record(z.string(), z.string());

/** `nvidia.com/gpu` and its relatives, by the name that people say. */
export const gpuKinds = { nvidia: 'nvidia.com/gpu', amd: 'amd.com/gpu', gaudi: 'habana.ai/gaudi' } as const;

/** A volume claim, and where its content is found in the container. */
export const mount = z.strictObject({
  claim: objectName,
  path: z.string().check(z.regex(/^\/[^:]*$/, 'must be an absolute path without a colon')),
  subPath: z.optional(text),
  readOnly: z.optional(z.boolean()),
});

/** What every workload may say about its pods. */
export const podShape = {
  name: text,
  namespace: z.optional(text),
  image: z.optional(text),
  pullPolicy: z.optional(z.enum(['Always', 'IfNotPresent', 'Never'])),
  pullSecrets: z._default(z.array(objectName), []),
  cpu: z.optional(quantity),
  memory: z.optional(quantity),
  cpuLimit: z.optional(quantity),
  memoryLimit: z.optional(quantity),
  gpu: z.optional(wholeNumber(0)),
  gpuKind: z._default(z.enum(['nvidia', 'amd', 'gaudi']), 'nvidia'),
  env: z._default(
    z.record(z.string().check(z.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of a variable')), z.string()),
    {},
  ),
  /** `secret/NAME` or `configmap/NAME`: every key becomes a variable. */
  envFrom: z._default(
    z.array(
      z
        .string()
        .check(
          z.regex(/^(secret|configmap)\/[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/, 'must be secret/NAME or configmap/NAME'),
        ),
    ),
    [],
  ),
  volumes: z._default(z.array(mount), []),
  /** The size of `/dev/shm`, in memory. */
  shm: z.optional(quantity),
  nodeSelector: z._default(texts, {}),
  tolerations: z._default(z.array(anything), []),
  /** `spread`: not beside its like; `exclusive`: never on a node with its like; or an Affinity of Kubernetes. */
  affinity: z.optional(z.union([z.enum(['spread', 'exclusive']), anything])),
  serviceAccount: z.optional(objectName),
  labels: z._default(texts, {}),
  annotations: z._default(texts, {}),
  /** Anything else of a PodSpec, as Kubernetes writes it; wins over the rest. */
  pod: z._default(anything, {}),
};

const podSchema = z.strictObject(podShape);
export type PodShape = z.output<typeof podSchema>;
