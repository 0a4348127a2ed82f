import type { JsonObject, Resource } from '../../resource/index.ts';
import type { Admission, Api, Attributes } from '../api/api.ts';
import { forbidden } from '../api/status.ts';
import { storageKey } from '../api/types.ts';
import { bestEffort, podUsage, type Usage } from '../controllers/quota-usage.ts';
import { formatQuantity, parseQuantity } from '../schema/index.ts';

const unit = 1_000_000_000n;

/** ResourceQuotas: what a namespace may have in all. Counted anew at every creation, so that nothing slips through. */
export const quotas: Admission = {
  validate(api, attributes) {
    const { operation, type, namespace, subresource, object } = attributes;
    if (operation !== 'CREATE' || subresource !== '' || namespace === '' || object === undefined) return;
    if (type.group === '' && type.resource === 'resourcequotas') return;
    const wanted = usageOf(object, attributes.type);
    const over: string[] = [];
    for (const { object: quota } of api.store.list('/resourcequotas', namespace)) {
      const spec = (quota['spec'] ?? {}) as { hard?: Record<string, string>; scopes?: string[] };
      if (!inScope(spec.scopes ?? [], object)) continue;
      const names = Object.keys(spec.hard ?? {}).filter((name) => wanted.has(name));
      const missing = unsaid(object, type.resource, Object.keys(spec.hard ?? {}));
      if (missing.length > 0)
        throw forbidden(
          type,
          attributes.name,
          `failed quota: ${quota.metadata.name}: must specify ${missing.join('; ')}`,
        );
      if (names.length === 0) continue;
      const used = usedIn(api, attributes, spec.scopes ?? []);
      const broken = names.filter((name) => {
        const most = parseQuantity(String(spec.hard?.[name]));
        return typeof most !== 'string' && (used.get(name) ?? 0n) + (wanted.get(name) ?? 0n) > most.nano;
      });
      if (broken.length > 0) over.push(describe(quota, broken.sort(), wanted, used, spec.hard ?? {}));
    }
    if (over.length > 0) throw forbidden(type, attributes.name, `exceeded quota: ${over.join(', ')}`);
  },
};

function describe(
  quota: Resource,
  names: readonly string[],
  wanted: Usage,
  used: Usage,
  hard: Record<string, string>,
): string {
  const list = (usage: Usage) =>
    names
      .map((name) => `${name}=${formatQuantity({ nano: usage.get(name) ?? 0n, format: formatOf(hard[name]) })}`)
      .join(',');
  const limited = names.map((name) => `${name}=${hard[name]}`).join(',');
  return `${quota.metadata.name}, requested: ${list(wanted)}, used: ${list(used)}, limited: ${limited}`;
}

function formatOf(text: string | undefined): 'decimal' | 'binary' | 'exponent' {
  const quantity = parseQuantity(String(text));
  return typeof quantity === 'string' ? 'decimal' : quantity.format;
}

/** What an object takes, by the names that quotas have for it. */
function usageOf(object: Resource, type: { group: string; resource: string }): Usage {
  const { group, resource } = type;
  const usage: Usage = new Map([[`count/${group === '' ? resource : `${resource}.${group}`}`, unit]]);
  if (group !== '') return usage;
  const spec = (object['spec'] ?? {}) as JsonObject;
  switch (resource) {
    case 'pods':
      for (const [name, nano] of podUsage(object)) usage.set(name, nano);
      break;
    case 'persistentvolumeclaims': {
      usage.set(resource, unit);
      const storage = parseQuantity(
        String(((spec['resources'] as JsonObject)?.['requests'] as JsonObject)?.['storage'] ?? '0'),
      );
      if (typeof storage === 'string') break;
      usage.set('requests.storage', storage.nano);
      if (typeof spec['storageClassName'] === 'string') {
        usage.set(`${spec['storageClassName']}.storageclass.storage.k8s.io/requests.storage`, storage.nano);
        usage.set(`${spec['storageClassName']}.storageclass.storage.k8s.io/persistentvolumeclaims`, unit);
      }
      break;
    }
    case 'services': {
      usage.set(resource, unit);
      const ports = BigInt(((spec['ports'] ?? []) as unknown[]).length) * unit;
      if (spec['type'] === 'NodePort' || spec['type'] === 'LoadBalancer') usage.set('services.nodeports', ports);
      if (spec['type'] === 'LoadBalancer') usage.set('services.loadbalancers', unit);
      break;
    }
    case 'configmaps':
    case 'secrets':
    case 'replicationcontrollers':
      usage.set(resource, unit);
      break;
    default:
  }
  return usage;
}

function usedIn(api: Api, { type, namespace }: Attributes, scopes: readonly string[]): Usage {
  const total: Usage = new Map();
  for (const { object } of api.store.list(storageKey(type), namespace)) {
    if (!inScope(scopes, object) || isOver(object)) continue;
    for (const [name, nano] of usageOf(object, type)) total.set(name, (total.get(name) ?? 0n) + nano);
  }
  return total;
}

/** A pod that has ended takes nothing any more. */
function isOver(object: Resource): boolean {
  const phase = (object['status'] as JsonObject | undefined)?.['phase'];
  return object.kind === 'Pod' && (phase === 'Succeeded' || phase === 'Failed');
}

function inScope(scopes: readonly string[], object: Resource): boolean {
  if (scopes.length === 0) return true;
  if (object.kind !== 'Pod') return false;
  const spec = (object['spec'] ?? {}) as JsonObject;
  const ends = spec['activeDeadlineSeconds'] !== undefined;
  return scopes.every((scope) => {
    switch (scope) {
      case 'BestEffort':
        return bestEffort(object);
      case 'NotBestEffort':
        return !bestEffort(object);
      case 'Terminating':
        return ends;
      case 'NotTerminating':
        return !ends;
      case 'PriorityClass':
        return spec['priorityClassName'] !== undefined;
      default:
        return false;
    }
  });
}

/** A quota over a compute resource wants every container to say how much of it it takes. */
function unsaid(object: Resource, resource: string, hard: readonly string[]): string[] {
  if (resource !== 'pods') return [];
  const containers = (((object['spec'] ?? {}) as JsonObject)['containers'] ?? []) as JsonObject[];
  const wanted = hard.filter((name) => /^((requests|limits)\.)?(cpu|memory)$/.test(name)).sort();
  return wanted.flatMap((name) => {
    const [kind, own = kind] = name.includes('.') ? name.split('.') : ['requests', name];
    const silent = containers.filter((container) => {
      const resources = (container['resources'] ?? {}) as Record<string, JsonObject>;
      return resources[kind as string]?.[own as string] === undefined;
    });
    return silent.length === 0
      ? []
      : [`${name} for: ${silent.map((container) => String(container['name'])).join(',')}`];
  });
}
