import * as z from 'zod/mini';
import { nearest } from '../errors.ts';
import type { JsonObject, Resource } from '../resource/index.ts';
import { notebookPresets } from './images.ts';
import { claim, metadata, podProblems, podSpec, volumeName } from './pod.ts';
import { readSpec } from './problems.ts';
import { objectName, podShape, quantity, text } from './shape.ts';

const notebookSchema = z.strictObject({
  ...podShape,
  /** A preset (`jupyter-scipy`, `vscode` …) or any image that serves under NB_PREFIX. */
  image: z._default(text, 'jupyter-scipy'),
  workspace: z._default(
    z.strictObject({
      /** `new` makes a claim that outlives stops; `existing` takes `claim`; `none` loses what is written. */
      kind: z._default(z.enum(['new', 'existing', 'none']), 'new'),
      claim: z.optional(objectName),
      size: z._default(quantity, '10Gi'),
      storageClass: z.optional(objectName),
      path: z.optional(text),
    }),
    { kind: 'new', size: '10Gi' },
  ),
  /** Claims that are made together with the notebook. */
  newVolumes: z._default(
    z.array(z.strictObject({ claim: objectName, path: text, size: quantity, storageClass: z.optional(objectName) })),
    [],
  ),
  /** PodDefaults that select by the label `NAME: "true"`. */
  configurations: z._default(z.array(objectName), []),
  /** For images of your own that start something else. */
  command: z.optional(z.array(text)),
  args: z.optional(z.array(z.string())),
});
export type NotebookSpec = z.output<typeof notebookSchema>;

/** StatefulSet pods carry the name and a hash in a label (notebook controller). */
const nameRule = { most: 52, what: 'its pods carry the name and a hash in a label' };

/** Checks a spec; throws with all of its problems. */
export function readNotebook(value: unknown): NotebookSpec {
  return readSpec('notebook', notebookSchema, value, (spec) => {
    const problems = podProblems(spec, nameRule);
    const { kind, claim: existing } = spec.workspace;
    if (kind === 'existing' && existing === undefined) problems.push('workspace.claim is missing: which one exists?');
    const isPreset = /^[a-z-]+$/.test(spec.image);
    if (isPreset && notebookPresets[spec.image] === undefined) {
      const guess = nearest(spec.image, Object.keys(notebookPresets));
      const known = guess === undefined ? Object.keys(notebookPresets).join(', ') : `did you mean ${guess}?`;
      problems.push(`image is neither a preset nor a reference with a tag: ${spec.image} (${known})`);
    }
    return problems;
  });
}

export const workspaceClaim = (spec: NotebookSpec) => spec.workspace.claim ?? `${spec.name}-workspace`;

/** The claims that are made first, then the Notebook. */
export function notebook(spec: NotebookSpec): Resource[] {
  const preset = notebookPresets[spec.image];
  const home = spec.workspace.path ?? preset?.home ?? '/home/jovyan';
  const prefix = `/notebook/${spec.namespace ?? 'default'}/${spec.name}/`;
  const claims = [
    ...(spec.workspace.kind === 'none' ? [] : [{ claim: workspaceClaim(spec), path: home }]),
    ...spec.newVolumes.map(({ claim, path }) => ({ claim, path })),
  ];
  const pod = podSpec(
    { ...spec, gpu: spec.gpu ?? (preset?.gpu === true ? 1 : undefined) },
    {
      name: spec.name,
      image: preset?.image ?? spec.image,
      command: spec.command ?? preset?.command,
      args: spec.args,
      mounts: claims.map(({ claim, path }) => ({ name: volumeName(claim), mountPath: path })),
      volumes: claims.map(({ claim }) => ({ name: volumeName(claim), persistentVolumeClaim: { claimName: claim } })),
      more: preset?.command === undefined && preset?.home === undefined ? {} : { workingDir: home },
    },
  );
  const made = [
    ...(spec.workspace.kind === 'new' ? [{ ...spec.workspace, claim: workspaceClaim(spec) }] : []),
    ...spec.newVolumes,
  ];
  const headers =
    spec.image === 'rstudio'
      ? { 'notebooks.kubeflow.org/http-headers-request-set': JSON.stringify({ 'X-RStudio-Root-Path': prefix }) }
      : {};
  return [
    ...made.map(({ claim: name, size, storageClass }) => claim(spec, 'notebook', { name, size, storageClass })),
    {
      apiVersion: 'kubeflow.org/v1',
      kind: 'Notebook',
      metadata: metadata(spec, 'notebook', {
        labels: Object.fromEntries(spec.configurations.map((name) => [name, 'true'])),
        annotations: { ...preset?.annotations, ...headers },
      }),
      spec: { template: { spec: pod } } as JsonObject,
    },
  ];
}

/** A file of a notebook, where any field may be missing because a flag says it. */
export const notebookFile = z.partial(notebookSchema);
