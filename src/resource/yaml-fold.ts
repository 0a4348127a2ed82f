import { readBlockScalar } from './yaml-text.ts';

/**
 * A folded text after Kustomize's detour: go-yaml v3 writes it folded again and reads it back, which does not give
 * the same text where lines are indented or blank ones are kept.
 * Source: yaml_emitter_write_folded_scalar in emitterc.go of go.yaml.in/yaml v3.0.4.
 */
export function refold(text: string): string {
  if (!/\n[\s\S]/.test(text) && !text.startsWith(' ')) return text;
  if (/ \n| $/.test(text) || /[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/.test(text)) return text;
  const written = write(text);
  const cursor = {
    text: written,
    pos: 0,
    lineStart: 0,
    keyAllowed: false,
    fail: (why: string): never => {
      throw new Error(why);
    },
  };
  return readBlockScalar(cursor, 0, false);
}

function write(text: string): string {
  const first = text.charCodeAt(0);
  let out = first === 32 || first === 10 ? '>2' : '>';
  if (!text.endsWith('\n')) out += '-';
  else if (text.length === 1 || text.endsWith('\n\n')) out += '+';
  out += '\n';
  let breaks = true;
  let leadingSpaces = true;
  for (let i = 0; i < text.length; i++) {
    const char = text[i] as string;
    if (char === '\n') {
      if (!breaks && !leadingSpaces) {
        // go-yaml looks at the beginning of the whole text here, not at what follows this break.
        let k = 0;
        while (text[k] === '\n') k++;
        const next = text[k];
        if (next !== undefined && next !== ' ' && next !== '\t') out += '\n';
      }
      out += '\n';
      breaks = true;
    } else {
      if (breaks) {
        out += '  ';
        leadingSpaces = char === ' ' || char === '\t';
      }
      out += char;
      breaks = false;
    }
  }
  return out;
}
