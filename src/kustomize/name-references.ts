import { fieldSpec, type NameReference } from './field-specs.ts';

/** Where a kind keeps its pod specification. */
const podSpecs: Record<string, string> = {
  'Pod.v1': 'spec',
  PodTemplate: 'template/spec',
  Deployment: 'spec/template/spec',
  ReplicaSet: 'spec/template/spec',
  DaemonSet: 'spec/template/spec',
  StatefulSet: 'spec/template/spec',
  Job: 'spec/template/spec',
  CronJob: 'spec/jobTemplate/spec/template/spec',
};
const inPods = (paths: readonly string[]) =>
  Object.entries(podSpecs).flatMap(([kind, pod]) => paths.map((path) => `${pod}/${path} ${kind}`));

const fromContainers = (source: string) =>
  ['containers', 'initContainers'].flatMap((list) => [
    `${list}/env/valueFrom/${source}KeyRef/name`,
    `${list}/envFrom/${source}Ref/name`,
  ]);

/** Kinds whose pods name a service account, a volume claim or a priority class. */
const workloads: Record<string, string> = {
  Pod: 'spec',
  StatefulSet: 'spec/template/spec',
  Deployment: 'spec/template/spec',
  ReplicationController: 'spec/template/spec',
  CronJob: 'spec/jobTemplate/spec/template/spec',
  Job: 'spec/template/spec',
  DaemonSet: 'spec/template/spec',
};
const inWorkloads = (path: string) => Object.entries(workloads).map(([kind, pod]) => `${pod}/${path} ${kind}`);

const scaled = ['spec/scaleTargetRef/name HorizontalPodAutoscaler'];

/** Which fields name which objects; the key is `Kind.version.group`. Source: namereference.go of Kustomize 5.8.1. */
const table: Record<string, readonly string[]> = {
  Deployment: scaled,
  ReplicationController: scaled,
  ReplicaSet: scaled,
  StatefulSet: scaled,
  'ConfigMap.v1': [
    ...inPods(['volumes/configMap/name', ...fromContainers('configMap'), 'volumes/projected/sources/configMap/name']),
    'spec/configSource/configMap Node',
    'rules/resourceNames Role',
    'rules/resourceNames ClusterRole',
    'metadata/annotations/nginx.ingress.kubernetes.io\\/fastcgi-params-configmap Ingress',
  ],
  'Secret.v1': [
    ...inPods([
      'volumes/secret/secretName',
      ...fromContainers('secret'),
      'imagePullSecrets/name',
      'volumes/projected/sources/secret/name',
    ]),
    'spec/tls/secretName Ingress',
    'metadata/annotations/ingress.kubernetes.io\\/auth-secret Ingress',
    'metadata/annotations/nginx.ingress.kubernetes.io\\/auth-secret Ingress',
    'metadata/annotations/nginx.ingress.kubernetes.io\\/auth-tls-secret Ingress',
    'imagePullSecrets/name ServiceAccount',
    'parameters/secretName StorageClass',
    'parameters/adminSecretName StorageClass',
    'parameters/userSecretName StorageClass',
    'parameters/secretRef StorageClass',
    'rules/resourceNames Role',
    'rules/resourceNames ClusterRole',
    'spec/template/spec/containers/env/valueFrom/secretKeyRef/name Service.v1.serving.knative.dev',
    'spec/azureFile/secretName PersistentVolume',
  ],
  'Service.v1': [
    'spec/serviceName StatefulSet.apps',
    'spec/rules/http/paths/backend/serviceName Ingress',
    'spec/backend/serviceName Ingress',
    'spec/rules/http/paths/backend/service/name Ingress',
    'spec/defaultBackend/service/name Ingress',
    'spec/service/name APIService.apiregistration.k8s.io',
    'webhooks/clientConfig/service ValidatingWebhookConfiguration.admissionregistration.k8s.io',
    'webhooks/clientConfig/service MutatingWebhookConfiguration.admissionregistration.k8s.io',
  ],
  'Role.rbac.authorization.k8s.io': ['roleRef/name RoleBinding.rbac.authorization.k8s.io'],
  'ClusterRole.rbac.authorization.k8s.io': [
    'roleRef/name RoleBinding.rbac.authorization.k8s.io',
    'roleRef/name ClusterRoleBinding.rbac.authorization.k8s.io',
  ],
  'ServiceAccount.v1': [
    'subjects RoleBinding.rbac.authorization.k8s.io',
    'subjects ClusterRoleBinding.rbac.authorization.k8s.io',
    ...inWorkloads('serviceAccountName'),
  ],
  'PersistentVolumeClaim.v1': inWorkloads('volumes/persistentVolumeClaim/claimName'),
  'PersistentVolume.v1': ['spec/volumeName PersistentVolumeClaim', 'rules/resourceNames ClusterRole'],
  'StorageClass.v1.storage.k8s.io': [
    'spec/storageClassName PersistentVolume',
    'spec/storageClassName PersistentVolumeClaim',
    'spec/volumeClaimTemplates/spec/storageClassName StatefulSet',
  ],
  'PriorityClass.v1.scheduling.k8s.io': inWorkloads('priorityClassName'),
  // The group is misspelt in Kustomize too, so that ingress classes are never renamed.
  'IngressClass.v1.networking.k8s.io/v1': ['spec/ingressClassName Ingress'],
  'ValidatingAdmissionPolicy.admissionregistration.k8s.io': [
    'spec/policyName ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io',
  ],
};

export const nameReferences: NameReference[] = Object.entries(table).map(([target, paths]) => {
  const { group, version, kind } = fieldSpec(`x ${target}`);
  return { group, version, kind, fieldSpecs: paths.map(fieldSpec) };
});
