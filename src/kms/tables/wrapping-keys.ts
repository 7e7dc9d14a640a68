// Table `wrapping_key`: RSA keys that material may be wrapped for, each until its end; the private key stands in a slot.

import type { Sealed } from "../../durable/sealed.ts";
import type { SealedWrappingKey } from "../../keyring/wrapping-keys.ts";

export interface WrappingKeyReads {
  find(id: string): SealedWrappingKey | undefined;
}

export interface WrappingKeyWrites extends WrappingKeyReads {
  insert(key: SealedWrappingKey, endsAt: number): void;
  /** The ids of a key's wrapping keys, the one that ends first before the others. */
  idsOf(keyId: string): readonly string[];
  /** Overwrites one, then removes its row; one that is not there is no trouble. */
  remove(id: string): void;
}

type Row = { key_id: string; spec: string; algorithm: string; slot: number };

export const wrappingKeys = (sql: SqlStorage, sealed: Sealed): WrappingKeyWrites => ({
  find(id) {
    const query = "SELECT key_id, spec, algorithm, slot FROM wrapping_key WHERE id = ?";
    const [row] = sql.exec<Row>(query, id).toArray();
    return row && { id, keyId: row.key_id, spec: row.spec, algorithm: row.algorithm, box: sealed.get(row.slot) };
  },
  insert({ id, keyId, spec, algorithm, box }, endsAt) {
    sql.exec(
      "INSERT INTO wrapping_key (id, key_id, spec, algorithm, slot, ends_at) VALUES (?, ?, ?, ?, ?, ?)",
      ...[id, keyId, spec, algorithm, sealed.put(box), endsAt],
    );
  },
  idsOf: (keyId) =>
    sql
      .exec<{ id: string }>("SELECT id FROM wrapping_key WHERE key_id = ? ORDER BY ends_at, id", keyId)
      .toArray()
      .map(({ id }) => id),
  remove(id) {
    const [row] = sql.exec<{ slot: number }>("DELETE FROM wrapping_key WHERE id = ? RETURNING slot", id).toArray();
    if (row !== undefined) sealed.free(row.slot);
  },
});
