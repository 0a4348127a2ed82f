import type { JsonObject, JsonValue, Resource } from '../../resource/index.ts';
import { isJsonObject } from '../../resource/index.ts';
import type { TypeSchema } from '../schema/schema.ts';
import { badRequest } from './status.ts';

export type Matcher = (object: Resource) => boolean;

interface Requirement {
  key: string;
  operator: 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt';
  values: string[];
}

/** A label selector as in a query: `a=b,c in (d,e),!f`. Errors are the real server's. */
export function parseLabelSelector(text: string): Requirement[] {
  const tokens = text.match(/[=!<>]=|[=!<>(),]|[^=!<>(),\s]+/g) ?? [];
  const requirements: Requirement[] = [];
  let at = 0;
  const isWord = (token: string | undefined) => token !== undefined && !/^[=!<>(),]/.test(token);
  const unexpected = (wanted: string, prefix = 'unable to parse requirement: ') =>
    badRequest(`${prefix}found '${tokens[at] ?? ''}', expected: ${wanted}`);
  const list = () => {
    if (tokens[at] !== '(') throw badRequest(`unable to parse requirement: found '${tokens[at] ?? ''}' expected: '('`);
    const values: string[] = [];
    do {
      at++;
      values.push(isWord(tokens[at]) ? (tokens[at++] as string) : '');
    } while (tokens[at] === ',');
    if (tokens[at] !== ')') throw unexpected("',' or ')'");
    at++;
    return values;
  };
  while (at < tokens.length) {
    const negated = tokens[at] === '!';
    if (negated) at++;
    if (!isWord(tokens[at]))
      throw negated
        ? unexpected('identifier')
        : at === 0
          ? unexpected("!, identifier, or 'end of string'", '')
          : unexpected("identifier after ','", '');
    const key = tokens[at++] as string;
    const operator = tokens[at];
    if (negated) requirements.push({ key, operator: '!', values: [] });
    else if (operator === undefined || operator === ',') requirements.push({ key, operator: 'exists', values: [] });
    else if (operator === 'in' || operator === 'notin') {
      at++;
      requirements.push({ key, operator, values: list() });
    } else {
      const name = comparisons[operator];
      if (name === undefined) throw unexpected('in, notin, =, ==, !=, gt, lt');
      at++;
      if (/^[<>=!(]/.test(tokens[at] ?? '')) throw unexpected('identifier', 'unable to parse requirement: ');
      requirements.push({ key, operator: name, values: [isWord(tokens[at]) ? (tokens[at++] as string) : ''] });
    }
    if (at === tokens.length) break;
    if (tokens[at] !== ',') throw unexpected("',' or 'end of string'", '');
    at++;
    if (at === tokens.length) throw unexpected("identifier after ','", '');
  }
  for (const { key, values, operator } of requirements) checkSyntax(key, values, operator);
  return requirements;
}

const comparisons: Record<string, Requirement['operator']> = {
  '=': 'in',
  '==': 'in',
  '!=': 'notin',
  '>': 'gt',
  '<': 'lt',
};

const labelName = /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)$/;
const labelValueRule =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const labelKeyRule =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

function checkSyntax(key: string, values: string[], operator: string): void {
  if (!labelName.test(key.slice(key.indexOf('/') + 1)))
    throw badRequest(`unable to parse requirement: <nil>: Invalid value: ${JSON.stringify(key)}: ${labelKeyRule}`);
  if (operator === 'gt' || operator === 'lt') {
    if (!/^[-+]?\d+$/.test(values[0] ?? ''))
      throw badRequest(
        `unable to parse requirement: values[0]: Invalid value: ${JSON.stringify(values[0])}: for 'Gt', 'Lt' operators, the value must be an integer`,
      );
    return;
  }
  const wrong = values.find((value) => value !== '' && !labelName.test(value));
  const long = values.find((value) => value.length > 63);
  if (long !== undefined)
    throw badRequest(
      `unable to parse requirement: values[${values.indexOf(long)}][${key}]: Invalid value: ${JSON.stringify(long)}: must be no more than 63 bytes`,
    );
  if (wrong !== undefined)
    throw badRequest(
      `unable to parse requirement: values[${values.indexOf(wrong)}][${key}]: Invalid value: ${JSON.stringify(wrong)}: ${labelValueRule}`,
    );
}

/** Whether labels satisfy all requirements. */
export function matchLabels(requirements: readonly Requirement[], labels: Record<string, string> | undefined): boolean {
  return requirements.every(({ key, operator, values }) => {
    const value = labels?.[key];
    switch (operator) {
      case 'exists':
        return value !== undefined;
      case '!':
        return value === undefined;
      case 'in':
        return value !== undefined && values.includes(value);
      case 'notin':
        return value === undefined || !values.includes(value);
      case 'gt':
        return value !== undefined && Number(value) > Number(values[0]);
      case 'lt':
        return value !== undefined && Number(value) < Number(values[0]);
      default:
        return operator satisfies never;
    }
  });
}

/** A `LabelSelector` object (`matchLabels`, `matchExpressions`) as requirements; an empty one matches everything. */
export function requirementsOf(selector: JsonObject | undefined): Requirement[] {
  const operators: Record<string, Requirement['operator']> = {
    In: 'in',
    NotIn: 'notin',
    Exists: 'exists',
    DoesNotExist: '!',
  };
  const labels = (selector?.['matchLabels'] ?? {}) as Record<string, string>;
  const expressions = (selector?.['matchExpressions'] ?? []) as JsonObject[];
  return [
    ...Object.entries(labels).map(([key, value]) => ({ key, operator: 'in' as const, values: [value] })),
    ...expressions.map((expression) => ({
      key: expression['key'] as string,
      operator: operators[expression['operator'] as string] ?? 'in',
      values: (expression['values'] ?? []) as string[],
    })),
  ];
}

interface FieldRequirement {
  field: string;
  equal: boolean;
  value: string;
}

/** A field selector as in a query: `metadata.name=a,status.phase!=Running`. */
export function parseFieldSelector(text: string): FieldRequirement[] {
  return text
    .split(/(?<!\\),/)
    .filter((part) => part !== '')
    .map((part) => {
      const match = /^(.*?)(!=|==|=)(.*)$/.exec(part);
      if (match === null) throw badRequest(`invalid selector: '${text}'; can't understand '${part}'`);
      return {
        field: match[1] as string,
        equal: match[2] !== '!=',
        value: (match[3] as string).replaceAll(/\\([,=\\])/g, '$1'),
      };
    });
}

/** Fields that selectors may name besides the metadata, by `group/resource`. */
const selectable: Record<string, readonly string[]> = {
  '/pods': [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  '/events': [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  'events.k8s.io/events': ['regarding.kind', 'regarding.namespace', 'regarding.name', 'reason', 'type'],
  '/secrets': ['type'],
  '/namespaces': ['status.phase'],
  '/nodes': ['spec.unschedulable'],
  '/services': ['spec.clusterIP', 'spec.type'],
  '/replicationcontrollers': ['status.replicas'],
  'apps/replicasets': ['status.replicas'],
  'batch/jobs': ['status.successful'],
  'certificates.k8s.io/certificatesigningrequests': ['spec.signerName'],
};

/** What a value reads as in a selector where its field is left out. */
const absent: Record<string, string> = {
  'spec.unschedulable': 'false',
  'spec.hostNetwork': 'false',
  'status.replicas': '0',
  'status.successful': '0',
};

/** Refuses fields that the kind does not offer, with the real server's message. */
export function fieldMatcher(requirements: readonly FieldRequirement[], type: TypeSchema): Matcher {
  const own = type.custom
    ? (type.selectableFields ?? []).map((path) => path.replace(/^\./, ''))
    : (selectable[`${type.group}/${type.resource}`] ?? []);
  const known = ['metadata.name', ...(type.namespaced || !type.custom ? ['metadata.namespace'] : []), ...own];
  for (const { field } of requirements)
    if (!known.includes(field))
      throw badRequest(
        type.group === 'batch'
          ? `field label ${JSON.stringify(field)} not supported for ${type.kind}`
          : own.length > 0 || type.custom
            ? `field label not supported: ${field}`
            : `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`,
      );
  return (object) => requirements.every(({ field, equal, value }) => (fieldText(object, field) === value) === equal);
}

function fieldText(object: Resource, field: string): string {
  if (field === 'source') {
    const source = (object['source'] as JsonObject | undefined)?.['component'];
    return String(source ?? object['reportingComponent'] ?? '');
  }
  if (field === 'status.successful') return fieldText(object, 'status.succeeded') || '0';
  let value: JsonValue | undefined = object;
  for (const part of field.split('.')) value = isJsonObject(value) ? value[part] : undefined;
  return value === undefined || value === null ? (absent[field] ?? '') : String(value);
}

/** Both selectors of a query as one test; undefined where there are none. */
export function matcherOf(query: URLSearchParams, type: TypeSchema): Matcher | undefined {
  const tests: Matcher[] = [];
  const labels = query.get('labelSelector');
  if (labels) {
    const requirements = parseLabelSelector(labels);
    tests.push((object) => matchLabels(requirements, object.metadata.labels));
  }
  const fields = query.get('fieldSelector');
  if (fields) tests.push(fieldMatcher(parseFieldSelector(fields), type));
  return tests.length === 0 ? undefined : (object) => tests.every((test) => test(object));
}
