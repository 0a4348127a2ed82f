interface Field {
  least: number;
  most: number;
  names?: readonly string[];
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const fields: Field[] = [
  { least: 0, most: 59 },
  { least: 0, most: 23 },
  { least: 1, most: 31 },
  { least: 1, most: 12, names: months },
  { least: 0, most: 6, names: days },
];
const named = new Set(['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']);

/** What is wrong with a cron schedule, in the words of the parser that the server uses; undefined if nothing is. */
export function checkSchedule(schedule: string): string | undefined {
  if (schedule.startsWith('@')) return checkDescriptor(schedule);
  const parts = schedule.trim().split(/\s+/);
  if (parts.length !== 5) return `expected exactly 5 fields, found ${parts.length}: [${parts.join(' ')}]`;
  for (const [index, part] of parts.entries()) {
    const field = fields[index];
    for (const range of part.split(',')) {
      const wrong = field === undefined ? undefined : checkRange(range, field);
      if (wrong !== undefined) return wrong;
    }
  }
  return undefined;
}

function checkDescriptor(schedule: string): string | undefined {
  if (named.has(schedule) || /^@every (\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(schedule)) return undefined;
  return `unrecognized descriptor: ${schedule}`;
}

function checkRange(range: string, field: Field): string | undefined {
  const [span = '', step, ...tooManySteps] = range.split('/');
  const [low = '', high, ...tooManyEnds] = span.split('-');
  const any = low === '*' || low === '?';
  const start = any ? field.least : numberOf(low, field);
  if (typeof start === 'string') return start;
  if (!any && tooManyEnds.length > 0) return `too many hyphens: ${range}`;
  let end = any ? field.most : high === undefined ? start : numberOf(high, field);
  if (typeof end === 'string') return end;
  if (tooManySteps.length > 0) return `too many slashes: ${range}`;
  const pace = step === undefined ? 1 : numberOf(step, {} as Field);
  if (typeof pace === 'string') return pace;
  if (step !== undefined && high === undefined && !any) end = field.most;
  if (start < field.least) return `beginning of range (${start}) below minimum (${field.least}): ${range}`;
  if (end > field.most) return `end of range (${end}) above maximum (${field.most}): ${range}`;
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${range}`;
  return pace === 0 ? `step of range should be a positive number: ${range}` : undefined;
}

function numberOf(text: string, field: Field): number | string {
  const index = field.names?.indexOf(text.toLowerCase()) ?? -1;
  if (index >= 0) return index + field.least;
  if (/^\d+$/.test(text)) return Number(text);
  return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
}
