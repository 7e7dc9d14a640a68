// Table `material`: a row each; what is sealed stands in a slot. Rotation, import and re-sealing add rows, not columns.

import type { Sealed } from "../../durable/sealed.ts";
import type { Origin } from "../../keyring/key.ts";
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

export interface Material {
  readonly id: string;
  /** 0 is the material that the key was made with. */
  readonly sequence: number;
  readonly state: "CURRENT" | "NON_CURRENT";
  readonly rotation: { readonly at: number; readonly type: RotationType } | undefined;
}

export interface MaterialReads {
  /** At most `limit` materials of a key in the order of their making, those after a sequence. */
  page(keyId: string, after: number, limit: number): readonly Material[];
  /** How often a key has been rotated on demand. */
  onDemandCount(keyId: string): number;
}

export interface MaterialWrites extends SealedMaterials, MaterialReads {
  /** Adds a key's new current material. */
  insert(row: NewMaterialRow, rotation?: Material["rotation"]): void;
  /** Overwrites what is sealed, then removes the rows. */
  destroy(keyId: string): void;
}

type Row = {
  id: string;
  sequence: number;
  state: Material["state"];
  rotated_at: number | null;
  rotation_type: RotationType | null;
};

export const materials = (sql: SqlStorage, sealed: Sealed): MaterialWrites => ({
  find(keyId, prefix) {
    const query = "SELECT id, slot FROM material WHERE key_id = ? AND id >= ? AND id <= ? LIMIT 1";
    const [row] = sql.exec<{ id: string; slot: number }>(query, keyId, prefix, `${prefix}g`).toArray();
    return row === undefined ? undefined : { id: row.id, box: sealed.get(row.slot) };
  },
  page(keyId, after, limit) {
    const query = `SELECT id, sequence, state, rotated_at, rotation_type FROM material
      WHERE key_id = ? AND sequence > ? ORDER BY sequence LIMIT ?`;
    return sql
      .exec<Row>(query, keyId, after, limit)
      .toArray()
      .map(({ id, sequence, state, rotated_at: at, rotation_type: type }) => ({
        id,
        sequence,
        state,
        rotation: at === null || type === null ? undefined : { at, type },
      }));
  },
  onDemandCount(keyId) {
    const query = "SELECT count(*) AS count FROM material WHERE key_id = ? AND rotation_type = 'ON_DEMAND'";
    return sql.exec<{ count: number }>(query, keyId).one().count;
  },
  destroy(keyId) {
    const rows = sql.exec<{ slot: number }>("SELECT slot FROM material WHERE key_id = ?", keyId).toArray();
    for (const { slot } of rows) sealed.free(slot);
    sql.exec("DELETE FROM material WHERE key_id = ?", keyId);
  },
  insert({ id, keyId, box, origin, createdAt }, rotation) {
    const [, rootVersion = 0] = box;
    sql.exec("UPDATE material SET state = 'NON_CURRENT' WHERE key_id = ?", keyId);
    sql.exec(
      `INSERT INTO material
         (key_id, id, sequence, slot, root_version, state, origin, created_at, expires_at, rotated_at, rotation_type)
       VALUES (?1, ?2, (SELECT count(*) FROM material WHERE key_id = ?1), ?3, ?4, 'CURRENT', ?5, ?6, NULL, ?7, ?8)`,
      keyId,
      id,
      sealed.put(box),
      rootVersion,
      origin,
      createdAt,
      rotation?.at ?? null,
      rotation?.type ?? null,
    );
  },
});
