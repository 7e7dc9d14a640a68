// Table `tag`: the tags of a key, in the order in which they were first given.

export interface Tag {
  readonly TagKey: string;
  readonly TagValue: string;
}

export interface TagReads {
  /** At most `limit` tags behind a position, "" being the beginning. */
  page(keyId: string, after: string, limit: number): readonly (Tag & { readonly position: string })[];
  countOf(keyId: string): number;
}

export interface TagWrites extends TagReads {
  /** Adds tags, or changes the value of those that are there. */
  put(keyId: string, tags: readonly Tag[]): void;
  /** Removes tags; those that are not there are passed over. */
  remove(keyId: string, names: readonly string[]): void;
  removeAllOf(keyId: string): void;
}

type Row = { position: number; name: string; value: string };

export const tags = (sql: SqlStorage): TagWrites => ({
  page(keyId, after, limit) {
    const query = "SELECT rowid AS position, name, value FROM tag WHERE key_id = ? AND rowid > ? ORDER BY rowid LIMIT ?";
    const rows = sql.exec<Row>(query, keyId, Number(after), limit).toArray();
    return rows.map(({ position, name, value }) => ({ position: String(position), TagKey: name, TagValue: value }));
  },
  countOf: (keyId) => sql.exec<{ count: number }>("SELECT count(*) AS count FROM tag WHERE key_id = ?", keyId).one().count,
  put(keyId, given) {
    for (const { TagKey, TagValue } of given) {
      sql.exec(
        "INSERT INTO tag (key_id, name, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
        keyId,
        TagKey,
        TagValue,
      );
    }
  },
  removeAllOf(keyId) {
    sql.exec("DELETE FROM tag WHERE key_id = ?", keyId);
  },
  remove(keyId, names) {
    for (const name of names) sql.exec("DELETE FROM tag WHERE key_id = ? AND name = ?", keyId, name);
  },
});
