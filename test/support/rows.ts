// All rows of a store: what a call has changed, and how a store is put back.

import { inStore } from "./store.ts";

/** The rows of a store by table. */
export type Rows = Readonly<Record<string, readonly Record<string, SqlStorageValue>[]>>;

/** All but the record and its delivery, with which a key's last usage comes. */
const OWN: Readonly<Record<string, string>> = {
  outbox: "false",
  usage: "false",
  deadline: "kind <> 'flush'",
  meta: "name NOT IN ('head', 'delivered')",
};

function read(sql: SqlStorage): Rows {
  const tables = sql.exec<{ name: string }>(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
  );
  const rows = (name: string) => sql.exec(`SELECT * FROM "${name}" WHERE ${OWN[name] ?? "true"}`).toArray();
  return Object.fromEntries(tables.toArray().map(({ name }) => [name, rows(name)]));
}

export const rowsOf = (account: string): Promise<Rows> => inStore(account, (_, { storage: { sql } }) => read(sql));

/** Puts a store back to where it stood. */
export const reset = (account: string, rows: Rows): Promise<void> =>
  inStore(account, (world, { storage }) => {
    storage.transactionSync(() => {
      storage.sql.exec("PRAGMA defer_foreign_keys = on");
      for (const [name, all] of Object.entries(rows)) {
        storage.sql.exec(`DELETE FROM "${name}" WHERE ${OWN[name] ?? "true"}`);
        for (const row of all) {
          const columns = Object.keys(row);
          storage.sql.exec(
            `INSERT INTO "${name}" (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`,
            ...Object.values(row),
          );
        }
      }
    });
    world.memory.forget();
  });

/** The tables that differ. */
export function changed(before: Rows, after: Rows): string[] {
  const text = (rows: Rows[string] = []): string =>
    JSON.stringify(rows, (_, value) => (value instanceof ArrayBuffer ? new Uint8Array(value).toHex() : value));
  return Object.keys(after).filter((name) => text(before[name]) !== text(after[name]));
}
