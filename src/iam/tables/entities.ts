// Tables `entity` and `unique_id`: users, groups and roles; and every unique id that was ever given, so that none is given twice.

import { fold } from "../../authz/fold.ts";
import type { UniqueIds } from "../../authz/principals.ts";

export type EntityKind = "user" | "group" | "role";

export interface Entity {
  /** The unique id, such as `AIDA…`. */
  readonly id: string;
  readonly kind: EntityKind;
  readonly name: string;
  readonly path: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** ARN of the managed policy that bounds it. */
  readonly boundary: string | undefined;
  /** Of a role. */
  readonly description: string | undefined;
  /** Of a role, its longest session. */
  readonly sessionSeconds: number | undefined;
}

/** A role's trust policy, with the unique ids of whom it names. */
export interface Trust {
  readonly text: string;
  readonly ids: UniqueIds;
}

export interface EntityReads {
  find(kind: EntityKind, name: string): Entity | undefined;
  byId(id: string): Entity | undefined;
  count(kind: EntityKind): number;
  /** At most `limit`, whose path begins so, in the order of their folded names, behind `after`. */
  page(kind: EntityKind, pathPrefix: string, after: string, limit: number): readonly Entity[];
  /** Whether a unique id has ever been given. */
  isGiven(id: string): boolean;
  trust(roleId: string): Trust | undefined;
  /** How many are bounded by a managed policy. */
  countBoundedBy(policyArn: string): number;
  /** Those bounded by a managed policy, by their ids, behind `after`. */
  boundedBy(policyArn: string, after: string, limit: number): readonly Entity[];
}

/** What may be changed of an entity that is there. */
export interface EntityChange {
  readonly name?: string;
  readonly path?: string;
  readonly boundary?: string | null;
  readonly description?: string;
  readonly sessionSeconds?: number;
}

export interface EntityWrites extends EntityReads {
  insert(entity: Entity): void;
  update(id: string, change: EntityChange): void;
  setTrust(roleId: string, trust: Trust): void;
  /** The unique id stays given. */
  remove(id: string): void;
  /** Notes that an id has been given. */
  give(id: string): void;
}

type Row = {
  id: string;
  kind: EntityKind;
  name: string;
  path: string;
  created_at: number;
  boundary: string | null;
  description: string | null;
  session_seconds: number | null;
};

const COLUMNS = "id, kind, name, path, created_at, boundary, description, session_seconds";

const fromRow = (row: Row): Entity => ({
  id: row.id,
  kind: row.kind,
  name: row.name,
  path: row.path,
  createdAt: row.created_at,
  boundary: row.boundary ?? undefined,
  description: row.description ?? undefined,
  sessionSeconds: row.session_seconds ?? undefined,
});

const CHANGED: Readonly<Record<keyof EntityChange, string>> = {
  name: "name",
  path: "path",
  boundary: "boundary",
  description: "description",
  sessionSeconds: "session_seconds",
};

export function entities(sql: SqlStorage): EntityWrites {
  const rows = (condition: string, ...given: SqlStorageValue[]): readonly Entity[] =>
    sql
      .exec<Row>(`SELECT ${COLUMNS} FROM entity WHERE ${condition}`, ...given)
      .toArray()
      .map(fromRow);
  const count = (condition: string, given: string): number =>
    sql.exec<{ count: number }>(`SELECT count(*) AS count FROM entity WHERE ${condition}`, given).one().count;
  return {
    find: (kind, name) => rows("kind = ? AND folded = ?", kind, fold(name))[0],
    byId: (id) => rows("id = ?", id)[0],
    count: (kind) => count("kind = ?", kind),
    page: (kind, prefix, after, limit) =>
      rows(
        "kind = ? AND folded > ? AND substr(path, 1, ?) = ? ORDER BY folded LIMIT ?",
        kind,
        after,
        prefix.length,
        prefix,
        limit,
      ),
    isGiven: (id) => sql.exec("SELECT 1 FROM unique_id WHERE id = ?", id).toArray().length > 0,
    trust(roleId) {
      const [row] = sql
        .exec<{ trust: string; trusted: string }>("SELECT trust, trusted FROM entity WHERE id = ?", roleId)
        .toArray();
      return row && { text: row.trust, ids: new Map(JSON.parse(row.trusted) as [string, string][]) };
    },
    countBoundedBy: (policyArn) => count("boundary = ?", policyArn),
    boundedBy: (policyArn, after, limit) => rows("boundary = ? AND id > ? ORDER BY id LIMIT ?", policyArn, after, limit),
    insert({ id, kind, name, path, createdAt, boundary, description, sessionSeconds }) {
      sql.exec(
        `INSERT INTO entity (${COLUMNS}, folded) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        ...[id, kind, name, path, createdAt, boundary ?? null, description ?? null, sessionSeconds ?? null, fold(name)],
      );
    },
    update(id, change) {
      for (const [member, value] of Object.entries(change) as [keyof EntityChange, SqlStorageValue][])
        if (value !== undefined) sql.exec(`UPDATE entity SET ${CHANGED[member]} = ? WHERE id = ?`, value, id);
      if (change.name !== undefined) sql.exec("UPDATE entity SET folded = ? WHERE id = ?", fold(change.name), id);
    },
    setTrust(roleId, { text, ids }) {
      sql.exec("UPDATE entity SET trust = ?, trusted = ? WHERE id = ?", text, JSON.stringify([...ids]), roleId);
    },
    remove(id) {
      sql.exec("DELETE FROM entity WHERE id = ?", id);
    },
    give(id) {
      sql.exec("INSERT INTO unique_id (id) VALUES (?)", id);
    },
  };
}
