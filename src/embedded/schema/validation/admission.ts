import type { JsonObject, Resource } from '../../../resource/index.ts';
import { at, each, number, text, texts } from '../access.ts';
import type { Cause } from '../schema.ts';
import { duplicate, forbidden, invalid, notSupported, required } from './causes.ts';
import { between, checkSelector, named, oneOf } from './fields.ts';
import { dnsLabel1035, dnsSubdomain } from './names.ts';

const known = ['v1', 'v1beta1'];

/** A name of at least three labels: a domain of its owner's. */
const qualifiedDomain = (path: string, name: string): Cause[] => {
  if (name === '') return [required(path)];
  const wrong = named(path, name, dnsSubdomain);
  if (wrong.length > 0) return wrong;
  return name.split('.').length < 3
    ? [invalid(path, name, 'should be a domain with at least three segments separated by dots')]
    : [];
};

export function checkWebhooks(object: Resource): Cause[] {
  const names = new Set<string>();
  return each(object['webhooks']).flatMap((hook, index) => {
    const here = `webhooks[${index}]`;
    const name = text(hook['name']);
    const causes = checkWebhook(here, hook);
    if (names.has(name)) causes.push(duplicate(`${here}.name`, name));
    names.add(name);
    return causes;
  });
}

function checkWebhook(path: string, hook: JsonObject): Cause[] {
  const causes = qualifiedDomain(`${path}.name`, text(hook['name']));
  causes.push(
    ...each(hook['rules']).flatMap((rule, index) => checkRule(`${path}.rules[${index}]`, rule)),
    ...oneOf(`${path}.failurePolicy`, hook['failurePolicy'], ['Fail', 'Ignore'], true),
    ...oneOf(`${path}.matchPolicy`, hook['matchPolicy'], ['Equivalent', 'Exact'], true),
    ...oneOf(`${path}.reinvocationPolicy`, hook['reinvocationPolicy'], ['IfNeeded', 'Never'], true),
  );
  const effects = text(hook['sideEffects']);
  if (effects === '') causes.push(required(`${path}.sideEffects`, 'must specify one of None, NoneOnDryRun'));
  else causes.push(...oneOf(`${path}.sideEffects`, effects, ['None', 'NoneOnDryRun']));
  const seconds = hook['timeoutSeconds'];
  if (seconds !== undefined && (number(seconds) > 30 || number(seconds) < 1))
    causes.push(invalid(`${path}.timeoutSeconds`, seconds, 'the timeout value must be between 1 and 30 seconds'));
  return [
    ...causes,
    ...checkSelector(`${path}.namespaceSelector`, hook['namespaceSelector']),
    ...checkSelector(`${path}.objectSelector`, hook['objectSelector']),
    ...checkClient(`${path}.clientConfig`, at(hook, 'clientConfig')),
    ...checkReviewVersions(`${path}.admissionReviewVersions`, texts(hook['admissionReviewVersions']), known.join(', ')),
  ];
}

const operations = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];

function checkRule(path: string, rule: JsonObject): Cause[] {
  const [verbs, groups, versions, resources] = ['operations', 'apiGroups', 'apiVersions', 'resources'].map((field) =>
    texts(rule[field]),
  ) as [string[], string[], string[], string[]];
  const causes: Cause[] = [];
  if (verbs.length === 0) causes.push(required(`${path}.operations`));
  if (verbs.length > 1 && verbs.includes('*'))
    causes.push(invalid(`${path}.operations`, verbs, "if '*' is present, must not specify other operations"));
  for (const [index, verb] of verbs.entries())
    if (!operations.includes(verb)) causes.push(notSupported(`${path}.operations[${index}]`, verb, operations));
  if (groups.length === 0) causes.push(required(`${path}.apiGroups`));
  if (groups.length > 1 && groups.includes('*'))
    causes.push(invalid(`${path}.apiGroups`, groups, "if '*' is present, must not specify other API groups"));
  if (versions.length === 0) causes.push(required(`${path}.apiVersions`));
  if (versions.length > 1 && versions.includes('*'))
    causes.push(invalid(`${path}.apiVersions`, versions, "if '*' is present, must not specify other API versions"));
  for (const [index, version] of versions.entries())
    if (version === '') causes.push(required(`${path}.apiVersions[${index}]`));
  causes.push(...checkResources(`${path}.resources`, resources));
  return [...causes, ...oneOf(`${path}.scope`, rule['scope'], ['*', 'Cluster', 'Namespaced'], true)];
}

function checkResources(path: string, resources: string[]): Cause[] {
  if (resources.length === 0) return [required(path)];
  const causes: Cause[] = [];
  for (const [index, one] of resources.entries()) if (one === '') causes.push(required(`${path}[${index}]`));
  if (resources.length > 1 && resources.includes('*/*'))
    causes.push(invalid(path, resources, "if '*/*' is present, must not specify other resources"));
  if (resources.includes('*') && resources.some((one) => one !== '*' && !one.includes('/')))
    causes.push(invalid(path, resources, "if '*' is present, must not specify other resources without subresources"));
  return causes;
}

/** Where a webhook is: at a URL or behind a service, one of them. */
export function checkClient(path: string, client: JsonObject): Cause[] {
  const [url, service] = [client['url'], client['service']];
  if ((url === undefined) === (service === undefined))
    return [required(path, 'exactly one of url or service is required')];
  return url === undefined
    ? checkService(`${path}.service`, at(client, 'service'))
    : checkUrl(`${path}.url`, text(url));
}

function checkService(path: string, service: JsonObject): Cause[] {
  const causes: Cause[] = [];
  if (text(service['name']) === '') causes.push(required(`${path}.name`, 'service name is required'));
  if (text(service['namespace']) === '') causes.push(required(`${path}.namespace`, 'service namespace is required'));
  causes.push(...checkServicePath(`${path}.path`, text(service['path'])));
  return [...causes, ...portOf(`${path}.port`, service['port'])];
}

function checkServicePath(path: string, value: string): Cause[] {
  if (value === '' || value === '/') return [];
  const causes = value.startsWith('/') ? [] : [invalid(path, value, "must start with a '/'")];
  const segments = value.slice(1).replace(/\/$/, '').split('/');
  for (const [index, segment] of segments.entries())
    if (segment === '') causes.push(invalid(path, value, `segment[${index}] may not be empty`));
    else causes.push(...dnsSubdomain(segment).map((wrong) => invalid(path, value, `segment[${index}]: ${wrong}`)));
  return causes;
}

const portOf = (path: string, value: JsonObject[string]): Cause[] => {
  const wrong = between(path, value, 1, 65_535);
  return wrong.length === 0 ? [] : [invalid(path, value, 'port is not valid: must be between 1 and 65535, inclusive')];
};

const urlForm = 'desired format: https://host[/path]';

function checkUrl(path: string, url: string): Cause[] {
  if (!URL.canParse(url))
    return [
      required(path, `url must be a valid URL: parse ${JSON.stringify(url)}: invalid URI for request; ${urlForm}`),
    ];
  const parsed = new URL(url);
  const causes: Cause[] = [];
  const refuse = (value: string, words: string) => causes.push(invalid(path, value, words));
  if (parsed.protocol !== 'https:')
    refuse(parsed.protocol.slice(0, -1), `'https' is the only allowed URL scheme; ${urlForm}`);
  if (parsed.host === '') refuse('', `host must be specified; ${urlForm}`);
  if (parsed.username !== '') refuse(parsed.username, 'user information is not permitted in the URL');
  if (parsed.hash !== '') refuse(parsed.hash.slice(1), 'fragments are not permitted in the URL');
  if (parsed.search !== '') refuse(parsed.search.slice(1), 'query parameters are not permitted in the URL');
  return causes;
}

/** The server sends the first version of the list that it knows. */
export function checkReviewVersions(path: string, versions: string[], words: string): Cause[] {
  if (versions.length === 0) return [required(path, words === '' ? '' : `must specify one of ${words}`)];
  const seen = new Set<string>();
  const causes = versions.flatMap((version, index) => {
    if (seen.has(version)) return [invalid(`${path}[${index}]`, version, 'duplicate version')];
    seen.add(version);
    return named(`${path}[${index}]`, version, dnsLabel1035);
  });
  if (!versions.some((version) => known.includes(version)))
    causes.push(invalid(path, versions, `must include at least one of ${known.join(', ')}`));
  return causes;
}

export function checkValidatingPolicy(object: Resource): Cause[] {
  const spec = at(object, 'spec');
  const causes: Cause[] = [];
  const [rules, annotations] = [each(spec['validations']), each(spec['auditAnnotations'])];
  if (rules.length === 0 && annotations.length === 0)
    causes.push(
      required('spec.validations', 'validations or auditAnnotations must be non-empty'),
      required('spec.auditAnnotations', 'validations or auditAnnotations must be non-empty'),
    );
  for (const [index, rule] of rules.entries())
    if (text(rule['expression']).trim() === '')
      causes.push(required(`spec.validations[${index}].expression`, 'expression is not specified'));
  if (spec['matchConstraints'] === undefined) causes.push(required('spec.matchConstraints'));
  else if (each(at(spec, 'matchConstraints')['resourceRules']).length === 0)
    causes.push(required('spec.matchConstraints.resourceRules'));
  else
    causes.push(
      ...each(at(spec, 'matchConstraints')['resourceRules']).flatMap((rule, index) =>
        checkRule(`spec.matchConstraints.resourceRules[${index}]`, rule),
      ),
    );
  return [...causes, ...oneOf('spec.failurePolicy', spec['failurePolicy'], ['Fail', 'Ignore'], true)];
}

export function checkPolicyBinding(object: Resource): Cause[] {
  const spec = at(object, 'spec');
  const actions = texts(spec['validationActions']);
  const causes: Cause[] = [];
  if (text(spec['policyName']) === '') causes.push(required('spec.policyName'));
  if (actions.length === 0)
    causes.push(required('spec.validationActions', 'at least one validation action is required'));
  for (const [index, action] of actions.entries())
    if (!['Audit', 'Deny', 'Warn'].includes(action))
      causes.push(notSupported(`spec.validationActions[${index}]`, action, ['Audit', 'Deny', 'Warn']));
  if (actions.includes('Deny') && actions.includes('Warn'))
    causes.push(
      invalid(
        'spec.validationActions',
        actions,
        'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
      ),
    );
  return causes;
}

/** Conversion of custom resources by a webhook. */
export function checkConversion(path: string, conversion: JsonObject): Cause[] {
  const strategy = text(conversion['strategy']);
  const causes = oneOf(`${path}.strategy`, strategy, ['None', 'Webhook']);
  const webhook = at(conversion, 'webhook');
  if (strategy === 'Webhook') {
    if (webhook['clientConfig'] === undefined)
      causes.push(required(`${path}.webhookClientConfig`, 'required when strategy is set to Webhook'));
    else causes.push(...checkClient(`${path}.webhookClientConfig`, at(webhook, 'clientConfig')));
    causes.push(
      ...checkReviewVersions(`${path}.conversionReviewVersions`, texts(webhook['conversionReviewVersions']), ''),
    );
  } else if (conversion['webhook'] !== undefined)
    causes.push(forbidden(`${path}.webhookClientConfig`, 'should not be set when strategy is not set to Webhook'));
  return causes;
}
