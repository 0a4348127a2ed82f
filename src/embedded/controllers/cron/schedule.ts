/**
 * Cron schedules as Kubernetes has them: five fields with names, ranges and steps, `@daily` and its like, `@every 1h30m`,
 * in a time zone (https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax).
 */
export interface Schedule {
  /** The first time after `after`, in milliseconds since 1970; undefined if there is none within five years. */
  next(after: number): number | undefined;
}

interface Field {
  least: number;
  most: number;
  names?: readonly string[];
}
interface Choice {
  values: ReadonlySet<number>;
  /** Written as `*`: such a day field leaves the choice to the other one. */
  any: boolean;
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const minuteField: Field = { least: 0, most: 59 };
const hourField: Field = { least: 0, most: 23 };
const dayField: Field = { least: 1, most: 31 };
const monthField: Field = { least: 1, most: 12, names: months };
const weekdayField: Field = { least: 0, most: 6, names: days };

const named: Record<string, string> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/** Reads a schedule; `timeZone` is an IANA name, UTC without one. Throws an `Error` that says what is wrong. */
export function parseSchedule(text: string, timeZone = 'UTC'): Schedule {
  const every = /^@every (.+)$/.exec(text.trim());
  if (every !== null) return everyDuration(every[1] ?? '');
  const expression = named[text.trim()] ?? text.trim();
  const parts = expression.split(/\s+/);
  if (parts.length !== 5) throw new Error(`expected exactly 5 fields, found ${parts.length}: [${parts.join(' ')}]`);
  const [minute, hour, day, month, weekday] = parts as [string, string, string, string, string];
  const choices = {
    minutes: choiceOf(minute, minuteField),
    hours: choiceOf(hour, hourField),
    days: choiceOf(day, dayField),
    months: choiceOf(month, monthField),
    weekdays: choiceOf(weekday, weekdayField),
  };
  const zone = zoneOf(timeZone);
  return { next: (after) => nextOf(choices, zone, after) };
}

function everyDuration(text: string): Schedule {
  const units: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000 };
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(h|m|s)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) {
    throw new Error(`failed to parse duration @every ${text}`);
  }
  const total = parts.reduce((sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ''] ?? 0), 0);
  const delay = Math.max(1000, Math.floor(total / 1000) * 1000);
  return { next: (after) => Math.floor(after / 1000) * 1000 + delay };
}

function choiceOf(text: string, field: Field): Choice {
  const values = new Set<number>();
  let any = false;
  for (const part of text.split(',')) {
    const [span = '', step] = part.split('/');
    const pace = step === undefined ? 1 : Number(step);
    const [low = '', high] = span.split('-');
    const isAny = low === '*' || low === '?';
    const first = isAny ? field.least : numberOf(low, field);
    const last = isAny || (high === undefined && step !== undefined) ? field.most : numberOf(high ?? low, field);
    if (!(pace > 0) || !(first >= field.least) || !(last <= field.most) || first > last) {
      throw new Error(`failed to parse ${part}`);
    }
    if (isAny && pace === 1) any = true;
    for (let value = first; value <= last; value += pace) values.add(value);
  }
  return { values: new Set([...values].sort((one, other) => one - other)), any };
}

function numberOf(text: string, { names, least }: Field): number {
  const index = names?.indexOf(text.toLowerCase()) ?? -1;
  if (index >= 0) return index + least;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

type Choices = Record<'minutes' | 'hours' | 'days' | 'months' | 'weekdays', Choice>;

const dayLength = 86_400_000;

function nextOf(choices: Choices, zone: Zone, after: number): number | undefined {
  // Days are walked as if they were UTC's, and only the hits are translated into the zone's real times.
  const earliest = zone.toLocal(after);
  const start = Math.floor(earliest / dayLength) * dayLength;
  for (let day = start; day < start + 5 * 366 * dayLength; day += dayLength) {
    if (!fitsDay(choices, new Date(day))) continue;
    for (const hour of choices.hours.values)
      for (const minute of choices.minutes.values) {
        const local = day + hour * 3_600_000 + minute * 60_000;
        // Clocks are never set by more than this.
        if (local < earliest - 3 * 3_600_000) continue;
        const time = zone.fromLocal(local);
        if (time !== undefined && time > after) return time;
      }
  }
  return undefined;
}

/** Where both day fields are restricted, one of them is enough. */
function fitsDay({ days, months, weekdays }: Choices, date: Date): boolean {
  if (!months.values.has(date.getUTCMonth() + 1)) return false;
  const day = days.values.has(date.getUTCDate());
  const weekday = weekdays.values.has(date.getUTCDay());
  return days.any || weekdays.any ? day && weekday : day || weekday;
}

interface Zone {
  /** The clock on the wall at a time, as the milliseconds it would be in UTC. */
  toLocal(time: number): number;
  /** The first time at which the wall shows this; undefined in the hour that is left out in spring. */
  fromLocal(local: number): number | undefined;
}

function zoneOf(name: string): Zone {
  if (name === 'UTC' || name === 'Etc/UTC') return { toLocal: (time) => time, fromLocal: (local) => local };
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const toLocal = (time: number) => {
    const parts = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second) + (((time % 1000) + 1000) % 1000);
  };
  return {
    toLocal,
    fromLocal(local) {
      const offsets = [local - dayLength, local + dayLength].map((time) => toLocal(time) - time);
      const times = offsets.map((offset) => local - offset).filter((time) => toLocal(time) === local);
      return times.length === 0 ? undefined : Math.min(...times);
    },
  };
}
