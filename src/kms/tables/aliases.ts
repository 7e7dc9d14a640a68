// Table `alias`. Names carry their `alias/` prefix.

export interface Alias {
  readonly name: string;
  readonly keyId: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface AliasReads {
  find(name: string): Alias | undefined;
  countOf(keyId: string): number;
  /** At most `limit` aliases, of one key or of all, in the order of their names, those after `after`. */
  page(keyId: string | undefined, after: string, limit: number): readonly Alias[];
}

export interface AliasWrites extends AliasReads {
  insert(name: string, keyId: string, now: number): void;
  update(name: string, keyId: string, now: number): void;
  remove(name: string): void;
  removeAllOf(keyId: string): void;
}

type Row = { name: string; key_id: string; created_at: number; updated_at: number };

const COLUMNS = "name, key_id, created_at, updated_at";

const fromRow = (row: Row): Alias => ({
  name: row.name,
  keyId: row.key_id,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

export const aliases = (sql: SqlStorage): AliasWrites => ({
  find(name) {
    const [row] = sql.exec<Row>(`SELECT ${COLUMNS} FROM alias WHERE name = ?`, name).toArray();
    return row === undefined ? undefined : fromRow(row);
  },
  countOf: (keyId) => sql.exec<{ count: number }>("SELECT count(*) AS count FROM alias WHERE key_id = ?", keyId).one().count,
  page(keyId, after, limit) {
    const rows =
      keyId === undefined
        ? sql.exec<Row>(`SELECT ${COLUMNS} FROM alias WHERE name > ? ORDER BY name LIMIT ?`, after, limit)
        : sql.exec<Row>(`SELECT ${COLUMNS} FROM alias WHERE key_id = ? AND name > ? ORDER BY name LIMIT ?`, keyId, after, limit);
    return rows.toArray().map(fromRow);
  },
  insert(name, keyId, now) {
    sql.exec(`INSERT INTO alias (${COLUMNS}) VALUES (?, ?, ?, ?)`, name, keyId, now, now);
  },
  update(name, keyId, now) {
    sql.exec("UPDATE alias SET key_id = ?, updated_at = ? WHERE name = ?", keyId, now, name);
  },
  remove(name) {
    sql.exec("DELETE FROM alias WHERE name = ?", name);
  },
  removeAllOf(keyId) {
    sql.exec("DELETE FROM alias WHERE key_id = ?", keyId);
  },
});
