import { describe, expect, test } from 'vitest';
import { latestMissed } from '../../../src/embedded/controllers/cron/missed.ts';
import { parseSchedule } from '../../../src/embedded/controllers/cron/schedule.ts';

/** The next three times after a moment, as the wall in UTC shows them. */
function nextThree(schedule: string, after: string, zone?: string): string[] {
  const times: string[] = [];
  let time = Date.parse(after);
  for (let round = 0; round < 3; round++) {
    time = parseSchedule(schedule, zone).next(time) ?? Number.NaN;
    times.push(new Date(time).toISOString().slice(0, 16));
  }
  return times;
}

describe('parseSchedule()', () => {
  test.each([
    ['* * * * *', '2026-03-01T10:00:30Z', ['2026-03-01T10:01', '2026-03-01T10:02', '2026-03-01T10:03']],
    ['*/20 * * * *', '2026-03-01T10:00:00Z', ['2026-03-01T10:20', '2026-03-01T10:40', '2026-03-01T11:00']],
    ['5,50 9-10 * * *', '2026-03-01T09:30:00Z', ['2026-03-01T09:50', '2026-03-01T10:05', '2026-03-01T10:50']],
    ['0 0 29 feb *', '2026-03-01T00:00:00Z', ['2028-02-29T00:00']],
    ['0 12 * * MON-fri', '2026-03-06T13:00:00Z', ['2026-03-09T12:00', '2026-03-10T12:00', '2026-03-11T12:00']],
    // Both day fields restricted: one of them is enough.
    ['0 0 1 * 1', '2026-03-01T00:00:00Z', ['2026-03-02T00:00', '2026-03-09T00:00', '2026-03-16T00:00']],
    ['@monthly', '2026-03-01T00:00:00Z', ['2026-04-01T00:00', '2026-05-01T00:00', '2026-06-01T00:00']],
    ['@every 90m', '2026-03-01T00:10:00Z', ['2026-03-01T01:40', '2026-03-01T03:10', '2026-03-01T04:40']],
    ['10/25 * * * *', '2026-03-01T00:00:00Z', ['2026-03-01T00:10', '2026-03-01T00:35', '2026-03-01T01:10']],
  ])('%s after %s', (schedule, after, expected) => {
    expect(nextThree(schedule, after).slice(0, expected.length)).toEqual(expected);
  });

  test('keeps to the clock of a time zone over its changes', () => {
    // Berlin is an hour ahead in winter, two in summer, which began on 29 March.
    expect(nextThree('0 9 * * *', '2026-03-27T12:00:00Z', 'Europe/Berlin')).toEqual([
      '2026-03-28T08:00',
      '2026-03-29T07:00',
      '2026-03-30T07:00',
    ]);
    // Half past two is left out on that day, and comes twice on 25 October: the first counts.
    expect(nextThree('30 2 * * *', '2026-03-28T00:00:00Z', 'Europe/Berlin').slice(0, 2)).toEqual([
      '2026-03-28T01:30',
      '2026-03-30T00:30',
    ]);
    expect(nextThree('30 2 * * *', '2026-10-24T12:00:00Z', 'Europe/Berlin').slice(0, 2)).toEqual([
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ]);
  });

  test.each(['* * * *', '61 * * * *', '* * * * 7', '5-1 * * * *', '*/0 * * * *', '@every soon'])(
    'refuses %s',
    (text) => {
      expect(() => parseSchedule(text)).toThrow();
    },
  );

  test('says that a day never comes', () => {
    expect(parseSchedule('0 0 30 2 *').next(0)).toBeUndefined();
  });
});

describe('latestMissed()', () => {
  const hourly = parseSchedule('0 * * * *');
  const at = (time: string) => Date.parse(time);

  test('is the last start time that has passed', () => {
    expect(latestMissed(hourly, at('2026-01-01T00:30:00Z'), at('2026-01-01T03:10:00Z'))).toEqual({
      due: at('2026-01-01T03:00:00Z'),
      isMany: false,
    });
  });

  test('is nothing before the first', () => {
    const now = at('2026-01-01T00:50:00Z');
    expect(latestMissed(hourly, at('2026-01-01T00:30:00Z'), now)).toEqual({ due: undefined, isMany: false });
  });

  test('is found at once also where years of minutes were missed', () => {
    const every = parseSchedule('* * * * *');
    expect(latestMissed(every, 0, at('2026-01-01T00:00:30Z'))).toEqual({
      due: at('2026-01-01T00:00:00Z'),
      isMany: true,
    });
  });
});
