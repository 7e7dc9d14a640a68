// Table `inline_policy`: policies that stand in a user, a group or a role itself.

import { fold } from "../../authz/fold.ts";

export interface InlinePolicy {
  readonly name: string;
  readonly document: string;
}

export interface InlinePolicyReads {
  find(ownerId: string, name: string): InlinePolicy | undefined;
  /** In the order of their folded names, behind `after`. */
  page(ownerId: string, after: string, limit: number): readonly InlinePolicy[];
  all(ownerId: string): readonly InlinePolicy[];
  countOf(ownerId: string): number;
}

export interface InlinePolicyWrites extends InlinePolicyReads {
  /** Adds a policy, or replaces the one of this name. */
  put(ownerId: string, name: string, document: string): void;
  remove(ownerId: string, name: string): void;
}

export function inlinePolicies(sql: SqlStorage): InlinePolicyWrites {
  const rows = (condition: string, ...given: SqlStorageValue[]): readonly InlinePolicy[] =>
    sql
      .exec<{ name: string; document: string }>(`SELECT name, document FROM inline_policy WHERE ${condition}`, ...given)
      .toArray()
      .map(({ name, document }) => ({ name, document }));
  return {
    find: (ownerId, name) => rows("owner_id = ? AND folded = ?", ownerId, fold(name))[0],
    page: (ownerId, after, limit) => rows("owner_id = ? AND folded > ? ORDER BY folded LIMIT ?", ownerId, after, limit),
    all: (ownerId) => rows("owner_id = ? ORDER BY folded", ownerId),
    countOf: (ownerId) =>
      sql.exec<{ count: number }>("SELECT count(*) AS count FROM inline_policy WHERE owner_id = ?", ownerId).one().count,
    put(ownerId, name, document) {
      const statement =
        "INSERT INTO inline_policy (owner_id, folded, name, document) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET document = excluded.document";
      sql.exec(statement, ownerId, fold(name), name, document);
    },
    remove(ownerId, name) {
      sql.exec("DELETE FROM inline_policy WHERE owner_id = ? AND folded = ?", ownerId, fold(name));
    },
  };
}
