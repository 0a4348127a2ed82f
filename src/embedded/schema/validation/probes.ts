import type { JsonObject, JsonValue } from '../../../resource/index.ts';
import { at, each, isEmpty, number, text } from '../access.ts';
import type { Cause } from '../schema.ts';
import { forbidden, invalid, required } from './causes.ts';
import { nonNegative, oneOf, port, portNumber } from './fields.ts';

type Handler = (path: string, action: JsonObject, grace: JsonValue | undefined) => Cause[];

const headerWords =
  "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')";

const handlers: Record<string, Handler> = {
  exec: (path, action) => (isEmpty(action['command']) ? [required(`${path}.command`)] : []),
  httpGet: (path, action) => [
    ...(text(action['path']) === '' ? [required(`${path}.path`)] : []),
    ...port(`${path}.port`, action['port']),
    ...oneOf(`${path}.scheme`, action['scheme'], ['HTTP', 'HTTPS']),
    ...each(action['httpHeaders']).flatMap(({ name }) =>
      /^[-A-Za-z0-9]+$/.test(text(name)) ? [] : [invalid(`${path}.httpHeaders`, text(name), headerWords)],
    ),
  ],
  tcpSocket: (path, action) => port(`${path}.port`, action['port']),
  grpc: (path, action) => portNumber(`${path}.port`, action['port']),
  sleep: (path, action, grace) => {
    const seconds = number(action['seconds']);
    if (seconds >= 0 && seconds <= number(grace)) return [];
    return [
      invalid(
        path,
        seconds,
        `must be non-negative and less than terminationGracePeriodSeconds (${number(grace)}). Enable AllowPodLifecycleSleepActionZeroValue feature gate for zero sleep.`,
      ),
    ];
  },
};

/** Exactly one way to ask. */
function checkHandler(path: string, held: JsonObject, grace: JsonValue | undefined): Cause[] {
  const present = Object.keys(handlers).filter((name) => held[name] !== undefined);
  if (present.length === 0) return [required(path, 'must specify a handler type')];
  return present.flatMap((name, index) =>
    index === 0
      ? (handlers[name]?.(`${path}.${name}`, at(held, name), grace) ?? [])
      : [forbidden(`${path}.${name}`, 'may not specify more than 1 handler type')],
  );
}

/** Liveness and startup probes succeed once; readiness probes kill nothing. */
export function checkProbe(path: string, kind: string, value: JsonValue | undefined): Cause[] {
  if (value === undefined) return [];
  const probe = at({ value }, 'value');
  const causes = checkHandler(path, probe, undefined);
  for (const field of [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ])
    causes.push(...nonNegative(`${path}.${field}`, probe[field]));
  const grace = probe['terminationGracePeriodSeconds'];
  if (grace !== undefined && number(grace) <= 0)
    causes.push(invalid(`${path}.terminationGracePeriodSeconds`, grace, 'must be greater than 0'));
  if (kind === 'readinessProbe') {
    if (grace !== undefined)
      causes.push(invalid(`${path}.terminationGracePeriodSeconds`, grace, 'must not be set for readinessProbes'));
  } else if (number(probe['successThreshold']) !== 1)
    causes.push(invalid(`${path}.successThreshold`, probe['successThreshold'], 'must be 1'));
  return causes;
}

/** What is done right after a start and right before an end. */
export function checkLifecycle(path: string, lifecycle: JsonObject, grace: JsonValue | undefined): Cause[] {
  return ['postStart', 'preStop'].flatMap((hook) =>
    lifecycle[hook] === undefined ? [] : checkHandler(`${path}.${hook}`, at(lifecycle, hook), grace),
  );
}
