import {
  type JsonValue,
  mappingNode,
  resolveScalar,
  scalarNode,
  sequenceNode,
  style,
  tags,
  type YamlNode,
} from '../resource/index.ts';

/**
 * The node tree of an object that went through JSON in Go: every number is a float64 there, written in its shortest
 * form (`1e+06`), and strings that could be mistaken are quoted.
 */
export function jsonNode(value: JsonValue): YamlNode {
  if (Array.isArray(value)) return sequenceNode(value.map(jsonNode));
  switch (typeof value) {
    case 'string':
      return textNode(value);
    case 'boolean':
      return scalarNode(String(value), tags.bool);
    case 'number':
    case 'bigint': {
      const text = shortest(Number(value));
      return scalarNode(text, resolveScalar(text, '1.2').tag);
    }
    default:
      if (value === null) return scalarNode('null', tags.null);
      return mappingNode(
        Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : [textNode(key), jsonNode(item)])),
      );
  }
}

const oldBool = /^(?:y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$/;
const base60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;

function textNode(value: string): YamlNode {
  const node = scalarNode(value, tags.string);
  if (value.includes('\n')) node.style = style.literal;
  else if (resolveScalar(value, '1.2').tag !== tags.string || oldBool.test(value) || base60.test(value))
    node.style = style.double;
  return node;
}

/** `strconv.FormatFloat(value, 'g', -1, 64)`, and whole numbers below 10^6 in full. */
export function shortest(value: number): string {
  const [mantissa, exponent] = value.toExponential().split('e') as [string, string];
  const power = Number(exponent);
  if (power >= -4 && power < 21) {
    if (power < 6 || !Number.isFinite(power)) return plain(value, mantissa, power);
    return `${mantissa}e+${String(power).padStart(2, '0')}`;
  }
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

function plain(value: number, mantissa: string, power: number): string {
  if (power >= 0) return value === 0 ? '0' : String(value);
  return `${value < 0 ? '-' : ''}0.${'0'.repeat(-power - 1)}${mantissa.replace(/[-.]/g, '')}`;
}
