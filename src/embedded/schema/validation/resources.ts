import type { JsonObject, JsonValue } from '../../../resource/index.ts';
import { at, text } from '../access.ts';
import { compareQuantities, parseQuantity, type Quantity } from '../quantity.ts';
import type { Cause } from '../schema.ts';
import { forbidden, invalid, required } from './causes.ts';
import { qualifiedName } from './names.ts';

const zero: Quantity = { nano: 0n, format: 'decimal' };

export function quantityOf(value: JsonValue | undefined): Quantity {
  const parsed = parseQuantity(typeof value === 'number' ? String(value) : text(value));
  return typeof parsed === 'string' ? zero : parsed;
}

const containerNames = new Set(['cpu', 'memory', 'ephemeral-storage']);
const quotaNames = new Set([...containerNames, 'storage', 'pods', 'services']);
const isHugePage = (name: string) => name.startsWith('hugepages-');
const isNative = (name: string) => !name.includes('/') || name.slice(0, name.indexOf('/')).includes('kubernetes.io');
/** Resources that may be promised more often than they exist. */
const isShared = (name: string) => isNative(name) && !isHugePage(name);

/** The name of a resource that a container may ask for. */
export function checkContainerResource(path: string, name: string): Cause[] {
  const wrong = qualifiedName(name).map((words) => invalid(path, name, words));
  const standard = containerNames.has(name) || isHugePage(name);
  if (!name.includes('/')) {
    if (wrong.length === 0 && !standard && !quotaNames.has(name))
      wrong.push(invalid(path, name, 'must be a standard resource type or fully qualified'));
    return standard ? wrong : [...wrong, invalid(path, name, 'must be a standard resource for containers')];
  }
  if (isNative(name) || !(name.startsWith('requests.') || qualifiedName(`requests.${name}`).length > 0)) return wrong;
  return [...wrong, invalid(path, name, "doesn't follow extended resource name standard")];
}

/** Not negative, and whole where the resource is counted in pieces. */
export function checkAmount(path: string, name: string, value: JsonValue | undefined): Cause[] {
  const quantity = quantityOf(value);
  const causes: Cause[] = [];
  if (quantity.nano < 0n) causes.push(invalid(path, value, 'must be greater than or equal to 0'));
  if (!isNative(name) && quantity.nano % 1_000_000_000n !== 0n) causes.push(invalid(path, value, 'must be an integer'));
  return causes;
}

/** Requests and limits of a container: requests never above limits, and equal to them where nothing can be shared. */
export function checkResources(path: string, resources: JsonObject): Cause[] {
  const [limits, requests] = [at(resources, 'limits'), at(resources, 'requests')];
  const each = (field: string, amounts: JsonObject) =>
    Object.entries(amounts).flatMap(([name, value]) => [
      ...checkContainerResource(`${path}.${field}[${name}]`, name),
      ...checkAmount(`${path}.${field}[${name}]`, name, value),
    ]);
  const causes = [...each('limits', limits), ...each('requests', requests)];
  for (const [name, value] of Object.entries(requests)) {
    const limit = limits[name];
    if (limit === undefined) {
      if (!isShared(name))
        causes.push(required(`${path}.limits`, 'Limit must be set for non overcommitable resources'));
      continue;
    }
    const order = compareQuantities(quantityOf(value), quantityOf(limit));
    if (order !== 0 && !isShared(name))
      causes.push(invalid(`${path}.requests`, value, `must be equal to ${name} limit of ${limit}`));
    else if (order > 0)
      causes.push(invalid(`${path}.requests`, value, `must be less than or equal to ${name} limit of ${limit}`));
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)];
  if (names.some(isHugePage) && !names.includes('cpu') && !names.includes('memory'))
    causes.push(forbidden(path, 'HugePages require cpu or memory'));
  return causes;
}
