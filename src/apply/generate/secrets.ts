import { UserError } from '../../errors.ts';
import { formatId, idOf, isJsonObject, type JsonObject, type Resource } from '../../resource/index.ts';
import { textAt } from '../read.ts';
import { certificateFault, makeCertificate, type Source } from './certificate.ts';

const annotationOf = (object: Resource, name: string) => object.metadata.annotations?.[`slipway.dev/${name}`];

const listed = (text: string | undefined) =>
  (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** Whether the values of this Secret are made when it is applied, and not written in the files. */
export const isGenerated = (object: Resource) =>
  object.kind === 'Secret' && annotationOf(object, 'generate') !== undefined;

/**
 * The Secret with its generated values: those of the live one as long as they serve, new ones otherwise.
 * `slipway.dev/generate: certificate` with `slipway.dev/dns-names` gives `tls.crt`, `tls.key` and `ca.crt`;
 * `slipway.dev/generate: password` with `slipway.dev/keys` gives 32 random characters for each key.
 * Throws `GENERATE_INVALID` where an annotation makes no sense.
 */
export function withGeneratedValues(secret: Resource, live: Resource | undefined, source: Source): Resource {
  const mode = annotationOf(secret, 'generate');
  switch (mode) {
    case 'certificate':
      return withValues(secret, certificateValues(secret, live, source));
    case 'password':
      return withValues(secret, passwordValues(secret, live, source));
    default:
      throw invalid(secret, `slipway.dev/generate is "${mode}"`, 'Use "certificate" or "password"');
  }
}

/** The Secret without its generated values, as a revision keeps it; any other object as it is. */
export function withoutGeneratedValues(object: Resource): Resource {
  const { data } = object;
  if (!isGenerated(object) || !isJsonObject(data)) return object;
  const made =
    annotationOf(object, 'generate') === 'certificate'
      ? ['tls.crt', 'tls.key', 'ca.crt']
      : listed(annotationOf(object, 'keys'));
  return {
    ...object,
    data: Object.fromEntries(Object.entries(data).filter(([key]) => !made.includes(key))),
  } as Resource;
}

function certificateValues(secret: Resource, live: Resource | undefined, source: Source): Record<string, string> {
  const dnsNames = listed(annotationOf(secret, 'dns-names'));
  if (dnsNames.length === 0) {
    throw invalid(secret, 'slipway.dev/dns-names is missing', 'List the names that the certificate is for');
  }
  const known = {
    certificate: decoded(live, 'tls.crt') ?? '',
    key: decoded(live, 'tls.key') ?? '',
    authority: decoded(live, 'ca.crt') ?? '',
  };
  const keeps = known.key !== '' && certificateFault(known, dnsNames, source.clock()) === undefined;
  const made = keeps ? known : makeCertificate(dnsNames, source);
  return { 'tls.crt': made.certificate, 'tls.key': made.key, 'ca.crt': made.authority };
}

function passwordValues(secret: Resource, live: Resource | undefined, source: Source): Record<string, string> {
  const keys = listed(annotationOf(secret, 'keys'));
  if (keys.length === 0) throw invalid(secret, 'slipway.dev/keys is missing', 'List the keys to make values for');
  const value = (key: string) => {
    const known = decoded(live, key);
    return known === undefined || known === '' ? Buffer.from(source.randomBytes(24)).toString('base64url') : known;
  };
  return Object.fromEntries(keys.map((key) => [key, value(key)]));
}

function decoded(secret: Resource | undefined, key: string): string | undefined {
  const value = textAt(secret, 'data', key);
  return value === undefined ? undefined : Buffer.from(value, 'base64').toString();
}

function withValues(secret: Resource, values: Record<string, string>): Resource {
  const encoded = Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  const data = isJsonObject(secret['data']) ? secret['data'] : {};
  return { ...secret, data: { ...data, ...Object.fromEntries(encoded) } } as Resource;
}

function invalid(secret: Resource, why: string, suggestion: string): UserError {
  return new UserError('GENERATE_INVALID', `Cannot generate values for ${formatId(idOf(secret))}: ${why}`, {
    suggestions: [suggestion],
    exit: 2,
  });
}

/** `namespace/name` of the Secret whose `ca.crt` this object trusts; undefined for most objects. */
export const authorityOf = (object: Resource) => annotationOf(object, 'inject-ca-from');

/** The object with the authority's certificate in each place where the API server looks for it. */
export function withAuthority(object: Resource, caBundle: string): Resource {
  const client = (value: JsonObject) => ({
    ...value,
    clientConfig: { ...(value['clientConfig'] as JsonObject), caBundle },
  });
  const spec = object['spec'];
  switch (object.kind) {
    case 'MutatingWebhookConfiguration':
    case 'ValidatingWebhookConfiguration': {
      const webhooks = Array.isArray(object['webhooks']) ? object['webhooks'].filter(isJsonObject) : [];
      return { ...object, webhooks: webhooks.map(client) } as Resource;
    }
    case 'CustomResourceDefinition': {
      const conversion = isJsonObject(spec) ? spec['conversion'] : undefined;
      if (!isJsonObject(spec) || !isJsonObject(conversion) || !isJsonObject(conversion['webhook'])) return object;
      return {
        ...object,
        spec: { ...spec, conversion: { ...conversion, webhook: client(conversion['webhook']) } },
      } as Resource;
    }
    case 'APIService':
      return { ...object, spec: { ...(isJsonObject(spec) ? spec : {}), caBundle } } as Resource;
    default:
      return object;
  }
}
