import { spawn } from 'node:child_process';
import { isatty } from 'node:tty';
import { UserError } from '../../errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../resource/index.ts';
import { type Credentials, type Identity, withToken } from '../access.ts';
import { parseJson } from '../json.ts';
import { nonEmpty } from './kubeconfig.ts';
import type { CredentialSource } from './source.ts';

/** Milliseconds for a plugin that has nobody to ask. */
const patience = 30_000;
/** Milliseconds before its end at which a credential is no longer used. */
const leeway = 10_000;

/**
 * Credentials from a program of the user's provider (client.authentication.k8s.io, KEP-541). It is started once and
 * again when its answer has expired or was refused; callers at the same moment share one start.
 */
export function execPlugin(source: CredentialSource, exec: JsonObject, base: Identity): Credentials {
  let known: { identity: Identity; until: number } | undefined;
  let running: Promise<Identity> | undefined;
  const start = (signal: AbortSignal | undefined) => {
    running ??= runPlugin(source, exec, signal)
      .then((status) => {
        known = { identity: identityOf(base, status), until: expiry(status) };
        return known.identity;
      })
      .finally(() => {
        running = undefined;
      });
    return running;
  };
  return {
    current: async (signal) => (known !== undefined && Date.now() < known.until ? known.identity : start(signal)),
    renew: async (refused, signal) =>
      known !== undefined && known.identity !== refused ? known.identity : start(signal),
  };
}

function identityOf(base: Identity, status: JsonObject): Identity {
  const { token, clientCertificateData: cert, clientKeyData: key } = status;
  const identity = nonEmpty(cert) && nonEmpty(key) ? { ...base, cert, key } : base;
  return nonEmpty(token) ? withToken(identity, token) : { ...identity };
}

function expiry(status: JsonObject): number {
  const at = status['expirationTimestamp'];
  return nonEmpty(at) && !Number.isNaN(Date.parse(at)) ? Date.parse(at) - leeway : Number.POSITIVE_INFINITY;
}

async function runPlugin(
  source: CredentialSource,
  exec: JsonObject,
  signal: AbortSignal | undefined,
): Promise<JsonObject> {
  const command = nonEmpty(exec['command']) ? exec['command'] : '';
  const fail = (why: string, suggestions: string[] = [], cause?: unknown) =>
    new UserError('CREDENTIALS_FAILED', `Cannot log in to ${source.context}: the plugin ${command} ${why}`, {
      suggestions: suggestions.length > 0 ? suggestions : [`run ${command} by hand to see what is wrong`],
      ...(cause === undefined ? {} : { cause }),
    });
  const mode = exec['interactiveMode'];
  const interactive = mode !== 'Never' && isatty(0);
  if (mode === 'Always' && !interactive) throw fail('needs a terminal to ask questions', ['run this in a terminal']);

  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = spawn(
    command,
    list(exec['args']).filter((item) => typeof item === 'string'),
    {
      env: { ...source.env, ...variables(exec['env']), KUBERNETES_EXEC_INFO: requestOf(source, exec, interactive) },
      // A plugin that may ask also needs a place to ask: then its talk goes to the terminal.
      stdio: [interactive ? 'inherit' : 'ignore', 'pipe', interactive ? 'inherit' : 'pipe'],
      ...(interactive ? {} : { timeout: patience }),
      ...(signal === undefined ? {} : { signal }),
    },
  );
  let [stdout, stderr] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.on('error', (error: NodeJS.ErrnoException) => {
    if (signal?.aborted) reject(signal.reason);
    else if (error.code !== 'ENOENT') reject(fail(`cannot be started (${error.code ?? error.message})`, [], error));
    else
      reject(
        fail('is not installed', [nonEmpty(exec['installHint']) ? exec['installHint'].trim() : `install ${command}`]),
      );
  });
  child.on('close', (code, killedBy) => {
    const last = stderr.trim().split('\n').at(-1)?.slice(0, 300) ?? '';
    if (code === 0) resolve(stdout);
    else if (killedBy !== null) reject(fail(`did not finish within ${patience / 1000} s`));
    else reject(fail(`failed with exit code ${code}${last === '' ? '' : ` (${last})`}`));
  });
  const answer = await promise;
  let document: JsonValue;
  try {
    document = parseJson(answer);
  } catch {
    throw fail('did not print JSON');
  }
  const status = isJsonObject(document) && document['kind'] === 'ExecCredential' ? document['status'] : undefined;
  if (!isJsonObject(status)) throw fail('did not print an ExecCredential with a status');
  if (!nonEmpty(status['token']) && !nonEmpty(status['clientCertificateData'])) {
    throw fail('printed neither a token nor a certificate');
  }
  return status;
}

/** What the plugin is told: who calls it, and, where it asked for it, which cluster. */
function requestOf({ cluster }: CredentialSource, exec: JsonObject, interactive: boolean): string {
  const extension = list(cluster['extensions'])
    .filter(isJsonObject)
    .find((item) => item['name'] === 'client.authentication.k8s.io/exec');
  const about = {
    server: cluster['server'],
    'tls-server-name': cluster['tls-server-name'],
    'insecure-skip-tls-verify': cluster['insecure-skip-tls-verify'],
    'certificate-authority-data': cluster['certificate-authority-data'],
    'proxy-url': cluster['proxy-url'],
    config: extension?.['extension'],
  };
  return JSON.stringify({
    apiVersion: exec['apiVersion'],
    kind: 'ExecCredential',
    spec: { interactive, ...(exec['provideClusterInfo'] === true ? { cluster: about } : {}) },
  });
}

function variables(env: JsonValue | undefined): Record<string, string> {
  return Object.fromEntries(
    list(env)
      .filter(isJsonObject)
      .map((item) => [String(item['name']), String(item['value'] ?? '')]),
  );
}

const list = (value: JsonValue | undefined): JsonValue[] => (Array.isArray(value) ? value : []);
