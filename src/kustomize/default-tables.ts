import { type FieldTables, fieldSpec, sortTables } from './field-specs.ts';
import { nameReferences } from './name-references.ts';

const metadataLabels = [
  '+metadata/labels',
  '+spec/template/metadata/labels ReplicationController.v1',
  '+spec/template/metadata/labels Deployment',
  '+spec/template/metadata/labels ReplicaSet',
  '+spec/template/metadata/labels DaemonSet',
  '+spec/template/metadata/labels StatefulSet.apps',
  '+spec/volumeClaimTemplates[]/metadata/labels StatefulSet.apps',
  '+spec/template/metadata/labels Job.batch',
  '+spec/jobTemplate/metadata/labels CronJob.batch',
  '+spec/jobTemplate/spec/template/metadata/labels CronJob.batch',
];

const spread = [
  'affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels',
  'affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels',
  'affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels',
  'affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels',
  'topologySpreadConstraints/labelSelector/matchLabels',
];

const selectors = [
  '+spec/selector Service.v1',
  '+spec/selector ReplicationController.v1',
  '+spec/selector/matchLabels Deployment',
  ...spread.map((path) => `spec/template/spec/${path} Deployment.apps`),
  '+spec/selector/matchLabels ReplicaSet',
  '+spec/selector/matchLabels DaemonSet',
  '+spec/selector/matchLabels StatefulSet.apps',
  ...spread.map((path) => `spec/template/spec/${path} StatefulSet.apps`),
  'spec/selector/matchLabels Job.batch',
  'spec/jobTemplate/spec/selector/matchLabels CronJob.batch',
  'spec/selector/matchLabels PodDisruptionBudget.policy',
  'spec/podSelector/matchLabels NetworkPolicy.networking.k8s.io',
  'spec/ingress/from/podSelector/matchLabels NetworkPolicy.networking.k8s.io',
  'spec/egress/to/podSelector/matchLabels NetworkPolicy.networking.k8s.io',
];

const annotations = [
  '+metadata/annotations',
  '+spec/template/metadata/annotations ReplicationController.v1',
  '+spec/template/metadata/annotations Deployment',
  '+spec/template/metadata/annotations ReplicaSet',
  '+spec/template/metadata/annotations DaemonSet',
  '+spec/template/metadata/annotations StatefulSet',
  '+spec/template/metadata/annotations Job.batch',
  '+spec/jobTemplate/metadata/annotations CronJob.batch',
  '+spec/jobTemplate/spec/template/metadata/annotations CronJob.batch',
];

const images = ['spec', 'spec/template/spec'].flatMap((pod) => [
  `+${pod}/containers[]/image`,
  `+${pod}/initContainers[]/image`,
  `+${pod}/volumes[]/image/reference`,
]);

const containers = ['containers', 'initContainers'].flatMap((list) =>
  ['args', 'command', 'env/value', 'volumeMounts/mountPath'].map((path) => `${list}/${path}`),
);
const podVariables = (pod: string, kind: string) => [
  ...containers.map((path) => `${pod}/${path} ${kind}`),
  `${pod}/volumes/nfs/server ${kind}`,
];

const variables = [
  ...containers.map((path) => `spec/jobTemplate/spec/template/spec/${path} CronJob`),
  'spec/jobTemplate/spec/template/volumes/nfs/server CronJob',
  ...podVariables('spec/template/spec', 'DaemonSet'),
  ...podVariables('spec/template/spec', 'Deployment'),
  'spec/template/metadata/annotations Deployment',
  'spec/rules/host Ingress',
  'spec/tls/hosts Ingress',
  'spec/tls/secretName Ingress',
  ...podVariables('spec/template/spec', 'Job'),
  ...podVariables('spec', 'Pod'),
  ...podVariables('spec/template/spec', 'ReplicaSet'),
  'spec/ports/port Service',
  'spec/ports/targetPort Service',
  ...containers.map((path) => `spec/template/spec/${path} StatefulSet`),
  'spec/volumeClaimTemplates/spec/nfs/server StatefulSet',
  'spec/nfs/server PersistentVolume',
  'metadata/labels',
  'metadata/annotations',
];

/** Where each transformer writes unless told otherwise. Source: builtinpluginconsts of Kustomize 5.8.1. */
export const defaultTables: FieldTables = sortTables({
  namePrefix: ['metadata/name'].map(fieldSpec),
  nameSuffix: ['metadata/name'].map(fieldSpec),
  namespace: [
    '+metadata/name Namespace',
    '+spec/service/namespace APIService.apiregistration.k8s.io',
    'spec/conversion/webhook/clientConfig/service/namespace CustomResourceDefinition.apiextensions.k8s.io',
  ].map(fieldSpec),
  commonLabels: [...selectors, ...metadataLabels].map(fieldSpec),
  labels: [],
  templateLabels: metadataLabels.map(fieldSpec),
  commonAnnotations: annotations.map(fieldSpec),
  nameReference: nameReferences,
  varReference: variables.map(fieldSpec),
  images: images.map(fieldSpec),
  replicas: ['Deployment', 'ReplicationController', 'ReplicaSet', 'StatefulSet'].map((kind) =>
    fieldSpec(`+spec/replicas ${kind}`),
  ),
});
