import { Collection } from './collection.ts';
import { type FieldTables, mergeTables } from './field-specs.ts';
import { mergeVariables, type Variable } from './variables.ts';

/** Objects and the rules that were gathered with them. */
export class Accumulator {
  readonly collection = new Collection();
  readonly variables = new Map<string, Variable>();
  private gathered: FieldTables | undefined;

  get tables(): FieldTables | undefined {
    return this.gathered;
  }

  mergeTables(tables: FieldTables | undefined): void {
    if (tables === undefined || tables === this.gathered) return;
    this.gathered = this.gathered === undefined ? tables : mergeTables(this.gathered, tables);
  }

  /** Takes over everything of another one. */
  merge(other: Accumulator): void {
    this.collection.appendAll(other.collection.items);
    this.mergeTables(other.tables);
    mergeVariables(this.variables, other.variables.values());
  }
}
