// Table `material`: a row each; what is sealed stands in a slot. Rotation and import add rows, re-sealing exchanges a slot's bytes. Material that
// was imported and is gone keeps its row, without a slot.

import type { Sealed } from "../../durable/sealed.ts";
import type { Expiration, Origin } from "../../keyring/key.ts";
import type { SealedMaterials } from "../../keyring/keyring.ts";
import type { Bytes } from "../../wire/bytes.ts";

export interface NewMaterialRow {
  /** 64 hexadecimal digits. */
  readonly id: string;
  readonly keyId: string;
  readonly box: Bytes;
  readonly origin: Origin;
  readonly createdAt: number;
}

export type RotationType = "AUTOMATIC" | "ON_DEMAND";
type Rotation = { readonly at: number; readonly type: RotationType };

/** What its owner says of imported material. */
export interface Imported {
  readonly expiration: Expiration;
  readonly description: string | undefined;
}

export interface Material {
  readonly id: string;
  /** 0 is the material that the key was made with, or first given. */
  readonly sequence: number;
  readonly state: "CURRENT" | "NON_CURRENT" | "PENDING_ROTATION";
  /** Whether its bytes are here. */
  readonly isSealed: boolean;
  /** Whether it may be used: its bytes are here, and its end has not come. */
  readonly isHere: boolean;
  readonly rotation: Rotation | undefined;
  readonly description: string | undefined;
  /** Of imported material that is here. */
  readonly expiration: Expiration | undefined;
}

export interface Ending extends Pick<Material, "id" | "state"> {
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface MaterialReads {
  /** At most `limit` materials of a key in the order of their making, those after a sequence. */
  page(keyId: string, after: number, limit: number): readonly Material[];
  /** The same of those that a rotation has made current. */
  rotations(keyId: string, after: number, limit: number): readonly Material[];
  /** All of them. Pending material whose end has come is none. */
  all(keyId: string): readonly Material[];
  /** Of the materials whose bytes are here, those that have an end, whether or not it has come. */
  ends(keyId: string): readonly Ending[];
  /** How often a key has been rotated on demand. */
  onDemandCount(keyId: string): number;
}

export interface MaterialWrites extends SealedMaterials, MaterialReads {
  /** Adds a key's new current material. */
  insert(row: NewMaterialRow, more?: { readonly rotation?: Rotation; readonly imported?: Imported }): void;
  /** Adds material that waits for a rotation to become the current one. */
  insertPending(row: NewMaterialRow, imported: Imported): void;
  /** Makes the pending material the current one. */
  promote(keyId: string, id: string, rotation: Rotation): void;
  /** Puts back material that was there before, or exchanges what its owner says of it. */
  fill(keyId: string, id: string, box: Bytes, imported: Imported): void;
  /** Overwrites what is sealed; the row stays. */
  empty(keyId: string, id: string): void;
  /** Overwrites what is sealed, then removes the row. */
  remove(keyId: string, id: string): void;
  /** The same for all of a key. */
  destroy(keyId: string): void;
}

type Row = {
  id: string;
  sequence: number;
  slot: number | null;
  state: Material["state"];
  origin: Origin;
  expires_at: number | null;
  rotated_at: number | null;
  rotation_type: RotationType | null;
  description: string | null;
};
const COLUMNS = "id, sequence, slot, state, origin, expires_at, rotated_at, rotation_type, description";
const ALL = 1_000;

function materialOf(row: Row, now: number): Material {
  const isSealed = row.slot !== null;
  const isHere = isSealed && (row.expires_at === null || row.expires_at > now);
  return {
    id: row.id,
    sequence: row.sequence,
    state: row.state,
    isSealed,
    isHere,
    rotation: row.rotated_at === null || row.rotation_type === null ? undefined : { at: row.rotated_at, type: row.rotation_type },
    description: row.description ?? undefined,
    expiration: row.origin === "EXTERNAL" && isHere ? { at: row.expires_at ?? undefined } : undefined,
  };
}

export interface MaterialsPorts {
  readonly sql: SqlStorage;
  readonly sealed: Sealed;
  readonly now: () => number;
}

function reads({ sql, sealed, now }: MaterialsPorts): MaterialReads & SealedMaterials {
  const listed = (where: string, ...bindings: readonly SqlStorageValue[]): Material[] => {
    const query = `SELECT ${COLUMNS} FROM material WHERE key_id = ?1 AND sequence > ?2 AND ${where} ORDER BY sequence LIMIT ?3`;
    const rows = sql.exec<Row>(query, ...bindings).toArray();
    return rows.map((row) => materialOf(row, now()));
  };
  const page: MaterialReads["page"] = (keyId, after, limit) =>
    listed("(state <> 'PENDING_ROTATION' OR coalesce(expires_at > ?4, TRUE))", keyId, after, limit, now());
  return {
    page,
    rotations: (keyId, after, limit) => listed("rotated_at IS NOT NULL", keyId, after, limit),
    all: (keyId) => page(keyId, -1, ALL),
    ends: (keyId) =>
      sql
        .exec<{ id: string; state: Material["state"]; at: number }>(
          "SELECT id, state, expires_at AS at FROM material WHERE key_id = ? AND slot IS NOT NULL AND expires_at IS NOT NULL",
          keyId,
        )
        .toArray(),
    find(keyId, prefix) {
      const query = "SELECT id, slot FROM material WHERE key_id = ? AND id >= ? AND id <= ? AND slot IS NOT NULL LIMIT 1";
      const [row] = sql.exec<{ id: string; slot: number }>(query, keyId, prefix, `${prefix}g`).toArray();
      return row === undefined ? undefined : { id: row.id, box: sealed.get(row.slot) };
    },
    onDemandCount(keyId) {
      const query = "SELECT count(*) AS count FROM material WHERE key_id = ? AND rotation_type = 'ON_DEMAND'";
      return sql.exec<{ count: number }>(query, keyId).one().count;
    },
  };
}

export function materials(ports: MaterialsPorts): MaterialWrites {
  const { sql, sealed } = ports;
  const insert = (row: NewMaterialRow, state: Material["state"], rotation?: Rotation, imported?: Imported): void => {
    const { id, keyId, box, origin, createdAt } = row;
    const [, rootVersion = 0] = box;
    sql.exec(
      `INSERT INTO material (key_id, id, sequence, slot, root_version, state, origin, created_at, expires_at, rotated_at, rotation_type, description)
       VALUES (?1, ?2, (SELECT coalesce(max(sequence) + 1, 0) FROM material WHERE key_id = ?1), ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)`,
      ...[keyId, id, sealed.put(box), rootVersion, state, origin, createdAt, imported?.expiration.at ?? null],
      ...[rotation?.at ?? null, rotation?.type ?? null, imported?.description ?? null],
    );
  };

  const slotsOf = (where: string, ...bindings: SqlStorageValue[]): number[] =>
    sql
      .exec<{ slot: number }>(`SELECT slot FROM material WHERE slot IS NOT NULL AND ${where}`, ...bindings)
      .toArray()
      .map(({ slot }) => slot);

  const free = (where: string, ...bindings: SqlStorageValue[]): void => {
    for (const slot of slotsOf(where, ...bindings)) sealed.free(slot);
  };

  const retire = (keyId: string): unknown =>
    sql.exec("UPDATE material SET state = 'NON_CURRENT' WHERE key_id = ? AND state = 'CURRENT'", keyId);

  return {
    ...reads(ports),
    insert(row, { rotation, imported } = {}) {
      retire(row.keyId);
      insert(row, "CURRENT", rotation, imported);
    },
    insertPending: (row, imported) => insert(row, "PENDING_ROTATION", undefined, imported),
    promote(keyId, id, { at, type }) {
      retire(keyId);
      const statement = "UPDATE material SET state = 'CURRENT', rotated_at = ?, rotation_type = ? WHERE key_id = ? AND id = ?";
      sql.exec(statement, at, type, keyId, id);
    },
    fill(keyId, id, box, { expiration, description }) {
      const [, rootVersion = 0] = box;
      free("key_id = ? AND id = ?", keyId, id);
      sql.exec(
        `UPDATE material SET slot = ?, root_version = ?, expires_at = ?, description = coalesce(?, description)
          WHERE key_id = ? AND id = ?`,
        ...[sealed.put(box), rootVersion, expiration.at ?? null, description ?? null, keyId, id],
      );
    },
    empty(keyId, id) {
      free("key_id = ? AND id = ?", keyId, id);
      sql.exec("UPDATE material SET slot = NULL, expires_at = NULL WHERE key_id = ? AND id = ?", keyId, id);
    },
    remove(keyId, id) {
      free("key_id = ? AND id = ?", keyId, id);
      sql.exec("DELETE FROM material WHERE key_id = ? AND id = ?", keyId, id);
    },
    destroy(keyId) {
      free("key_id = ?", keyId);
      sql.exec("DELETE FROM material WHERE key_id = ?", keyId);
    },
  };
}
