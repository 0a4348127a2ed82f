import { isJsonObject, type JsonObject, type Resource } from '../../resource/index.ts';
import type { Admission, Attributes } from '../api/api.ts';
import { objectIn } from '../api/fields.ts';
import { forbidden } from '../api/status.ts';
import { parseQuantity } from '../schema/index.ts';

interface Limit {
  type: string;
  default?: Record<string, string>;
  defaultRequest?: Record<string, string>;
  max?: Record<string, string>;
  min?: Record<string, string>;
}

type Resources = Record<string, string>;

const concerns = ({ operation, type, subresource }: Attributes) =>
  operation !== 'DELETE' && subresource === '' && type.group === '' && type.resource === 'pods';

function limitsIn(api: Parameters<NonNullable<Admission['mutate']>>[0], namespace: string): Limit[] {
  return [...api.store.list('/limitranges', namespace)].flatMap(
    ({ object }) => ((object['spec'] as JsonObject)['limits'] ?? []) as unknown as Limit[],
  );
}

const containersOf = (pod: Resource) => ((pod['spec'] as JsonObject)['containers'] ?? []) as JsonObject[];

/** LimitRanges: what containers get that ask for nothing, and how much each may ask for. */
export const limitRanges: Admission = {
  mutate(api, attributes) {
    if (!concerns(attributes) || attributes.operation !== 'CREATE' || attributes.object === undefined) return;
    const pod = attributes.object;
    const given: string[] = [];
    for (const limit of limitsIn(api, attributes.namespace))
      if (limit.type === 'Container') for (const container of containersOf(pod)) given.push(...fill(container, limit));
    if (given.length === 0) return;
    const note = `LimitRanger plugin set: ${given.join('; ')}`;
    pod.metadata.annotations = { ...pod.metadata.annotations, 'kubernetes.io/limit-ranger': note };
  },
  validate(api, attributes) {
    if (!concerns(attributes) || attributes.object === undefined) return;
    const pod = attributes.object;
    const problems = limitsIn(api, attributes.namespace).flatMap((limit) =>
      limit.type === 'Container' ? containersOf(pod).flatMap((container) => problemsOf(container, limit)) : [],
    );
    if (problems.length === 0) return;
    const text = problems.length === 1 ? problems[0] : `[${problems.join(', ')}]`;
    throw forbidden(attributes.type, pod.metadata.name, text as string);
  },
};

function fill(container: JsonObject, limit: Limit): string[] {
  const resources = objectIn(container, 'resources');
  const words: string[] = [];
  for (const [field, defaults, word] of [
    ['requests', limit.defaultRequest ?? limit.default, 'request'],
    ['limits', limit.default, 'limit'],
  ] as const) {
    const missing = Object.entries(defaults ?? {}).filter(([name]) => {
      const own = resources[field];
      return !(isJsonObject(own) && own[name] !== undefined);
    });
    if (missing.length === 0) continue;
    Object.assign(objectIn(resources, field), Object.fromEntries(missing));
    const names = missing.map(([name]) => name).sort();
    words.push(`${names.join(', ')} ${word} for container ${String(container['name'])}`);
  }
  return words;
}

function problemsOf(container: JsonObject, { max, min }: Limit): string[] {
  const resources = (container['resources'] ?? {}) as { requests?: Resources; limits?: Resources };
  const isAbove = (a: string, b: string) => {
    const [x, y] = [parseQuantity(String(a)), parseQuantity(String(b))];
    return typeof x !== 'string' && typeof y !== 'string' && x.nano > y.nano;
  };
  const problems: string[] = [];
  for (const [name, most] of Object.entries(max ?? {})) {
    const [request, own] = [resources.requests?.[name], resources.limits?.[name]];
    if (own === undefined) problems.push(`maximum ${name} usage per Container is ${most}.  No limit is specified`);
    else if (isAbove(own, most)) problems.push(`maximum ${name} usage per Container is ${most}, but limit is ${own}`);
    else if (request !== undefined && isAbove(request, most))
      problems.push(`maximum ${name} usage per Container is ${most}, but request is ${request}`);
  }
  for (const [name, least] of Object.entries(min ?? {})) {
    const [request, own] = [resources.requests?.[name], resources.limits?.[name]];
    if (request === undefined)
      problems.push(`minimum ${name} usage per Container is ${least}.  No request is specified`);
    else if (isAbove(least, request))
      problems.push(`minimum ${name} usage per Container is ${least}, but request is ${request}`);
    else if (own !== undefined && isAbove(least, own))
      problems.push(`minimum ${name} usage per Container is ${least}, but limit is ${own}`);
  }
  return problems;
}
