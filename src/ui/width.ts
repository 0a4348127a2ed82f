/** Columns a text takes in a terminal. It must be free of control characters: measure before painting. */
export function widthOf(text: string): number {
  if (isAscii(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes().segment(text)) width += wide.test(segment) ? 2 : 1;
  return width;
}

/** The text in at most `width` columns; what is cut off becomes `…`. */
export function truncate(text: string, width: number): string {
  if (text.length <= width / 2 || widthOf(text) <= width) return text;
  let kept = '';
  let used = 1;
  for (const { segment } of graphemes().segment(text)) {
    used += widthOf(segment);
    if (used > width) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - widthOf(text))) + text;
}

const isAscii = (text: string) => /^[\x20-\x7e]*$/.test(text);

let segmenter: Intl.Segmenter | undefined;
/** Made at the first need: it loads tables for 10 ms, and most text is ASCII. */
function graphemes(): Intl.Segmenter {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return segmenter;
}

/** East Asian wide and fullwidth blocks (Unicode UAX 11), and emoji. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
