import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { UserError } from '../../errors.ts';

export interface Row {
  resource: string;
  namespace: string;
  name: string;
  revision: number;
  /** JSON; undefined where the object was deleted. */
  text: string | undefined;
}

/**
 * The file below the store: the current objects and the revision, written in whole transactions. It is locked for one
 * process, kept in WAL mode and synced at every commit, so that neither a killed process nor a power cut loses one.
 */
export class Database {
  readonly #database: DatabaseSync;
  readonly #put: StatementSync;
  readonly #remove: StatementSync;
  readonly #setRevision: StatementSync;

  constructor(directory: string | undefined) {
    this.#database = directory === undefined ? new DatabaseSync(':memory:') : openLocked(directory);
    this.#database.exec(`
      CREATE TABLE IF NOT EXISTS objects (
        resource TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL,
        revision INTEGER NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (resource, namespace, name)
      ) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
    `);
    this.#put = this.#database.prepare('INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?)');
    this.#remove = this.#database.prepare('DELETE FROM objects WHERE resource = ? AND namespace = ? AND name = ?');
    this.#setRevision = this.#database.prepare("INSERT OR REPLACE INTO state VALUES ('revision', ?)");
  }

  revision(): number {
    const row = this.#database.prepare("SELECT value FROM state WHERE name = 'revision'").get();
    return (row?.['value'] as number | undefined) ?? 0;
  }

  *rows(): Generator<Row> {
    for (const row of this.#database.prepare('SELECT resource, namespace, name, revision, body FROM objects').iterate())
      yield { ...(row as unknown as Omit<Row, 'text'>), text: row['body'] as string };
  }

  /** Writes all rows and the new revision, or none of it. */
  commit(rows: Iterable<Row>, revision: number): void {
    this.#database.exec('BEGIN');
    try {
      for (const { resource, namespace, name, revision, text } of rows)
        if (text === undefined) this.#remove.run(resource, namespace, name);
        else this.#put.run(resource, namespace, name, revision, text);
      this.#setRevision.run(revision);
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#database.close();
  }
}

function openLocked(directory: string): DatabaseSync {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = path.join(directory, 'objects.sqlite');
  const isNew = !existsSync(file);
  const database = new DatabaseSync(file);
  try {
    if (isNew) chmodSync(file, 0o600);
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    database.exec('BEGIN IMMEDIATE; COMMIT');
    return database;
  } catch (error) {
    database.close();
    const { errcode } = error as { errcode?: number };
    if (errcode === 5)
      throw new UserError(
        'EMBEDDED_IN_USE',
        `Cannot open the embedded cluster in ${directory}: another process is using it`,
        { suggestions: ['stop the other one with `slipway cluster down`'], exit: 4, cause: error },
      );
    throw new UserError('EMBEDDED_STORE', `Cannot open the embedded cluster in ${directory}: ${message(error)}`, {
      suggestions: ['check the directory and its permissions', 'start anew with `slipway cluster delete`'],
      cause: error,
    });
  }
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
