import type { Resource } from '../../../resource/index.ts';
import type { Cause } from '../schema.ts';
import { checkPolicyBinding, checkValidatingPolicy, checkWebhooks } from './admission.ts';
import { checkApiService } from './api-service.ts';
import { checkAutoscaler, checkFirstAutoscaler } from './autoscaling.ts';
import { checkCronJob, checkCronJobUpdate, checkJob, checkJobUpdate } from './batch.ts';
import * as cluster from './cluster.ts';
import * as configuration from './configuration.ts';
import { checkDefinition, checkDefinitionUpdate, definitionName } from './definition.ts';
import * as endpoints from './endpoints.ts';
import { dnsLabel, type NameRule, pathSegment } from './names.ts';
import * as networking from './networking.ts';
import { checkPod } from './pod.ts';
import { checkPodUpdate } from './pod-update.ts';
import * as rbac from './rbac.ts';
import * as services from './services.ts';
import * as storage from './storage.ts';
import * as workloads from './workloads.ts';

/** The checks of one kind. */
export interface KindChecks {
  /** What its names must be like; DNS subdomains if nothing is said. */
  name?: NameRule;
  /** The same, where it depends on the object. */
  nameOf?: (object: Resource) => NameRule;
  create?: (object: Resource) => Cause[];
  /** Where nothing is said, an update is checked like a new object. */
  update?: (object: Resource, old: Resource) => Cause[];
}

const label = { name: dnsLabel };
const segment = { name: pathSegment };
const admission = 'admissionregistration.k8s.io';
const rbacGroup = 'rbac.authorization.k8s.io';

/** By `group/version/Kind`, or `group/Kind` where versions do not differ. */
export const kinds: Readonly<Record<string, KindChecks>> = {
  '/ConfigMap': { create: configuration.checkConfigMap, update: configuration.checkConfigMapUpdate },
  '/Endpoints': { create: endpoints.checkEndpoints },
  '/Event': { create: cluster.checkEvent, update: () => [] },
  '/LimitRange': { create: configuration.checkLimitRange },
  '/Namespace': label,
  '/Node': { create: cluster.checkNode },
  '/PersistentVolume': { create: storage.checkVolume, update: storage.checkVolumeUpdate },
  '/PersistentVolumeClaim': { create: storage.checkClaim, update: storage.checkClaimUpdate },
  '/Pod': { create: checkPod, update: checkPodUpdate },
  '/PodTemplate': { create: cluster.checkPodTemplate },
  '/ReplicationController': { create: cluster.checkReplicationController },
  '/ResourceQuota': { create: configuration.checkResourceQuota },
  '/Secret': { create: configuration.checkSecret, update: configuration.checkSecretUpdate },
  '/Service': { ...label, create: services.checkService, update: services.checkServiceUpdate },
  'apps/ControllerRevision': { create: cluster.checkRevision, update: cluster.checkRevisionUpdate },
  'apps/DaemonSet': { create: workloads.checkDaemonSet, update: workloads.checkDaemonSetUpdate },
  'apps/Deployment': { create: workloads.checkDeployment, update: workloads.checkDeploymentUpdate },
  'apps/ReplicaSet': { create: workloads.checkReplicaSet, update: workloads.checkReplicaSetUpdate },
  'apps/StatefulSet': { ...label, create: workloads.checkStatefulSet, update: workloads.checkStatefulSetUpdate },
  'autoscaling/v1/HorizontalPodAutoscaler': { create: checkFirstAutoscaler },
  'autoscaling/v2/HorizontalPodAutoscaler': { create: checkAutoscaler },
  'batch/CronJob': { create: checkCronJob, update: checkCronJobUpdate },
  'batch/Job': { create: checkJob, update: checkJobUpdate },
  'certificates.k8s.io/CertificateSigningRequest': { create: cluster.checkSigningRequest, update: () => [] },
  'coordination.k8s.io/Lease': { create: cluster.checkLease },
  'discovery.k8s.io/EndpointSlice': {
    create: endpoints.checkEndpointSlice,
    update: endpoints.checkEndpointSliceUpdate,
  },
  'networking.k8s.io/Ingress': { create: networking.checkIngress },
  'networking.k8s.io/IngressClass': {
    create: networking.checkIngressClass,
    update: networking.checkIngressClassUpdate,
  },
  'networking.k8s.io/NetworkPolicy': { create: networking.checkNetworkPolicy },
  'node.k8s.io/RuntimeClass': { create: cluster.checkRuntimeClass, update: cluster.checkRuntimeClassUpdate },
  'policy/PodDisruptionBudget': { create: cluster.checkBudget },
  'scheduling.k8s.io/PriorityClass': { create: cluster.checkPriorityClass, update: cluster.checkPriorityClassUpdate },
  'storage.k8s.io/CSIDriver': { create: cluster.checkCsiDriver },
  'storage.k8s.io/StorageClass': { create: storage.checkStorageClass, update: storage.checkStorageClassUpdate },
  [`${admission}/MutatingWebhookConfiguration`]: { create: checkWebhooks },
  [`${admission}/ValidatingAdmissionPolicy`]: { create: checkValidatingPolicy },
  [`${admission}/ValidatingAdmissionPolicyBinding`]: { create: checkPolicyBinding },
  [`${admission}/ValidatingWebhookConfiguration`]: { create: checkWebhooks },
  'apiextensions.k8s.io/CustomResourceDefinition': {
    nameOf: definitionName,
    create: checkDefinition,
    update: checkDefinitionUpdate,
  },
  'apiregistration.k8s.io/APIService': { ...segment, create: checkApiService },
  [`${rbacGroup}/ClusterRole`]: { ...segment, create: rbac.checkClusterRole },
  [`${rbacGroup}/ClusterRoleBinding`]: {
    ...segment,
    create: rbac.checkClusterRoleBinding,
    update: rbac.checkClusterRoleBindingUpdate,
  },
  [`${rbacGroup}/Role`]: { ...segment, create: rbac.checkRole },
  [`${rbacGroup}/RoleBinding`]: { ...segment, create: rbac.checkRoleBinding, update: rbac.checkRoleBindingUpdate },
};
