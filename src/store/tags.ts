// Table `tag`: the tags of a key, in the order in which they were first given.

export interface TagWrites {
  put(keyId: string, tags: readonly { readonly TagKey: string; readonly TagValue: string }[]): void;
}

export const tags = (sql: SqlStorage): TagWrites => ({
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
});
