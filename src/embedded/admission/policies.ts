import type { JsonObject, JsonValue, Resource } from '../../resource/index.ts';
import type { Admission, Api, Attributes, Call } from '../api/api.ts';
import { matchLabels, requirementsOf } from '../api/selectors.ts';
import { ApiError, forbidden } from '../api/status.ts';
import { storageKey } from '../api/types.ts';
import { userInfo } from '../auth/reviews.ts';
import { evaluate, type Facts } from './expressions.ts';
import { matchesRules, matchesSelectors, type WebhookRule } from './match.ts';

interface MatchResources {
  resourceRules?: WebhookRule[];
  excludeResourceRules?: WebhookRule[];
  namespaceSelector?: JsonObject;
  objectSelector?: JsonObject;
}

interface PolicySpec {
  matchConstraints?: MatchResources;
  matchConditions?: { name: string; expression: string }[];
  variables?: { name: string; expression: string }[];
  validations?: { expression: string; message?: string; messageExpression?: string; reason?: string }[];
  paramKind?: { apiVersion: string; kind: string };
  failurePolicy?: 'Fail' | 'Ignore';
}

interface BindingSpec {
  policyName: string;
  validationActions?: string[];
  matchResources?: MatchResources;
  paramRef?: { name?: string; namespace?: string; selector?: JsonObject; parameterNotFoundAction?: string };
}

/** One expression that said no. */
interface Finding {
  message: string;
  reason: string;
}

const group = 'admissionregistration.k8s.io';

/**
 * ValidatingAdmissionPolicies: rules in CEL that need no server of their own.
 * https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
export const policies: Admission = {
  validate(api, attributes, call) {
    // Policies cannot lock each other, and thereby everybody, out.
    if (attributes.type.group === group) return;
    for (const { object: binding } of api.store.list(`${group}/validatingadmissionpolicybindings`)) {
      const bound = binding['spec'] as unknown as BindingSpec;
      const policy = api.store.get(`${group}/validatingadmissionpolicies`, '', bound.policyName)?.object;
      if (policy === undefined) continue;
      const spec = policy['spec'] as unknown as PolicySpec;
      if (!matches(api, spec.matchConstraints, attributes, true)) continue;
      if (!matches(api, bound.matchResources, attributes, false)) continue;
      const findings = paramsFor(api, spec, bound, attributes).flatMap((params) =>
        check(api, spec, params, attributes, call),
      );
      for (const finding of findings) act(finding, policy, binding, bound, attributes, call);
    }
  },
};

function matches(api: Api, match: MatchResources | undefined, attributes: Attributes, needsRules: boolean): boolean {
  if (match === undefined) return !needsRules;
  const { resourceRules, excludeResourceRules } = match;
  if (resourceRules !== undefined && resourceRules.length > 0) {
    if (!matchesRules(resourceRules, attributes)) return false;
  } else if (needsRules) return false;
  return !matchesRules(excludeResourceRules ?? [], attributes) && matchesSelectors(api, match, attributes);
}

/** The parameters of a binding, one check each; a missing one is a reason to refuse unless the binding says otherwise. */
function paramsFor(api: Api, { paramKind }: PolicySpec, { paramRef }: BindingSpec, attributes: Attributes) {
  if (paramKind === undefined || paramRef === undefined) return [undefined];
  const type = api.types.ofKind(paramKind.apiVersion, paramKind.kind);
  if (type === undefined)
    return [
      new Error(`failed to find resource referenced by paramKind: '${paramKind.apiVersion}, Kind=${paramKind.kind}'`),
    ];
  const namespace = type.namespaced ? paramRef.namespace || attributes.namespace : '';
  const found = [...api.store.list(storageKey(type), namespace)]
    .map(({ object }) => object)
    .filter(({ metadata }) =>
      paramRef.name === undefined
        ? matchLabels(requirementsOf(paramRef.selector), metadata.labels)
        : metadata.name === paramRef.name,
    );
  if (found.length > 0) return found;
  return paramRef.parameterNotFoundAction === 'Allow'
    ? []
    : [new Error('no params found for policy binding with `Deny` parameterNotFoundAction')];
}

function check(
  api: Api,
  spec: PolicySpec,
  params: Resource | Error | undefined,
  attributes: Attributes,
  call: Call,
): Finding[] {
  const refuse = (message: string): Finding[] =>
    spec.failurePolicy === 'Ignore' ? [] : [{ message, reason: 'Invalid' }];
  if (params instanceof Error) return refuse(`failed to configure binding: ${params.message}`);
  const facts = factsOf(api, attributes, call, params);
  try {
    if (!(spec.matchConditions ?? []).every(({ expression }) => evaluate(expression, facts) === true)) return [];
  } catch (error) {
    return refuse(messageOf(error));
  }
  for (const { name, expression } of spec.variables ?? [])
    try {
      facts.variables[name] = evaluate(expression, facts);
    } catch {
      // Whoever uses it will say that it is missing.
    }
  const findings: Finding[] = [];
  for (const { expression, message, messageExpression, reason } of spec.validations ?? [])
    try {
      if (evaluate(expression, facts) === true) continue;
      const own = messageExpression === undefined ? undefined : textOf(messageExpression, facts);
      findings.push({
        message: own ?? message ?? `failed expression: ${expression.trim()}`,
        reason: reason ?? 'Invalid',
      });
    } catch (error) {
      findings.push(...refuse(`expression '${expression}' resulted in error: ${messageOf(error)}`));
    }
  return findings;
}

function textOf(expression: string, facts: Facts): string | undefined {
  try {
    const text = evaluate(expression, facts);
    return typeof text === 'string' && text.trim() !== '' && !text.includes('\n') ? text.trim() : undefined;
  } catch {
    return undefined;
  }
}

/** The first line, in the words of the real server's CEL. */
const messageOf = (error: unknown) =>
  ((error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '').replace(
    /^No such key/,
    'no such key',
  );

function factsOf(api: Api, attributes: Attributes, call: Call, params: Resource | undefined): Facts {
  const { type, operation, name, namespace, subresource, object, old, options } = attributes;
  const { group, version, kind, resource } = type;
  const namespaceObject = namespace === '' ? undefined : api.store.get('/namespaces', '', namespace)?.object;
  return {
    object: object ?? null,
    oldObject: old ?? null,
    namespaceObject: namespaceObject ?? null,
    ...(params === undefined ? {} : { params }),
    variables: {},
    request: {
      kind: { group, version, kind },
      resource: { group, version, resource },
      requestKind: { group, version, kind },
      requestResource: { group, version, resource },
      subResource: subresource,
      name,
      namespace,
      operation,
      userInfo: userInfo(call.user),
      dryRun: call.dryRun,
      options: options as JsonValue as JsonObject,
    },
  };
}

const codes: Record<string, number> = { Unauthorized: 401, Forbidden: 403, RequestEntityTooLarge: 413 };

function act(
  { message, reason }: Finding,
  policy: Resource,
  binding: Resource,
  { validationActions = ['Deny'] }: BindingSpec,
  { type, name }: Attributes,
  call: Call,
): void {
  const by = `ValidatingAdmissionPolicy '${policy.metadata.name}' with binding '${binding.metadata.name}'`;
  if (validationActions.includes('Warn')) call.warn(`Validation failed for ${by}: ${message}`);
  if (!validationActions.includes('Deny')) return;
  const why = `${by} denied request: ${message}`;
  const { details, message: text } = forbidden(type, name, why);
  throw new ApiError(codes[reason] ?? 422, reason, text, { ...details, causes: [{ message: why }] });
}
