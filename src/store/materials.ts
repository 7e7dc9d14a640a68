// Table `material`: a row each, sealed. Rotation, import and re-sealing add rows, not columns.

import type { Origin } from "../keyring/key.ts";
import type { SealedMaterials } from "../keyring/keyring.ts";
import type { Bytes } from "../wire/bytes.ts";

export interface NewMaterialRow {
  /** 64 hexadecimal digits. */
  readonly id: string;
  readonly keyId: string;
  readonly box: Bytes;
  readonly origin: Origin;
  readonly createdAt: number;
}

export interface MaterialWrites extends SealedMaterials {
  insert(row: NewMaterialRow): void;
}

export const materials = (sql: SqlStorage): MaterialWrites => ({
  find(keyId, prefix) {
    const query = "SELECT id, box FROM material WHERE key_id = ? AND id >= ? AND id <= ? LIMIT 1";
    const [row] = sql.exec<{ id: string; box: ArrayBuffer }>(query, keyId, prefix, `${prefix}g`).toArray();
    return row === undefined ? undefined : { id: row.id, box: new Uint8Array(row.box) };
  },
  insert({ id, keyId, box, origin, createdAt }) {
    const [, rootVersion = 0] = box;
    sql.exec(
      `INSERT INTO material (key_id, id, sequence, box, root_version, state, origin, created_at, expires_at)
       VALUES (?1, ?2, (SELECT count(*) FROM material WHERE key_id = ?1), ?3, ?4, 'CURRENT', ?5, ?6, NULL)`,
      keyId,
      id,
      box,
      rootVersion,
      origin,
      createdAt,
    );
  },
});
