import { padEnd, truncate, widthOf } from './width.ts';

export interface TableColumn<Row> {
  title: string;
  text(row: Row): string;
  /** Colours the text when it stands in the table; the width is taken before. */
  paint?(text: string, row: Row): string;
}

export interface TableOptions {
  /** Columns of the screen: where the table is wider, its last column is cut. */
  width: number;
  /** Paints the titles. */
  heading?(text: string): string;
  /** Put in front of every line. */
  indent?: string;
}

/** Aligned columns with titles, as lines. Titles are left out of a table without rows, which has no lines. */
export function formatTable<Row>(rows: readonly Row[], columns: readonly TableColumn<Row>[], options: TableOptions) {
  if (rows.length === 0) return [];
  const indent = options.indent ?? '';
  const texts = rows.map((row) => columns.map((column) => column.text(row)));
  const widths = columns.map((column, at) =>
    Math.max(widthOf(column.title), ...texts.map((cells) => widthOf(cells[at] as string))),
  );
  const line = (cells: readonly string[], paint: (text: string, at: number) => string) => {
    let left = options.width - widthOf(indent);
    const fitted = cells.map((cell, at) => {
      const isLast = at === cells.length - 1;
      const text = truncate(cell, Math.max(isLast ? left : Math.min(left, widths[at] as number), 1));
      const padding = isLast ? '' : padEnd('', (widths[at] as number) - widthOf(text) + 2);
      left -= widthOf(text) + padding.length;
      return paint(text, at) + padding;
    });
    return (indent + fitted.join('')).trimEnd();
  };
  return [
    line(
      columns.map((column) => column.title),
      (text) => options.heading?.(text) ?? text,
    ),
    ...rows.map((row, index) => line(texts[index] as string[], (text, at) => columns[at]?.paint?.(text, row) ?? text)),
  ];
}
