// Tables `policy` and `policy_version`: the account's managed policies. Versions are numbered in turn, and no number is given twice.

import { fold } from "../../authz/fold.ts";

export interface ManagedPolicy {
  /** The unique id, `ANPA…`. */
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly description: string | undefined;
  readonly defaultVersion: number;
  /** The number that was given last. */
  readonly newestVersion: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface PolicyVersion {
  readonly number: number;
  readonly document: string;
  readonly createdAt: number;
}

export interface ManagedPolicyReads {
  find(name: string): ManagedPolicy | undefined;
  count(): number;
  page(pathPrefix: string, after: string, limit: number): readonly ManagedPolicy[];
  version(id: string, number: number): PolicyVersion | undefined;
  /** The newest first. */
  versions(id: string): readonly PolicyVersion[];
}

export interface ManagedPolicyWrites extends ManagedPolicyReads {
  /** Its first version is not inserted with it. */
  insert(policy: ManagedPolicy): void;
  insertVersion(id: string, version: PolicyVersion): void;
  setDefault(id: string, number: number): void;
  /** Notes the number given last, and when. */
  setNewest(id: string, number: number, now: number): void;
  removeVersion(id: string, number: number): void;
  /** With all its versions. */
  remove(id: string): void;
}

type Row = {
  id: string;
  name: string;
  path: string;
  description: string | null;
  default_version: number;
  newest_version: number;
  created_at: number;
  updated_at: number;
};

const COLUMNS = "id, name, path, description, default_version, newest_version, created_at, updated_at";

const fromRow = (row: Row): ManagedPolicy => ({
  id: row.id,
  name: row.name,
  path: row.path,
  description: row.description ?? undefined,
  defaultVersion: row.default_version,
  newestVersion: row.newest_version,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

export function managedPolicies(sql: SqlStorage): ManagedPolicyWrites {
  const rows = (condition: string, ...given: SqlStorageValue[]): readonly ManagedPolicy[] =>
    sql
      .exec<Row>(`SELECT ${COLUMNS} FROM policy WHERE ${condition}`, ...given)
      .toArray()
      .map(fromRow);
  const versions = (condition: string, ...given: SqlStorageValue[]): readonly PolicyVersion[] =>
    sql
      .exec<{ number: number; document: string; created_at: number }>(
        `SELECT number, document, created_at FROM policy_version WHERE ${condition}`,
        ...given,
      )
      .toArray()
      .map(({ number, document, created_at: createdAt }) => ({ number, document, createdAt }));
  return {
    find: (name) => rows("folded = ?", fold(name))[0],
    count: () => sql.exec<{ count: number }>("SELECT count(*) AS count FROM policy").one().count,
    page: (prefix, after, limit) =>
      rows("folded > ? AND substr(path, 1, ?) = ? ORDER BY folded LIMIT ?", after, prefix.length, prefix, limit),
    version: (id, number) => versions("policy_id = ? AND number = ?", id, number)[0],
    versions: (id) => versions("policy_id = ? ORDER BY number DESC", id),
    insert({ id, name, path, description, defaultVersion, newestVersion, createdAt, updatedAt }) {
      sql.exec(
        `INSERT INTO policy (${COLUMNS}, folded) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        ...[id, name, path, description ?? null, defaultVersion, newestVersion, createdAt, updatedAt, fold(name)],
      );
    },
    insertVersion(id, { number, document, createdAt }) {
      const statement = "INSERT INTO policy_version (policy_id, number, document, created_at) VALUES (?, ?, ?, ?)";
      sql.exec(statement, id, number, document, createdAt);
    },
    setDefault(id, number) {
      sql.exec("UPDATE policy SET default_version = ? WHERE id = ?", number, id);
    },
    setNewest(id, number, now) {
      sql.exec("UPDATE policy SET newest_version = ?, updated_at = ? WHERE id = ?", number, now, id);
    },
    removeVersion(id, number) {
      sql.exec("DELETE FROM policy_version WHERE policy_id = ? AND number = ?", id, number);
    },
    remove(id) {
      sql.exec("DELETE FROM policy_version WHERE policy_id = ?", id);
      sql.exec("DELETE FROM policy WHERE id = ?", id);
    },
  };
}
