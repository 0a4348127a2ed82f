import { expect, test } from 'vitest';
import { formatTable } from '../../src/ui/table.ts';
import { truncate, widthOf } from '../../src/ui/width.ts';

const columns = [
  { title: 'NAME', text: (row: string[]) => row[0] as string },
  { title: 'WHAT', text: (row: string[]) => row[1] as string },
  { title: 'N', text: (row: string[]) => row[2] as string },
];

test('columns are as wide as their widest text, with two spaces between', () => {
  expect(
    formatTable(
      [
        ['a', 'long text', '1'],
        ['bcdef', 'x', '22'],
      ],
      columns,
      { width: 80 },
    ),
  ).toEqual(['NAME   WHAT       N', 'a      long text  1', 'bcdef  x          22']);
});

test('where the screen is too narrow the widest column is cut', () => {
  const lines = formatTable([['name', 'a rather long text', '1']], columns, { width: 20, indent: '  ' });
  expect(lines).toEqual(['  NAME  WHAT       N', '  name  a rather…  1']);
});

test('wide characters count twice and are never cut in half', () => {
  expect(widthOf('日本')).toBe(4);
  expect(widthOf('👍')).toBe(2);
  expect(widthOf('é')).toBe(1);
  expect(truncate('日本語', 4)).toBe('日…');
  expect(truncate('日本', 4)).toBe('日本');
});

test('a table without rows is nothing', () => {
  expect(formatTable([], columns, { width: 80 })).toEqual([]);
});
