/**
 * Rules for names, labels and their like. Each answers what is wrong, in the words of the real server
 * (`k8s.io/apimachinery/pkg/api/validate/content`); an empty list means nothing.
 */
export type NameRule = (value: string) => string[];

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomain = `${label}(\\.${label})*`;
const label1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const qualified = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const whole = (pattern: string) => new RegExp(`^(?:${pattern})$`);

const patterns = {
  label: whole(label),
  subdomain: whole(subdomain),
  label1035: whole(label1035),
  qualified: whole(qualified),
  labelValue: whole(`(${qualified})?`),
  identifier: whole('[A-Za-z_][A-Za-z0-9_]*'),
  envName: whole('[-._a-zA-Z][-._a-zA-Z0-9]*'),
  configKey: whole('[-._a-zA-Z0-9]+'),
  wildcard: whole(`\\*\\.${subdomain}`),
};

/** Names of objects are measured in characters, keys and values of labels in bytes, though both mean bytes. */
const tooLong = (limit: number, unit = 'characters') => `must be no more than ${limit} ${unit}`;
const bytes = (value: string) => Buffer.byteLength(value);

function explain(words: string, pattern: string, ...examples: string[]): string {
  if (examples.length === 0) return `${words} (regex used for validation is '${pattern}')`;
  const list = examples.map((example) => `'${example}', `).join(' or ');
  return `${words} (e.g. ${list}regex used for validation is '${pattern}')`;
}

const labelWords =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
const subdomainWords =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
const label1035Words =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";
const qualifiedWords =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const labelValueWords =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

export const dnsLabel: NameRule = (value) => {
  const wrong = bytes(value) > 63 ? [tooLong(63)] : [];
  if (patterns.label.test(value)) return wrong;
  if (patterns.subdomain.test(value)) return [...wrong, 'must not contain dots'];
  return [...wrong, explain(labelWords, label, 'my-name', '123-abc')];
};

export const dnsSubdomain: NameRule = (value) => {
  const wrong = bytes(value) > 253 ? [tooLong(253)] : [];
  return patterns.subdomain.test(value) ? wrong : [...wrong, explain(subdomainWords, subdomain, 'example.com')];
};

export const dnsLabel1035: NameRule = (value) => {
  const wrong = bytes(value) > 63 ? [tooLong(63)] : [];
  return patterns.label1035.test(value) ? wrong : [...wrong, explain(label1035Words, label1035, 'my-name', 'abc-123')];
};

export const wildcardSubdomain: NameRule = (value) => {
  const wrong = bytes(value) > 253 ? [tooLong(253)] : [];
  const words =
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character";
  return patterns.wildcard.test(value) ? wrong : [...wrong, explain(words, `\\*\\.${subdomain}`, '*.example.com')];
};

/** `name` or `prefix/name`: keys of labels, annotations and resources, finalizers. */
export const qualifiedName: NameRule = (value) => {
  const parts = value.split('/');
  if (parts.length > 2)
    return [
      `a valid label key ${explain(qualifiedWords, qualified, 'MyName', 'my.name', '123-abc')} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  const wrong: string[] = [];
  const name = parts.at(-1) ?? '';
  if (parts.length === 2) {
    const prefix = parts[0] ?? '';
    wrong.push(
      ...(prefix === ''
        ? ['prefix part must be non-empty']
        : dnsSubdomain(prefix).map((text) => `prefix part ${text}`)),
    );
  }
  if (name === '') wrong.push('name part must be non-empty');
  else if (bytes(name) > 63) wrong.push(`name part ${tooLong(63, 'bytes')}`);
  if (!patterns.qualified.test(name))
    wrong.push(`name part ${explain(qualifiedWords, qualified, 'MyName', 'my.name', '123-abc')}`);
  return wrong;
};

export const labelValue: NameRule = (value) => {
  const wrong = bytes(value) > 63 ? [tooLong(63, 'bytes')] : [];
  return patterns.labelValue.test(value)
    ? wrong
    : [...wrong, explain(labelValueWords, `(${qualified})?`, 'MyValue', 'my_value', '12345')];
};

/** Names that are one segment of a path and nothing more (roles, and embedded objects). */
export const pathSegment: NameRule = (value) => {
  if (value === '.' || value === '..') return [`may not be '${value}'`];
  return ['/', '%'].filter((part) => value.includes(part)).map((part) => `may not contain '${part}'`);
};

/** Keys of ConfigMaps and Secrets. */
export const configKey: NameRule = (value) => {
  const wrong = bytes(value) > 253 ? [tooLong(253)] : [];
  const words = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
  if (!patterns.configKey.test(value))
    return [...wrong, explain(words, '[-._a-zA-Z0-9]+', 'key.name', 'KEY_NAME', 'key-name')];
  return [...wrong, ...dots(value)];
};

function dots(value: string): string[] {
  if (value === '.') return [`must not be '.'`];
  if (value === '..') return [`must not be '..'`];
  return value.startsWith('..') ? [`must not start with '..'`] : [];
}

/** Names of environment variables: any printable ASCII character except `=`. */
export const envName: NameRule = (value) =>
  /^[ -<>-~]+$/.test(value)
    ? []
    : [`a valid environment variable name must consist only of printable ASCII characters other than '='`];

/** Names of ports in containers: up to 15 characters with a letter in them. */
export const portName: NameRule = (value) => {
  const wrong: string[] = [];
  if (value.length > 15) wrong.push('must be no more than 15 characters');
  if (!/^[-a-z0-9]+$/.test(value)) wrong.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(value)) wrong.push('must contain at least one letter (a-z)');
  if (value.includes('--')) wrong.push('must not contain consecutive hyphens');
  if (value.startsWith('-') || value.endsWith('-')) wrong.push('must not begin or end with a hyphen');
  return wrong;
};
