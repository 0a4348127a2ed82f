import type { Resource } from '../../resource/index.ts';
import { calledServices } from '../order/webhooks.ts';
import { objectsAt, textAt } from '../read.ts';
import type { Examination, Finding } from './finding.ts';

/** What earlier installs left: webhooks and APIServices without a backend, namespaces and definitions that do not go. */
export async function leftovers({ list, desired }: Examination): Promise<Finding[]> {
  const services = await list('v1', 'Service');
  const known = new Set(
    [...(services ?? []), ...desired.filter((object) => object.kind === 'Service')].map(
      ({ metadata }) => `${metadata.namespace}/${metadata.name}`,
    ),
  );
  const findings: Finding[] = [];
  for (const kind of ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration']) {
    for (const object of (await list('admissionregistration.k8s.io/v1', kind)) ?? []) {
      if (services !== undefined) findings.push(...deadWebhook({ ...object, kind }, known));
    }
  }
  for (const object of (await list('apiregistration.k8s.io/v1', 'APIService')) ?? [])
    findings.push(...deadService(object));
  for (const object of (await list('v1', 'Namespace')) ?? []) findings.push(...stuck(object, 'Namespace'));
  for (const object of (await list('apiextensions.k8s.io/v1', 'CustomResourceDefinition')) ?? []) {
    findings.push(...stuck(object, 'CustomResourceDefinition'));
  }
  return findings;
}

function deadWebhook(object: Resource, known: ReadonlySet<string>): Finding[] {
  const missing = calledServices({ ...object, apiVersion: 'admissionregistration.k8s.io/v1' }).find(
    ({ namespace, name }) => !known.has(`${namespace}/${name}`),
  );
  if (missing === undefined) return [];
  const strict = objectsAt(object, 'webhooks').some((webhook) => textAt(webhook, 'failurePolicy') !== 'Ignore');
  return [
    {
      id: 'DEAD_WEBHOOK',
      severity: strict ? 'warning' : 'note',
      message: `${object.kind} ${object.metadata.name} calls Service ${missing.namespace}/${missing.name}, which does not exist${strict ? ': what it checks cannot be written' : ''}`,
      remedy: `If nothing needs it any more: kubectl delete ${object.kind.toLowerCase()} ${object.metadata.name}`,
    },
  ];
}

function deadService(object: Resource): Finding[] {
  const available = objectsAt(object, 'status', 'conditions').find((item) => textAt(item, 'type') === 'Available');
  if (textAt(available, 'status') !== 'False') return [];
  return [
    {
      id: 'DEAD_API_SERVICE',
      severity: 'warning',
      message: `APIService ${object.metadata.name} is not available (${textAt(available, 'reason') ?? 'unknown'}): namespaces cannot be deleted while it is registered`,
      remedy: `Start what serves it, or: kubectl delete apiservice ${object.metadata.name}`,
    },
  ];
}

function stuck(object: Resource, kind: string): Finding[] {
  if (object.metadata.deletionTimestamp === undefined) return [];
  const remains = objectsAt(object, 'status', 'conditions')
    .filter((item) => textAt(item, 'status') === 'True' && /Remaining|Failure/.test(textAt(item, 'type') ?? ''))
    .map((item) => textAt(item, 'message') ?? '');
  return [
    {
      id: 'TERMINATING',
      severity: 'warning',
      message: `${kind} ${object.metadata.name} has been in deletion since ${object.metadata.deletionTimestamp}${remains.length === 0 ? '' : `: ${remains.join('; ')}`}`,
      remedy: `See what holds it: kubectl get ${kind.toLowerCase()} ${object.metadata.name} -o yaml`,
    },
  ];
}
