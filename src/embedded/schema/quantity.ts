/**
 * Kubernetes quantities (`500m`, `1.5Gi`, `1e3`): exact to a billionth, as in
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/.
 */
export interface Quantity {
  /** Billionths; what is finer is rounded away from zero. */
  readonly nano: bigint;
  readonly format: 'decimal' | 'binary' | 'exponent';
}

const nano = 1_000_000_000n;
const decimal: Record<string, number> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const binary: Record<string, bigint> = Object.fromEntries(
  ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].map((suffix, index) => [suffix, 1024n ** BigInt(index + 1)]),
);
/** Binary quantities end where 64-bit integers do; decimal ones do not. */
const largest = (2n ** 63n - 1n) * nano;
const grammar = /^([+-]?)(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[-+]?\d*)$/;
const exponent = /^[eE]([+-]?\d+)$/;

const wrongForm = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/** The value, or the server's complaint as a string. No digits at all are a zero, as the server has it. */
export function parseQuantity(text: string): Quantity | string {
  const match = text === '' ? null : grammar.exec(text);
  if (match === null) return wrongForm;
  const [, sign, whole = '', fraction = '', suffix = ''] = match;
  const power = suffix in binary ? 0 : (decimal[suffix] ?? exponent.exec(suffix)?.[1]);
  if (power === undefined) return "unable to parse quantity's suffix";
  const mantissa = BigInt(`0${whole}${fraction}`) * (binary[suffix] ?? 1n);
  const exact = scale(mantissa, Number(power) + 9 - fraction.length);
  const scaled = suffix in binary && exact > largest ? largest : exact;
  const format = suffix in binary ? 'binary' : suffix in decimal ? 'decimal' : 'exponent';
  return { nano: sign === '-' ? -scaled : scaled, format };
}

function scale(value: bigint, power: number): bigint {
  if (power >= 0) return value * 10n ** BigInt(Math.min(power, 60));
  const divisor = 10n ** BigInt(Math.min(-power, 400));
  return (value + divisor - 1n) / divisor;
}

/** The one way the server prints a quantity: no fraction, the largest suffix that needs none. */
export function formatQuantity(quantity: Quantity): string {
  const { nano: value } = quantity;
  if (value === 0n) return '0';
  const size = value < 0n ? -value : value;
  const sign = value < 0n ? '-' : '';
  if (quantity.format === 'binary' && size >= 1024n * nano && size % nano === 0n) {
    let mantissa = size / nano;
    let step = 0;
    while (mantissa % 1024n === 0n && step < 6) {
      mantissa /= 1024n;
      step += 1;
    }
    return `${sign}${mantissa}${step === 0 ? '' : Object.keys(binary)[step - 1]}`;
  }
  let mantissa = size;
  let power = -9;
  const most = quantity.format === 'exponent' ? Number.POSITIVE_INFINITY : 18;
  while (mantissa % 1000n === 0n && power < most) {
    mantissa /= 1000n;
    power += 3;
  }
  if (quantity.format === 'exponent') return `${sign}${mantissa}${power === 0 ? '' : `e${power}`}`;
  return `${sign}${mantissa}${Object.keys(decimal).find((suffix) => decimal[suffix] === power)}`;
}

/** Negative, zero or positive, as for sorting. */
export function compareQuantities(a: Quantity, b: Quantity): number {
  return a.nano < b.nano ? -1 : a.nano > b.nano ? 1 : 0;
}
