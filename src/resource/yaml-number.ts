/**
 * A number as Go writes it after a round trip through JSON and go-yaml v2: whole numbers that fit 64 bits in full,
 * everything else in the shortest form with an exponent of at least two digits (`strconv.FormatFloat(f, 'g', -1, 64)`).
 * Throws a RangeError for NaN and infinities, which JSON does not have.
 */
export function formatNumber(value: number): string {
  if (Number.isSafeInteger(value)) return value === 0 ? '0' : String(value);
  if (!Number.isFinite(value)) throw new RangeError(`json: unsupported value: ${value}`);
  if (Number.isInteger(value) && Math.abs(value) < 1e21 && fits64(BigInt(String(value)))) return String(value);
  const [mantissa, exponent] = value.toExponential().split('e') as [string, string];
  const power = Number(exponent);
  if (power >= -4 && power < 6) return plain(value, mantissa, power);
  const digits = String(Math.abs(power)).padStart(2, '0');
  return `${mantissa}e${power < 0 ? '-' : '+'}${digits}`;
}

const fits64 = (value: bigint) => value >= -(2n ** 63n) && value < 2n ** 64n;

function plain(value: number, mantissa: string, power: number): string {
  if (power >= 0) return String(value);
  const sign = value < 0 ? '-' : '';
  const digits = mantissa.replace(/[-.]/g, '');
  return `${sign}0.${'0'.repeat(-power - 1)}${digits}`;
}
