import type { Problem } from '../errors.ts';
import { ClusterError } from './errors.ts';
import { type Refusal, readStatus, type Status } from './status.ts';

/** What was tried, for the sentence of an error. */
export interface Attempt {
  /** `get`, `list`, `create` … */
  verb: string;
  /** `Deployment.apps prod/web`, or `Deployment.apps in prod` for a collection. */
  what: string;
  namespace?: string | undefined;
  /** The name of the cluster, as in messages. */
  cluster: string;
}

interface Explanation {
  code: string;
  why: string;
  suggestions?: readonly string[];
  problems?: readonly Problem[];
  exit?: 1 | 2;
}

/** The error for an answer that is not a success. Reads the `Status` object (API conventions, "Response Status Kind"). */
export function failureOf(attempt: Attempt, refusal: Refusal): ClusterError {
  const status = readStatus(refusal);
  const { code, why, ...options } = explain(attempt, refusal.status, status);
  return new ClusterError(
    code,
    `Cannot ${attempt.verb} ${attempt.what}: ${withoutFullStop(why)}`,
    {
      status: refusal.status,
      reason: status.reason,
      causes: status.causes,
      retryAfterSeconds: status.retryAfterSeconds,
      said: status.message,
    },
    options,
  );
}

function explain(attempt: Attempt, code: number, status: Status): Explanation {
  switch (code) {
    case 401:
      return {
        code: 'UNAUTHORIZED',
        why: `cluster ${attempt.cluster} does not accept the credentials; they are wrong or have expired`,
        suggestions: [`log in to the cluster again, or check the user of context ${attempt.cluster} in the kubeconfig`],
      };
    case 403:
      return explainForbidden(attempt, status);
    case 404:
      return explainMissing(attempt, status);
    case 409:
      return explainConflict(status);
    case 410:
      return { code: 'EXPIRED', why: 'the server no longer has the history that was asked for' };
    case 422:
      return explainInvalid(status);
    case 429:
      if (status.causes.some((cause) => cause.reason === 'DisruptionBudget')) {
        return { code: 'DISRUPTION_BUDGET', why: status.message };
      }
      return { code: 'TOO_MANY_REQUESTS', why: 'the server has too many requests', suggestions: ['try again later'] };
    case 400:
      return { code: 'BAD_REQUEST', why: status.message.replace(decodingPrefix, ''), exit: 2 };
    case 503:
      return {
        code: 'SERVER_UNAVAILABLE',
        why: `the server is not available${status.message === '' ? '' : ` (${withoutFullStop(status.message)})`}`,
        suggestions: ['try again in a moment'],
      };
    default:
      if (notInSchema.test(status.message)) return explainNotInSchema(status);
      return {
        code: code >= 500 ? 'SERVER_ERROR' : 'REFUSED',
        why: status.message.replace('Internal error occurred: ', '') || `the server answered with HTTP status ${code}`,
      };
  }
}

/** `ConfigMap in version "v1" cannot be handled as a ConfigMap: ` */
const decodingPrefix = /^\S+ in version "[^"]*" cannot be handled as an? \S+: /;
/** `deployments.apps "web" is forbidden: ` */
const forbiddenPrefix = /^\S+(?: "[^"]*")? is forbidden: /;
/** `Operation cannot be fulfilled on deployments.apps "web": ` */
const conflictPrefix = /^Operation cannot be fulfilled on \S+ "[^"]*": /;
/** What the server adds to every message about a name: examples and the expression. */
const regularExpression = / \(e\.g\. .*?regex used for validation is '.*?'\)$/;
/** Server-side apply answers 500 without a reason where the object does not fit its type. */
const notInSchema = /^failed to create typed patch object \([^)]*\): (?:errors:)?/;
/** The sentence of the RBAC authorizer. */
const notAllowed =
  /^User "(?<user>[^"]*)" cannot (?<verb>\S+) resource "(?<resource>[^"]*)" in API group "(?<group>[^"]*)"(?: in the namespace "(?<namespace>[^"]*)"| at the cluster scope)(?<rest>.*)/s;

function explainForbidden(attempt: Attempt, status: Status): Explanation {
  const message = status.message.replace(forbiddenPrefix, '');
  const match = notAllowed.exec(message)?.groups;
  if (match === undefined) return { code: 'FORBIDDEN', why: message || 'the server forbids it' };
  const { user = '', verb = '', resource = '', group = '', namespace, rest = '' } = match;
  const type = group === '' ? resource : `${resource}.${group}`;
  const where = namespace === undefined ? 'in the whole cluster' : `in namespace ${namespace}`;
  const scope = namespace === undefined ? '' : ` -n ${namespace}`;
  return {
    code: 'FORBIDDEN',
    why: `user ${user} may not ${verb} ${type} ${where}${rest}`,
    suggestions: [
      `ask an administrator of cluster ${attempt.cluster} for this permission`,
      `see what is allowed: kubectl auth can-i ${verb} ${type}${scope}`,
    ],
  };
}

function explainMissing(attempt: Attempt, status: Status): Explanation {
  if (status.kind === 'namespaces' && status.name === attempt.namespace && !attempt.what.startsWith('Namespace ')) {
    return {
      code: 'NAMESPACE_NOT_FOUND',
      why: `namespace ${status.name} does not exist`,
      suggestions: [`create the namespace ${status.name} first`],
    };
  }
  return status.name === ''
    ? { code: 'NOT_FOUND', why: 'the server does not serve it' }
    : { code: 'NOT_FOUND', why: 'it does not exist' };
}

function explainConflict(status: Status): Explanation {
  if (status.reason === 'AlreadyExists') return { code: 'ALREADY_EXISTS', why: 'it already exists' };
  const fields = status.causes.filter((cause) => cause.reason === 'FieldManagerConflict');
  if (fields.length === 0) {
    const changed = status.message.includes('has been modified') || status.message === '';
    const why = changed ? 'it was changed in the meantime' : status.message.replace(conflictPrefix, '');
    return { code: 'CONFLICT', why };
  }
  const owned = fields.map(({ field, message }) => {
    const manager = /^conflict with "([^"]*)"/.exec(message ?? '')?.[1] ?? 'another manager';
    return { manager, field: (field ?? '').replace(/^\./, '') };
  });
  return {
    code: 'FIELD_CONFLICT',
    why: some(owned.map(({ manager, field }) => `${field} is managed by ${manager}`)),
    suggestions: ['remove these fields from the manifest, or take them over with --force-conflicts'],
    problems: owned.map(({ manager, field }) => ({ message: `${field}: managed by ${manager}` })),
  };
}

function explainInvalid(status: Status): Explanation {
  const causes = status.causes.map(({ field = '', message = '' }) => {
    const why = message.replace(regularExpression, '');
    return field === '' || field === '<nil>' ? why : `${field}: ${why}`;
  });
  return {
    code: 'INVALID_OBJECT',
    why: causes.length === 0 ? status.message || 'the server finds it invalid' : some(causes),
    exit: 2,
    problems: causes.map((message) => ({ message })),
  };
}

function explainNotInSchema({ message }: Status): Explanation {
  const causes = message
    .replace(notInSchema, '')
    .replaceAll(/&value\.valueUnstructured\{Value:(.*?)\}/g, '$1')
    .split('\n')
    .map((line) => line.trim().replace(/^\./, ''))
    .filter((line) => line !== '');
  return { code: 'INVALID_OBJECT', why: some(causes), exit: 2, problems: causes.map((cause) => ({ message: cause })) };
}

const withoutFullStop = (sentence: string) => sentence.trim().replace(/\.$/, '');

/** The first three, and how many more there are. */
function some(items: readonly string[]): string {
  const shown = items.slice(0, 3).join('; ');
  return items.length > 3 ? `${shown}; and ${items.length - 3} more` : shown;
}
