import { stripVTControlCharacters } from 'node:util';

/**
 * Text from elsewhere (a server, a program, an error of a library) made fit to print: without credentials, and without
 * control characters that could drive the reader's terminal.
 */
export function scrub(text: string): string {
  return secrets
    .reduce((clean, [pattern, replacement]) => clean.replace(pattern, replacement), stripVTControlCharacters(text))
    .replace(control, '');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to remove.
const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

const secrets: readonly (readonly [RegExp, string])[] = [
  // https://user:password@host
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@?#"']*@/gi, '$1***@'],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, '(private key)'],
  // Three base64url parts of which the first starts a JSON object: a JSON Web Token, as service accounts have.
  [/\beyJ[\w-]+\.[\w-]+(\.[\w-]*)?/g, '(token)'],
  // Words have no digits: `bearer tokens` stays.
  [/\b(authorization:\s*\w+|bearer)\s+(?=\S*\d)[\w.~+/=-]{8,}/gi, '$1 ***'],
  [/([?&](?:access_token|token|password|passwd|secret|api[_-]?key|sig(?:nature)?)=)[^&\s"']+/gi, '$1***'],
];
