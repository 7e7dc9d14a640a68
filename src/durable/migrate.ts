// The runner of an object's migrations, an ordered list: a shipped one is never edited, the next is added below it.
// The version stands in `meta`: PRAGMA user_version is refused in Durable Objects.

/** SQL, or what SQL alone cannot do; `now` is in milliseconds since the epoch. */
export type Migration = string | ((sql: SqlStorage, now: number) => void);

/** The tables that every object has: the head of a new object's list. Each table's file says what it holds. */
export const OWN_TABLES: Migration = `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE deadline (kind TEXT NOT NULL, ref TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (kind, ref)) STRICT, WITHOUT ROWID;
  CREATE INDEX deadline_at ON deadline (at);
  CREATE TABLE outbox (
    id INTEGER PRIMARY KEY, incarnation TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, hash TEXT NOT NULL, records TEXT NOT NULL,
    usages TEXT NOT NULL
  ) STRICT;
  CREATE TABLE aside (id INTEGER PRIMARY KEY, incarnation TEXT NOT NULL, records TEXT NOT NULL) STRICT;
  CREATE TABLE sealed (slot INTEGER PRIMARY KEY, used INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT;
  CREATE INDEX sealed_free ON sealed (slot) WHERE used = 0;
  INSERT INTO sealed (used, bytes) VALUES (0, zeroblob(4000)), (0, zeroblob(4000));
`;

/** The version of the tables that are there; 0 where there are none. */
function versionOf(sql: SqlStorage): number {
  const there = sql.exec("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'meta'").toArray().length > 0;
  if (!there) return 0;
  return Number(sql.exec<{ value: string }>("SELECT value FROM meta WHERE name = 'schema'").one().value);
}

export const hasSchema = (sql: SqlStorage): boolean => versionOf(sql) > 0;

/**
 * Brings the tables up to the newest version. To be run within a transaction. `now` is in milliseconds since the epoch.
 * @throws Error where a newer version of this service made them.
 */
export function migrate(sql: SqlStorage, migrations: readonly Migration[], now: number): void {
  const version = versionOf(sql);
  const newest = migrations.length;
  if (version > newest) throw new Error(`the store has schema ${version}; this version knows ${newest} at most`);
  if (version === newest) return;
  for (const migration of migrations.slice(version)) {
    if (typeof migration === "string") sql.exec(migration);
    else migration(sql, now);
  }
  sql.exec(
    "INSERT INTO meta (name, value) VALUES ('schema', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
    String(newest),
  );
}
