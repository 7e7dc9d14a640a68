// Table `lease`: which stores have been promised anything. A row stands longer than what it promised: it goes with a round, by no clock.

export const LEASE_TABLE =
  "CREATE TABLE lease (store TEXT PRIMARY KEY, promised_ms INTEGER NOT NULL, version INTEGER NOT NULL) STRICT, WITHOUT ROWID";

/** What has been promised to a store. */
export interface LeaseRow {
  /** The store's name, such as `ACCOUNT/REGION`. */
  readonly store: string;
  /** The longest lease promised since the row was made. */
  readonly promisedMs: number;
  /** The version that the store was last answered with. It need not have come to the store. */
  readonly version: number;
}

export interface LeaseRows {
  /** To be called in the transaction that reads what is answered. */
  promise(store: string, ms: number, version: number): void;
  all(): readonly LeaseRow[];
  /** The longest lease of all rows; 0 where there is none. */
  longestMs(): number;
  /** Removes the row of a store, unless the store has been answered with this version or a later one. */
  drop(store: string, belowVersion: number): void;
  empty(): void;
}

type Row = { store: string; promised_ms: number; version: number };

const PROMISE = `INSERT INTO lease (store, promised_ms, version) VALUES (?, ?, ?)
  ON CONFLICT DO UPDATE SET promised_ms = max(promised_ms, excluded.promised_ms), version = excluded.version`;

export const leaseRows = (sql: SqlStorage): LeaseRows => ({
  promise(store, ms, version) {
    sql.exec(PROMISE, store, ms, version);
  },
  all() {
    const rows = sql.exec<Row>("SELECT store, promised_ms, version FROM lease").toArray();
    return rows.map(({ store, promised_ms: promisedMs, version }) => ({ store, promisedMs, version }));
  },
  longestMs: () => sql.exec<{ ms: number | null }>("SELECT max(promised_ms) AS ms FROM lease").one().ms ?? 0,
  drop(store, belowVersion) {
    sql.exec("DELETE FROM lease WHERE store = ? AND version < ?", store, belowVersion);
  },
  empty() {
    sql.exec("DELETE FROM lease");
  },
});
