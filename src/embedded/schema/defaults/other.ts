import { at, isEmpty } from '../access.ts';
import type { Rule } from './rules.ts';
import { into, set } from './set.ts';

const selectors = { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} };
const webhook = { failurePolicy: 'Fail', ...selectors, timeoutSeconds: 10 };
const anyScope = set({ scope: '*' });
const httpsPort = set({ port: 443 });
const rbacGroup = 'rbac.authorization.k8s.io';

const scaleDown = set({ selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] });
const scaleUp = set({
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
});

const autoscaler: Rule = (value) => {
  const spec = into(value, 'spec');
  set({ minReplicas: 1 })(spec);
  if (isEmpty(spec['metrics']))
    spec['metrics'] = [
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
    ];
  if (spec['behavior'] === undefined) return;
  const behavior = at(spec, 'behavior');
  scaleUp(into(behavior, 'scaleUp'));
  scaleDown(into(behavior, 'scaleDown'));
};

const policySpec: Rule = (value) => {
  if (!isEmpty(value['policyTypes'])) return;
  value['policyTypes'] = isEmpty(value['egress']) ? ['Ingress'] : ['Ingress', 'Egress'];
};

const customResourceNames: Rule = (value) => {
  const names = into(value, 'names');
  const kind = names['kind'];
  if (typeof kind === 'string' && kind !== '') set({ singular: kind.toLowerCase(), listKind: `${kind}List` })(names);
  if (value['conversion'] === undefined) value['conversion'] = { strategy: 'None' };
};

const subject: Rule = (value) => {
  if (value['kind'] === 'User' || value['kind'] === 'Group') set({ apiGroup: rbacGroup })(value);
};

const deviceRequest: Rule = (value) => {
  set({ allocationMode: 'ExactCount' })(value);
  if (value['allocationMode'] === 'ExactCount') set({ count: 1 })(value);
};

export const otherRules: Readonly<Record<string, Rule>> = {
  'admissionregistration.v1.MatchResources': set(selectors),
  'admissionregistration.v1.MutatingAdmissionPolicySpec': set({ failurePolicy: 'Fail' }),
  'admissionregistration.v1.MutatingWebhook': set({ ...webhook, reinvocationPolicy: 'Never' }),
  'admissionregistration.v1.NamedRuleWithOperations': anyScope,
  'admissionregistration.v1.RuleWithOperations': anyScope,
  'admissionregistration.v1.ServiceReference': httpsPort,
  'admissionregistration.v1.ValidatingAdmissionPolicySpec': set({ failurePolicy: 'Fail' }),
  'admissionregistration.v1.ValidatingWebhook': set(webhook),
  'apiextensions.v1.CustomResourceDefinitionSpec': customResourceNames,
  'apiextensions.v1.ServiceReference': httpsPort,
  'apiregistration.v1.ServiceReference': httpsPort,
  'autoscaling.v1.HorizontalPodAutoscalerSpec': set({ minReplicas: 1, targetCPUUtilizationPercentage: 80 }),
  'autoscaling.v2.HorizontalPodAutoscaler': autoscaler,
  'discovery.v1.EndpointPort': set({ name: '', protocol: 'TCP' }),
  'flowcontrol.v1.ExemptPriorityLevelConfiguration': set({ nominalConcurrencyShares: 0, lendablePercent: 0 }),
  'flowcontrol.v1.FlowSchemaSpec': set({ matchingPrecedence: 1000 }),
  'flowcontrol.v1.LimitedPriorityLevelConfiguration': set({ nominalConcurrencyShares: 30, lendablePercent: 0 }),
  'flowcontrol.v1.QueuingConfiguration': set({ handSize: 8, queues: 64, queueLengthLimit: 50 }),
  'networking.v1.IngressClassParametersReference': set({ scope: 'Cluster' }),
  'networking.v1.NetworkPolicyPort': set({ protocol: 'TCP' }),
  'networking.v1.NetworkPolicySpec': policySpec,
  'rbac.v1.RoleRef': set({ apiGroup: rbacGroup }),
  'rbac.v1.Subject': subject,
  'resource.v1.DeviceSubRequest': deviceRequest,
  'resource.v1.DeviceToleration': set({ operator: 'Equal' }),
  'resource.v1.ExactDeviceRequest': deviceRequest,
  'resource.v1.NodeAllocatableResourceMapping': set({ allocationMultiplier: '1' }),
  'scheduling.v1.PriorityClass': set({ preemptionPolicy: 'PreemptLowerPriority' }),
  'storage.v1.CSIDriverSpec': set({
    attachRequired: true,
    podInfoOnMount: false,
    storageCapacity: false,
    fsGroupPolicy: 'ReadWriteOnceWithFSType',
    volumeLifecycleModes: ['Persistent'],
    requiresRepublish: false,
    seLinuxMount: false,
  }),
  'storage.v1.StorageClass': set({ reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }),
};
