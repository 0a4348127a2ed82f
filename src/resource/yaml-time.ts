/**
 * Timestamps as go-yaml reads them, and as Go writes them back (RFC 3339, fraction without trailing zeros).
 * Source: parseTimestamp in resolve.go of go.yaml.in/yaml v3.0.4 and the layouts of Go's package time.
 */
const timestamp =
  /^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:(?:([Tt])([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})([.,][0-9]{1,9}[0-9]*)?(Z|[-+][0-9]{2}:[0-9]{2}))|(?: ([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})([.,][0-9]{1,9}[0-9]*)?))?$/;

/** The RFC 3339 text of a timestamp; undefined if the text is none, or names a day that does not exist. */
export function parseTime(text: string): string | undefined {
  if (text.length < 8 || text.charCodeAt(4) !== 45) return undefined;
  const match = timestamp.exec(text);
  if (match === null) return undefined;
  const [, year, month, day] = match.map(Number) as [number, number, number, number];
  const [hour, minute, second] = [match[5] ?? match[10], match[6] ?? match[11], match[7] ?? match[12]].map((part) =>
    Number(part ?? 0),
  ) as [number, number, number];
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const zone = match[9] ?? 'Z';
  if (zone !== 'Z' && (Number(zone.slice(1, 3)) > 24 || Number(zone.slice(4)) > 60)) return undefined;
  const fraction = (match[8] ?? match[13] ?? '').slice(1, 10).replace(/0+$/, '');
  const two = (value: number) => String(value).padStart(2, '0');
  const clock = `${two(hour)}:${two(minute)}:${two(second)}${fraction === '' ? '' : `.${fraction}`}`;
  return `${match[1]}-${two(month)}-${two(day)}T${clock}${/^[-+]00:00$/.test(zone) ? 'Z' : zone}`;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}
