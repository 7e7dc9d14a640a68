// Table `access_key`: every access key that was ever made, by its serial. A deleted one keeps its row: its serial is never given again, and a
// request that it still signs is recorded with whose it was. The owner of root's keys is the account.

import type { Holder } from "../../wire/views.ts";

export type KeyStatus = "Active" | "Inactive" | "Deleted";

export interface StoredAccessKey {
  readonly id: string;
  readonly serial: number;
  /** Unique id of a user; of root's the account. */
  readonly ownerId: string;
  readonly status: KeyStatus;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

export interface AccessKeyReads {
  /** Deleted ones too. */
  bySerial(serial: number): StoredAccessKey | undefined;
  /** Not the deleted ones; in the order of their ids, behind `after`. */
  page(ownerId: string, after: string, limit: number): readonly StoredAccessKey[];
  /** Not the deleted ones. */
  find(id: string): StoredAccessKey | undefined;
  /** Not the deleted ones. */
  countOf(ownerId: string): number;
  /** The highest serial that was ever given up to `max`. */
  highest(max: number): number;
  /** Whose a deleted key was. */
  holder(serial: number): Holder | undefined;
}

export interface AccessKeyWrites extends AccessKeyReads {
  insert(key: StoredAccessKey): void;
  setStatus(serial: number, status: "Active" | "Inactive"): void;
  /** `holder`: whose it was. */
  setDeleted(serial: number, holder: Holder): void;
}

type Row = { id: string; serial: number; owner_id: string; status: KeyStatus; created_at: number };

const COLUMNS = "id, serial, owner_id, status, created_at";

const fromRow = ({ id, serial, owner_id: ownerId, status, created_at: createdAt }: Row): StoredAccessKey => ({
  id,
  serial,
  ownerId,
  status,
  createdAt,
});

export function accessKeys(sql: SqlStorage): AccessKeyWrites {
  const rows = (condition: string, ...given: SqlStorageValue[]): readonly StoredAccessKey[] =>
    sql
      .exec<Row>(`SELECT ${COLUMNS} FROM access_key WHERE ${condition}`, ...given)
      .toArray()
      .map(fromRow);
  return {
    bySerial: (serial) => rows("serial = ?", serial)[0],
    page: (ownerId, after, limit) =>
      rows("owner_id = ? AND status <> 'Deleted' AND id > ? ORDER BY id LIMIT ?", ownerId, after, limit),
    find: (id) => rows("id = ? AND status <> 'Deleted'", id)[0],
    countOf: (ownerId) => {
      const query = "SELECT count(*) AS count FROM access_key WHERE owner_id = ? AND status <> 'Deleted'";
      return sql.exec<{ count: number }>(query, ownerId).one().count;
    },
    highest: (max) =>
      sql.exec<{ highest: number | null }>("SELECT max(serial) AS highest FROM access_key WHERE serial <= ?", max).one()
        .highest ?? -1,
    holder(serial) {
      const [row] = sql.exec<{ holder: string | null }>("SELECT holder FROM access_key WHERE serial = ?", serial).toArray();
      return row?.holder == null ? undefined : (JSON.parse(row.holder) as Holder);
    },
    insert({ id, serial, ownerId, status, createdAt }) {
      sql.exec(`INSERT INTO access_key (${COLUMNS}) VALUES (?, ?, ?, ?, ?)`, id, serial, ownerId, status, createdAt);
    },
    setStatus(serial, status) {
      sql.exec("UPDATE access_key SET status = ? WHERE serial = ?", status, serial);
    },
    setDeleted(serial, holder) {
      const statement = "UPDATE access_key SET status = 'Deleted', holder = ? WHERE serial = ?";
      sql.exec(statement, JSON.stringify(holder), serial);
    },
  };
}
