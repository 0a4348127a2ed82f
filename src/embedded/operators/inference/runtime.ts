import type { JsonObject, Resource } from '../../../resource/index.ts';
import type { Mirrors } from '../../controllers/mirror.ts';
import type { Container, PodSpec } from '../pod-spec.ts';
import { type Model, protocolOf, servingContainer } from './spec.ts';

type RuntimeSpec = PodSpec & {
  supportedModelFormats?: { name: string; version?: string; autoSelect?: boolean; priority?: number }[];
  protocolVersions?: string[];
  disabled?: boolean;
  multiModel?: boolean;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
};

export interface Runtime {
  kind: 'ServingRuntime' | 'ClusterServingRuntime';
  name: string;
  spec: RuntimeSpec;
}

/** No runtime can serve a model; the reason is one of `modelStatus.lastFailureInfo`. */
export class NoRuntime extends Error {
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

const apiVersion = 'serving.kserve.io/v1alpha1';

/** The runtime that a model names, or the one of the highest priority that supports its format, near ones first. */
export function runtimeFor(mirrors: Mirrors, namespace: string, model: Model): Runtime {
  const { modelFormat, runtime: name } = model;
  const own = mirrors.of(apiVersion, 'ServingRuntime').inNamespace(namespace).map(runtimeOf);
  const all = [...own, ...mirrors.of(apiVersion, 'ClusterServingRuntime').all().map(runtimeOf)];
  if (name !== undefined) return named(all, name, model);
  const priority = ({ spec }: Runtime) =>
    Math.max(
      0,
      ...(spec.supportedModelFormats ?? []).filter((one) => fits(one, model)).map((one) => one.priority ?? 0),
    );
  const near = ({ kind }: Runtime) => (kind === 'ServingRuntime' ? 1 : 0);
  const [best] = all
    .filter((one) => one.spec.disabled !== true && one.spec.multiModel !== true && supports(one, model, true))
    .sort(
      (one, other) => near(other) - near(one) || priority(other) - priority(one) || (one.name < other.name ? -1 : 1),
    );
  if (best !== undefined) return best;
  const version = modelFormat.version === undefined ? '' : ` ${modelFormat.version}`;
  throw new NoRuntime(
    'NoSupportingRuntime',
    `no runtime found to support predictor with model type: {${modelFormat.name}${version}}`,
  );
}

function named(all: readonly Runtime[], name: string, model: Model): Runtime {
  const found = all.find((one) => one.name === name);
  if (found === undefined) throw new NoRuntime('RuntimeNotRecognized', 'Waiting for runtime to become available');
  if (found.spec.disabled === true) throw new NoRuntime('RuntimeDisabled', 'Specified runtime is disabled');
  if (!supports(found, model, false))
    throw new NoRuntime('NoSupportingRuntime', 'Specified runtime does not support specified framework/version');
  return found;
}

function runtimeOf(found: Resource): Runtime {
  return {
    kind: found.kind as Runtime['kind'],
    name: found.metadata.name,
    spec: structuredClone(found['spec']) as RuntimeSpec,
  };
}

function supports({ spec }: Runtime, model: Model, isChosen: boolean): boolean {
  const formats = (spec.supportedModelFormats ?? []).filter((one) => fits(one, model));
  const speaks = spec.protocolVersions === undefined || spec.protocolVersions.includes(protocolOf(model));
  return speaks && formats.some((one) => !isChosen || one.autoSelect === true);
}

/** A runtime for version 1 serves 1.3. */
function fits({ name, version }: { name: string; version?: string }, { modelFormat: wanted }: Model): boolean {
  if (name !== wanted.name) return false;
  return (
    wanted.version === undefined || version === undefined || wanted.version.split('.')[0] === version.split('.')[0]
  );
}

/** The runtime's pod with the model's own settings over it, and its placeholders filled in. */
export function mergedPod(service: Resource, { spec }: Runtime, model: Model): PodSpec {
  const {
    supportedModelFormats: _,
    protocolVersions: __,
    disabled: ___,
    multiModel: ____,
    labels: _____,
    annotations: ______,
    ...rest
  } = spec;
  const { builtInAdapter, replicas, storageHelper, workerSpec, grpcEndpoint, ...pod } = rest;
  const containers = spec.containers.map((one) => (one.name === servingContainer ? withModel(one, model) : one));
  return filled(service, { ...pod, containers });
}

function withModel(container: Container, model: Model): Container {
  const { modelFormat, storageUri, storage, protocolVersion, runtime, runtimeVersion, name: _, ...own } = model;
  const names = new Set((own.env ?? []).map((variable) => variable.name));
  const env = [...(container.env ?? []).filter((variable) => !names.has(variable.name)), ...(own.env ?? [])];
  const args = [...(container.args ?? []), ...(own.args ?? [])];
  const image = runtimeVersion === undefined ? {} : { image: withTag(container.image ?? '', runtimeVersion) };
  const resources = joined(container['resources'], own['resources']);
  return {
    ...container,
    ...image,
    ...own,
    name: servingContainer,
    ...(env.length === 0 ? {} : { env }),
    ...(args.length === 0 ? {} : { args }),
    ...(resources === undefined ? {} : { resources }),
  };
}

function joined(base: unknown, own: unknown): JsonObject | undefined {
  const [first, second] = [base, own] as (Record<string, JsonObject> | undefined)[];
  if (first === undefined || second === undefined) return first ?? second;
  const part = (key: string) => ({ [key]: { ...first[key], ...second[key] } });
  return { ...first, ...second, ...part('requests'), ...part('limits') };
}

const withTag = (image: string, tag: string) => `${image.replace(/(:[^:/]+)?(@.*)?$/, '')}:${tag}`;

/** `{{.Name}}`, `{{.Namespace}}`, `{{.Labels.x}}` and `{{.Annotations.x}}` are the service's own. */
function filled(service: Resource, pod: PodSpec): PodSpec {
  const { name, namespace, labels = {}, annotations = {} } = service.metadata;
  const values: Record<string, string> = { Name: name, Namespace: namespace ?? '' };
  const text = JSON.stringify(pod).replaceAll(
    /\{\{\s*\.(\w+)(?:\.([\w./-]+))?\s*\}\}/g,
    (whole, key: string, inner: string | undefined) => {
      const value =
        key === 'Labels' ? labels[inner ?? ''] : key === 'Annotations' ? annotations[inner ?? ''] : values[key];
      return value === undefined ? whole : JSON.stringify(value).slice(1, -1);
    },
  );
  return JSON.parse(text) as PodSpec;
}
