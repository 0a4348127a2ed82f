import type { Collection } from './collection.ts';
import { fail } from './failure.ts';
import { goRegExp } from './go-regexp.ts';
import { effectiveNamespace, type Gvk } from './gvk.ts';
import type { Item } from './item.ts';

/** Which objects a patch or a replacement is for; every part but the last two is an anchored regular expression. */
export interface Selector extends Gvk {
  name: string;
  namespace: string;
  annotationSelector: string;
  labelSelector: string;
}

export interface Matcher {
  gvk(gvk: Gvk): boolean;
  name(name: string): boolean;
  namespace(namespace: string): boolean;
}

function anchored(pattern: string): (text: string) => boolean {
  if (pattern === '') return () => true;
  if (/^[\w-]+$/.test(pattern)) return (text) => text === pattern;
  const compiled = goRegExp(`^(?:${pattern})$`);
  if (compiled === undefined) fail(`error parsing regexp: \`${pattern}\` in a selector`);
  return (text) => compiled.test(text);
}

export function matcherOf(selector: Selector): Matcher {
  const [group, version, kind] = [anchored(selector.group), anchored(selector.version), anchored(selector.kind)];
  return {
    gvk: (gvk) => group(gvk.group) && version(gvk.version) && kind(gvk.kind),
    name: anchored(selector.name),
    namespace: anchored(selector.namespace),
  };
}

/** The objects whose first or present name and namespace match, and whose present kind, labels and annotations do. */
export function select(collection: Collection, selector: Selector): Item[] {
  const matcher = matcherOf(selector);
  const labels = parseSelector(selector.labelSelector);
  const annotations = parseSelector(selector.annotationSelector);
  return collection.items.filter((item) => {
    const current = item.id();
    if (!matcher.gvk(current)) return false;
    const original = item.originalId();
    return (
      (matcher.namespace(effectiveNamespace(original)) || matcher.namespace(effectiveNamespace(current))) &&
      (matcher.name(original.name) || matcher.name(current.name)) &&
      labels(item.labels()) &&
      annotations(item.annotations())
    );
  });
}

type Requirement = (values: ReadonlyMap<string, string>) => boolean;

/**
 * A label selector (`a=b,c!=d,e in (f,g),!h,i`) as a predicate. Fails where Kubernetes' parser does.
 */
export function parseSelector(text: string): Requirement {
  const requirements: Requirement[] = [];
  let rest = text.trim();
  while (rest !== '') {
    const match =
      /^(?:!\s*(?<absent>[^\s,!=<>()]+)|(?<key>[^\s,!=<>()]+)\s*(?:(?<operator>==|=|!=|<|>)\s*(?<value>[^\s,!=<>()]*)|(?<set>in|notin)\s*\((?<values>[^()]*)\))?)\s*(?:,\s*|$)/.exec(
        rest,
      );
    if (match?.groups === undefined) return fail(`unable to parse selector '${text}'`);
    const { absent, key = '', operator, value = '', set, values = '' } = match.groups;
    const list = values.split(',').map((each) => each.trim());
    requirements.push((labels) => {
      if (absent !== undefined) return !labels.has(absent);
      const found = labels.get(key);
      if (set === 'in') return found !== undefined && list.includes(found);
      if (set === 'notin') return found === undefined || !list.includes(found);
      if (operator === undefined) return found !== undefined;
      if (operator === '!=') return found !== value;
      if (operator === '>' || operator === '<') {
        if (found === undefined || !/^[+-]?\d+$/.test(found)) return false;
        return operator === '>' ? BigInt(found) > BigInt(value) : BigInt(found) < BigInt(value);
      }
      return found === value;
    });
    rest = rest.slice(match[0].length);
  }
  return (labels) => requirements.every((holds) => holds(labels));
}
