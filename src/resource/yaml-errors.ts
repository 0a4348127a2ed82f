/** Text that is not YAML, at a place within it. Lines and columns count from 1. */
export class YamlSyntaxError extends Error {
  override readonly name = 'YamlSyntaxError';
  readonly line: number;
  readonly column: number;

  constructor(message: string, line: number, column: number) {
    super(message);
    this.line = line;
    this.column = column;
  }
}
