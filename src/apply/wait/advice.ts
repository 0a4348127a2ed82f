import type { Resource } from '../../resource/index.ts';
import { kindOf } from '../order/references.ts';

/** What a person can do about a cause; the first row that matches says it. */
const rows: readonly (readonly [RegExp, (object: Resource) => string])[] = [
  [
    /ImagePull|ErrImage|InvalidImageName|pull image/,
    () => 'Check the name of the image and that the nodes may pull it',
  ],
  [
    /exceeded quota|LimitRange|forbidden: exceeded/,
    (o) => `Raise the quota or lower the requests: kubectl -n ${o.metadata.namespace} describe quota`,
  ],
  [
    /cannot be scheduled|FailedScheduling|nodes are available/,
    () => 'Free capacity or add a node; `slipway doctor` compares requests with what is free',
  ],
  [/OOMKilled|exit code 137/, () => 'Raise the memory limit of that container'],
  [
    /CrashLoopBackOff|exit code/,
    (o) => `Read why it ends: kubectl -n ${o.metadata.namespace} logs ${ref(o)} --previous`,
  ],
  [
    /CreateContainerConfigError|secret ".*" not found|configmap ".*" not found/,
    () => 'Make the ConfigMap or Secret that the pod refers to',
  ],
  [
    /not bound to a volume|ProvisioningFailed|storageclass/i,
    () => 'Check that the cluster has a default StorageClass: kubectl get storageclass',
  ],
  [/service account|serviceaccount/i, () => 'Make the ServiceAccount that the pods use, or correct its name'],
  [
    /probe failed|ContainersNotReady|unready status/,
    (o) => `See which probe fails: kubectl -n ${o.metadata.namespace} describe ${ref(o)}`,
  ],
  [/no ready endpoint/, () => 'Look at the pods behind that Service: they have to be ready first'],
  [/caBundle/, () => 'Its controller (or cert-manager) writes it: look at that controller first'],
  [/finalizer/, (o) => `Start the controller that owns the finalizer, or remove it by hand: kubectl edit ${ref(o)}`],
  [/load balancer/, () => 'Use type ClusterIP or NodePort where nothing hands out load balancers'],
];

/** The next step for a wait that did not end; one sentence, or none where nothing fits. */
export function advice(object: Resource, reason: string): string[] {
  const row = rows.find(([pattern]) => pattern.test(reason));
  return row === undefined ? [`Look at it: kubectl ${place(object)}describe ${ref(object)}`] : [row[1](object)];
}

const place = (object: Resource) => (object.metadata.namespace === undefined ? '' : `-n ${object.metadata.namespace} `);
const ref = (object: Resource) => `${kindOf(object).toLowerCase().replace(/\.$/, '')}/${object.metadata.name}`;
