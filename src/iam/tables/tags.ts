// Table `tag`: the tags of users, roles and managed policies, by the unique id of their owner. Case does not make another key.

import { fold } from "../../authz/fold.ts";

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

export interface TagReads {
  /** In the order of their folded keys, behind `after`. */
  page(ownerId: string, after: string, limit: number): readonly Tag[];
  all(ownerId: string): readonly Tag[];
}

export interface TagWrites extends TagReads {
  /** Adds tags, or changes those that are there, in the spelling that is given now. */
  put(ownerId: string, tags: readonly Tag[]): void;
  /** Removes tags; those that are not there are passed over. */
  remove(ownerId: string, keys: readonly string[]): void;
  removeAllOf(ownerId: string): void;
}

export function tags(sql: SqlStorage): TagWrites {
  const rows = (condition: string, ...given: SqlStorageValue[]): readonly Tag[] =>
    sql
      .exec<{ name: string; value: string }>(`SELECT name, value FROM tag WHERE ${condition}`, ...given)
      .toArray()
      .map(({ name, value }) => ({ Key: name, Value: value }));
  return {
    page: (ownerId, after, limit) => rows("owner_id = ? AND folded > ? ORDER BY folded LIMIT ?", ownerId, after, limit),
    all: (ownerId) => rows("owner_id = ? ORDER BY folded", ownerId),
    put(ownerId, given) {
      const statement =
        "INSERT INTO tag (owner_id, folded, name, value) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET name = excluded.name, value = excluded.value";
      for (const { Key, Value } of given) sql.exec(statement, ownerId, fold(Key), Key, Value);
    },
    remove(ownerId, keys) {
      for (const key of keys) sql.exec("DELETE FROM tag WHERE owner_id = ? AND folded = ?", ownerId, fold(key));
    },
    removeAllOf(ownerId) {
      sql.exec("DELETE FROM tag WHERE owner_id = ?", ownerId);
    },
  };
}
