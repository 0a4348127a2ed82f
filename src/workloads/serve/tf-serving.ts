import type { JsonObject, Resource } from '../../resource/index.ts';
import { tensorflowServing } from '../images.ts';
import { metadata, podSpec } from '../pod.ts';
import type { ServeSpec } from './spec.ts';

const ports = { grpc: 8500, http: 8501 };
const root = '/models';

/** TensorFlow Serving as a Deployment and a Service: it watches the numbered versions of a model by itself. */
export function tensorflowServer(spec: ServeSpec): Resource[] {
  const own = metadata(spec, 'serve');
  const selector = { 'app.kubernetes.io/name': 'tf-serving', 'app.kubernetes.io/instance': spec.name };
  const labels = { ...(own.labels as Record<string, string>), ...selector };
  const { base, volume } = place(spec);
  const probe = { httpGet: { path: `/v1/models/${spec.name}`, port: 'http' } };
  const pod = podSpec(spec, {
    name: 'server',
    image: spec.image ?? tensorflowServing,
    command: spec.command,
    args: [
      `--port=${ports.grpc}`,
      `--rest_api_port=${ports.http}`,
      `--model_name=${spec.name}`,
      `--model_base_path=${base}`,
      ...spec.args,
    ],
    ports: Object.entries(ports).map(([name, containerPort]) => ({ name, containerPort })),
    mounts: volume === undefined ? [] : [{ name: 'model', mountPath: root, readOnly: true }],
    volumes: volume === undefined ? [] : [volume],
    more: {
      ...(spec.command === undefined ? { command: ['/usr/bin/tensorflow_model_server'] } : {}),
      // Big models load for long; it is ready once a version is.
      startupProbe: { ...probe, periodSeconds: 5, failureThreshold: 120 },
      readinessProbe: { ...probe, periodSeconds: 5 },
      livenessProbe: { tcpSocket: { port: 'http' }, periodSeconds: 15 },
    },
  });
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { ...own, labels },
      spec: {
        replicas: spec.minReplicas ?? 1,
        selector: { matchLabels: selector },
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0 } },
        template: { metadata: { labels }, spec: pod } as JsonObject,
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { ...own, labels },
      spec: {
        selector,
        ports: Object.entries(ports).map(([name, port]) => ({ name, port, targetPort: name })),
      },
    },
  ];
}

/** The base path of the server; a claim is mounted, a store is read by the server itself. */
function place(spec: ServeSpec): { base: string; volume?: JsonObject } {
  const [, claimName, path = ''] = /^pvc:\/\/([^/]+)\/?(.*)$/.exec(spec.model ?? '') ?? [];
  if (claimName === undefined) return { base: spec.model ?? '' };
  return {
    base: path === '' ? root : `${root}/${path.replace(/\/$/, '')}`,
    volume: { name: 'model', persistentVolumeClaim: { claimName, readOnly: true } },
  };
}
