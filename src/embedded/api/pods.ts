import type { JsonObject, Resource } from '../../resource/index.ts';
import { jsonAnswer } from './answers.ts';
import { type Api, type Call, entryOf, timestamp } from './api.ts';
import { mediaTypeOf, readBody } from './body.ts';
import { type DeleteOptions, deleteObject } from './delete.ts';
import { objectIn } from './fields.ts';
import { matchLabels, requirementsOf } from './selectors.ts';
import { ApiError, badRequest, conflict, methodNotAllowed, notFound } from './status.ts';
import type { Subresource, SubresourceRequest } from './subresources.ts';
import { updateObject } from './update.ts';

const success = (code: number): JsonObject => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Success',
  code,
});

function bodyOf({ request }: SubresourceRequest): JsonObject {
  return readBody(request.body, mediaTypeOf(request.headers)).value as JsonObject;
}

/** `pods/NAME/binding`: the pod runs on a node from now on. */
export const bindPod: Subresource = (api, request) => {
  if (request.verb !== 'create') throw methodNotAllowed();
  const binding = bodyOf(request);
  if ((binding['metadata'] as JsonObject | undefined)?.['name'] !== request.name)
    throw badRequest('name in URL does not match name in Binding object');
  return bind(api, request, request.name, binding);
};

/** `bindings`: the same, the pod named in the body. */
export const createBinding: Subresource = (api, request) => {
  if (request.verb !== 'create') throw methodNotAllowed();
  const binding = bodyOf(request);
  const name = (binding['metadata'] as JsonObject | undefined)?.['name'];
  if (typeof name !== 'string' || name === '') throw badRequest('name must be provided');
  return bind(api, request, name, binding);
};

async function bind(api: Api, { namespace, call }: SubresourceRequest, name: string, binding: JsonObject) {
  const target = (binding['target'] ?? {}) as JsonObject;
  const type = api.types.find('', 'v1', 'pods');
  if (type === undefined) throw notFound({ group: '', resource: 'pods' }, name);
  if (typeof target['name'] !== 'string' || target['name'] === '')
    throw new ApiError(500, '', 'target.name: Required value');
  await updateObject(
    api,
    { type, namespace, name },
    {
      subresource: 'binding',
      options: {},
      creates: false,
      // The scheduler's choice is nobody's field.
      applied: true,
      retries: true,
      next: (live) => {
        const pod = live as Resource;
        const spec = pod['spec'] as JsonObject;
        const subject = { group: '', resource: 'pods/binding' };
        if (pod.metadata.deletionTimestamp !== undefined)
          throw conflict(subject, name, `pod ${name} is being deleted, cannot be assigned to a host`);
        if (spec['nodeName'])
          throw conflict(subject, name, `pod ${name} is already assigned to node ${JSON.stringify(spec['nodeName'])}`);
        spec['nodeName'] = target['name'] as string;
        const own = ((binding['metadata'] ?? {}) as JsonObject)['annotations'] as Record<string, string> | undefined;
        if (own !== undefined) pod.metadata.annotations = { ...pod.metadata.annotations, ...own };
        const status = objectIn(pod, 'status');
        const others = ((status['conditions'] ?? []) as JsonObject[]).filter(({ type }) => type !== 'PodScheduled');
        const now = timestamp(api.now());
        others.push({ type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: now });
        status['conditions'] = others;
        return pod;
      },
    },
    call,
  );
  return jsonAnswer(201, success(201));
}

/** `pods/NAME/eviction`: deletes the pod unless a PodDisruptionBudget wants it to stay. */
export const evictPod: Subresource = (api, request) => {
  if (request.verb !== 'create') throw methodNotAllowed();
  return evict(api, request);
};

async function evict(api: Api, request: SubresourceRequest) {
  const { type, namespace, name, call } = request;
  const eviction = bodyOf(request);
  const options = { ...((eviction['deleteOptions'] ?? {}) as DeleteOptions) };
  const named = (eviction['metadata'] as JsonObject | undefined)?.['name'];
  if (named !== undefined && named !== name) throw badRequest(`name in URL does not match name in Eviction object`);
  await api.store.settled();
  const pod = entryOf(api, type, namespace, name)?.object;
  if (pod === undefined) throw notFound(type, name);
  const phase = (pod['status'] as JsonObject | undefined)?.['phase'];
  const isOver = phase === 'Succeeded' || phase === 'Failed' || phase === 'Pending';
  const isDry = call.dryRun || ((options['dryRun'] ?? []) as string[]).includes('All');
  if (!isOver && pod.metadata.deletionTimestamp === undefined) await spendBudget(api, pod, { ...call, dryRun: isDry });
  await deleteObject(api, { type, namespace, name }, options, { ...call, dryRun: isDry });
  return jsonAnswer(201, success(201));
}

const isReady = (pod: Resource) =>
  (((pod['status'] as JsonObject | undefined)?.['conditions'] ?? []) as JsonObject[]).some(
    (condition) => condition['type'] === 'Ready' && condition['status'] === 'True',
  );

async function spendBudget(api: Api, pod: Resource, call: Call): Promise<void> {
  const { namespace = '', labels, name } = pod.metadata;
  const type = api.types.find('policy', 'v1', 'poddisruptionbudgets');
  if (type === undefined) return;
  const budgets = [...api.store.list('policy/poddisruptionbudgets', namespace)].filter(({ object }) => {
    const selector = (object['spec'] as JsonObject | undefined)?.['selector'] as JsonObject | undefined;
    return selector !== undefined && matchLabels(requirementsOf(selector), labels);
  });
  if (budgets.length > 1)
    throw new ApiError(
      500,
      'InternalError',
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    );
  const [budget] = budgets;
  if (budget === undefined) return;
  const always = (budget.object['spec'] as JsonObject)['unhealthyPodEvictionPolicy'] === 'AlwaysAllow';
  if (!isReady(pod) && always) return;
  await updateObject(
    api,
    { type, namespace, name: budget.name },
    {
      subresource: 'status',
      options: {},
      creates: false,
      applied: false,
      retries: true,
      next: (live) => {
        const status = objectIn(live as Resource, 'status');
        const allowed = Number(status['disruptionsAllowed'] ?? 0);
        const current = Number(status['currentHealthy'] ?? 0);
        if (
          !isReady(pod) &&
          current >= Number(status['desiredHealthy'] ?? 0) &&
          Number(status['desiredHealthy'] ?? 0) > 0
        )
          return live as Resource;
        if (allowed <= 0)
          throw new ApiError(
            429,
            'TooManyRequests',
            "Cannot evict pod as it would violate the pod's disruption budget.",
            {
              causes: [
                {
                  reason: 'DisruptionBudget',
                  message: `The disruption budget ${budget.name} needs ${String(status['desiredHealthy'] ?? 0)} healthy pods and has ${current} currently`,
                },
              ],
            },
          );
        status['disruptionsAllowed'] = allowed - 1;
        if (allowed === 1) status['conditions'] = exhausted(live as Resource, timestamp(api.now()));
        status['disruptedPods'] = { ...((status['disruptedPods'] ?? {}) as JsonObject), [name]: timestamp(api.now()) };
        return live as Resource;
      },
    },
    { ...call, manager: 'kube-apiserver' },
  );
}

/** The conditions of a budget that allows no more. */
function exhausted(budget: Resource, now: string): JsonObject[] {
  const status = (budget['status'] ?? {}) as JsonObject;
  const others = ((status['conditions'] ?? []) as JsonObject[]).filter(({ type }) => type !== 'DisruptionAllowed');
  return [
    ...others,
    {
      type: 'DisruptionAllowed',
      status: 'False',
      observedGeneration: (status['observedGeneration'] ?? 0) as number,
      lastTransitionTime: now,
      reason: 'InsufficientPods',
      message: '',
    },
  ];
}

/** `namespaces/NAME/finalize`: the finalizers of the spec, which the namespace controller takes away at the end. */
export const finalizeNamespace: Subresource = (api, request) => {
  if (request.verb !== 'update') throw methodNotAllowed();
  return finalize(api, request);
};

async function finalize(api: Api, request: SubresourceRequest) {
  const { type, name, call } = request;
  const sent = bodyOf(request);
  const finalizers = ((sent['spec'] as JsonObject | undefined)?.['finalizers'] ?? []) as string[];
  const version = (sent['metadata'] as JsonObject | undefined)?.['resourceVersion'];
  const { object } = await updateObject(
    api,
    { type, namespace: '', name },
    {
      subresource: 'finalize',
      options: {},
      creates: false,
      applied: false,
      retries: !version,
      next: (live) => {
        const namespace = live as Resource;
        if (version && version !== namespace.metadata.resourceVersion) throw conflict(type, name);
        namespace['spec'] = finalizers.length === 0 ? {} : { finalizers };
        return namespace;
      },
    },
    call,
  );
  return jsonAnswer(200, object);
}
