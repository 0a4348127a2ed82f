import { truncate, widthOf } from './width.ts';

export interface TableColumn<Row> {
  title: string;
  text(row: Row): string;
  /** Colours the text when it stands in the table; the width is taken before. */
  paint?(text: string, row: Row): string;
}

export interface TableOptions {
  /** Columns of the screen: where the table is wider, its widest columns are cut. */
  width: number;
  /** Paints the titles. */
  heading?(text: string): string;
  /** Put in front of every line. */
  indent?: string;
}

/** Aligned columns with titles, as lines; nothing at all for a table without rows. */
export function formatTable<Row>(rows: readonly Row[], columns: readonly TableColumn<Row>[], options: TableOptions) {
  if (rows.length === 0) return [];
  const indent = options.indent ?? '';
  const texts = rows.map((row) => columns.map((column) => column.text(row)));
  const titles = columns.map(({ title }) => title);
  const natural = titles.map((title, at) => Math.max(...[title, ...texts.map((cells) => cells[at]!)].map(widthOf)));
  const widths = shrink(natural, options.width - indent.length - GAP * (columns.length - 1));
  const line = (cells: readonly string[], paint: (text: string, at: number) => string) => {
    const shown = cells.map((cell, at) => {
      const text = truncate(cell, widths[at]!);
      const isLast = at === cells.length - 1;
      return paint(text, at) + (isLast ? '' : ' '.repeat(widths[at]! - widthOf(text) + GAP));
    });
    return (indent + shown.join('')).trimEnd();
  };
  return [
    line(titles, (text) => options.heading?.(text) ?? text),
    ...rows.map((row, index) => line(texts[index]!, (text, at) => columns[at]?.paint?.(text, row) ?? text)),
  ];
}

/** Spaces between two columns. */
const GAP = 2;

/** Takes from the widest column, one by one, until all fit. */
function shrink(natural: readonly number[], width: number): number[] {
  const widths = [...natural];
  for (let over = widths.reduce((sum, one) => sum + one, 0) - width; over > 0; over -= 1) {
    const widest = widths.indexOf(Math.max(...widths));
    if (widths[widest]! <= 1) break;
    widths[widest]! -= 1;
  }
  return widths;
}
