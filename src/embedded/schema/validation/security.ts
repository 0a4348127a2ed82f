import type { JsonObject, JsonValue } from '../../../resource/index.ts';
import { at, text, texts } from '../access.ts';
import { structJson } from '../json.ts';
import type { Cause } from '../schema.ts';
import { invalid, invalidStruct, required } from './causes.ts';
import { between, oneOf } from './fields.ts';

const identifiers = 2 ** 31 - 1;

/** The rights of a container. */
export function checkSecurity(path: string, context: JsonObject): Cause[] {
  const causes = [
    ...between(`${path}.runAsUser`, context['runAsUser'], 0, identifiers),
    ...between(`${path}.runAsGroup`, context['runAsGroup'], 0, identifiers),
    ...checkSeccomp(`${path}.seccompProfile`, context['seccompProfile']),
  ];
  if (context['allowPrivilegeEscalation'] === false) {
    if (context['privileged'] === true)
      causes.push(
        invalidStruct(
          path,
          securityJson(context),
          'cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
        ),
      );
    if (texts(at(context, 'capabilities')['add']).includes('CAP_SYS_ADMIN'))
      causes.push(
        invalidStruct(
          path,
          securityJson(context),
          'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN',
        ),
      );
  }
  return causes;
}

/** A security context as the server shows it: by the names of its internal type. */
function securityJson(context: JsonObject): string {
  const capabilities = at(context, 'capabilities');
  const value = (field: string) => context[field] ?? null;
  return structJson({
    Capabilities:
      context['capabilities'] === undefined
        ? null
        : { Add: capabilities['add'] ?? null, Drop: capabilities['drop'] ?? null },
    Privileged: value('privileged'),
    SELinuxOptions: value('seLinuxOptions'),
    WindowsOptions: value('windowsOptions'),
    RunAsUser: value('runAsUser'),
    RunAsGroup: value('runAsGroup'),
    RunAsNonRoot: value('runAsNonRoot'),
    ReadOnlyRootFilesystem: value('readOnlyRootFilesystem'),
    AllowPrivilegeEscalation: value('allowPrivilegeEscalation'),
    ProcMount: value('procMount'),
    SeccompProfile: value('seccompProfile'),
    AppArmorProfile: value('appArmorProfile'),
  });
}

/** Which system calls may be made: a profile of this machine is named by its file. */
export function checkSeccomp(path: string, value: JsonValue | undefined): Cause[] {
  if (value === undefined) return [];
  const profile = at({ value }, 'value');
  const local = profile['localhostProfile'];
  const causes = oneOf(`${path}.type`, profile['type'], ['Localhost', 'RuntimeDefault', 'Unconfined']);
  if (profile['type'] === 'Localhost' && text(local) === '')
    causes.push(required(`${path}.localhostProfile`, 'must be set when seccomp type is Localhost'));
  if (profile['type'] !== 'Localhost' && local !== undefined)
    causes.push(invalid(`${path}.localhostProfile`, local, 'can only be set when seccomp type is Localhost'));
  return causes;
}
