// What an IdentityStore has in its tables: of its identities, and in all.

import { inIdentities } from "./identity-store.ts";

/** Tables that every object has, and the one of leases. */
const OWN = ["meta", "deadline", "outbox", "aside", "sealed", "lease"];

const dumpOf = (account: string, isWanted: (table: string) => boolean): Promise<string> =>
  inIdentities(account, (_, { storage: { sql } }) => {
    const tables = sql.exec<{ name: string }>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\' ORDER BY name",
    );
    const rowsOf = (table: string): unknown[][] =>
      [...sql.exec(`SELECT * FROM "${table}"`).raw()].map((row) =>
        row.map((value) => (value instanceof ArrayBuffer ? new Uint8Array(value).toHex() : value)),
      );
    const wanted = tables.toArray().filter(({ name }) => isWanted(name));
    return JSON.stringify(wanted.map(({ name }) => [name, rowsOf(name)]));
  });

/** Who is there and what each has, as text: equal where nothing has changed. */
export const identitiesOf = (account: string): Promise<string> => dumpOf(account, (table) => !OWN.includes(table));

/** Everything that the object keeps, as text; bytes in hexadecimal. */
export const everythingOfIdentities = (account: string): Promise<string> => dumpOf(account, () => true);

/** How many tables the object has: none where it has no schema. */
export const tablesIn = (state: DurableObjectState): number =>
  Number(
    state.storage.sql.exec("SELECT count(*) AS tables FROM sqlite_schema WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'").one()[
      "tables"
    ],
  );

/** How many records have been written, waiting or delivered, of an object that was never restored. */
export const recordsOfIdentities = (account: string): Promise<number> =>
  inIdentities(account, ({ meta }, { storage: { sql } }) => {
    const { last } = sql.exec<{ last: number | null }>("SELECT max(last) AS last FROM outbox").one();
    return last === null ? Number(meta.find("head")?.split(":")[0] ?? 0) : last + 1;
  });
