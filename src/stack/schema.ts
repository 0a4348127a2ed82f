import * as z from 'zod/mini';

export const apiVersion = 'slipway.dev/v1alpha1';

/** A name as Kubernetes allows it in a label and as part of an object's name (RFC 1123). */
export const label = z
  .string()
  .check(z.regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'must be lower-case letters, digits and dashes, at most 63'));

const text = z.string().check(z.minLength(1));
const names = z._default(z.array(text), []);

/** What can make a cluster on this machine. */
const provider = z.enum(['embedded', 'kind', 'minikube', 'k3d', 'microk8s', 'k3s']);

/** `slipway.yaml`: what the user wants, and where. */
export const stackSchema = z.strictObject({
  apiVersion: z.literal(apiVersion),
  kind: z.literal('Stack'),
  metadata: z.strictObject({ name: label }),
  spec: z.strictObject({
    components: z
      .array(
        z.strictObject({
          name: label,
          /** `external`: already in the cluster; checked, never touched. */
          provider: z.optional(z.enum(['external'])),
        }),
      )
      .check(({ value, issues }) => {
        const seen = new Set<string>();
        for (const [index, { name }] of value.entries()) {
          if (seen.has(name)) {
            issues.push({ code: 'custom', input: name, path: [index, 'name'], message: `lists ${name} a second time` });
          }
          seen.add(name);
        }
      }),
    environments: z.record(
      label,
      z.strictObject({
        /** A directory with a kustomization. */
        overlay: text,
        /** Which cluster: a local provider, or a context together with the UID of its `kube-system` namespace. */
        cluster: z.optional(
          z
            .strictObject({
              provider: z.optional(provider),
              /** Of the provider's cluster; `default` if it is not given. */
              name: z.optional(label),
              context: z.optional(text),
              uid: z.optional(text),
            })
            .check(
              z.refine(({ provider, context }) => (provider === undefined) !== (context === undefined), {
                error: 'must name a provider or a context, and one of them alone',
              }),
            ),
        ),
        /** Asks for the environment's name before anything is changed, and never removes user data. */
        protected: z._default(z.boolean(), false),
      }),
    ),
  }),
});

/** `manifests/<name>/component.yaml`: what a kustomization cannot say about a component. */
export const componentSchema = z.strictObject({
  apiVersion: z.literal(apiVersion),
  kind: z.literal('Component'),
  metadata: z.strictObject({ name: label }),
  spec: z.strictObject({
    title: text,
    description: text,
    upstream: z.strictObject({ repository: text, version: text, licence: text }),
    /** Other components, or what they provide, that must be in the stack too. */
    requires: names,
    provides: names,
    conflicts: names,
    namespaces: z.array(label),
    /** The sum of what its workloads request when nothing runs yet. */
    budget: z.strictObject({ cpu: text, memory: text, storage: z.optional(text) }),
    /** Every image that it may ever start, those named in arguments, environment and ConfigMaps too. */
    images: z.array(text),
    /** Tested Kubernetes versions. */
    kubernetes: z.strictObject({ min: text, max: text }),
    /** Kinds that hold what users made. */
    userData: names,
    presets: names,
  }),
});

/** `slipway.lock`: what was vendored, so that a change of it is noticed. */
export const lockSchema = z.strictObject({
  apiVersion: z.literal(apiVersion),
  kind: z.literal('Lock'),
  spec: z.strictObject({
    components: z.array(
      z.strictObject({
        name: label,
        version: text,
        /** The version of Slipway whose catalogue it came from. */
        catalogue: text,
        /** File below `manifests/<name>/` → `sha256:` and the hash of its bytes. */
        files: z.record(text, z.string().check(z.regex(/^sha256:[0-9a-f]{64}$/, 'must be sha256: and 64 hex digits'))),
      }),
    ),
  }),
});
