// Table `sealed`: each sealed box has a row that SQLite never moves, so overwriting it leaves no older copy. Three rules ensure that: a
// row fills a whole page and never changes size; new rows are appended; rows are never deleted, only reused.

import type { Bytes } from "../wire/bytes.ts";

/** Two slots never fit a page of 4096 bytes, and one needs no overflow page, which would be freed and used again. */
const SLOT_BYTES = 4000;
const LENGTH_BYTES = 2;
const BOX_BYTES_MAX = SLOT_BYTES - LENGTH_BYTES;

export interface Sealed {
  get(slot: number): Bytes;
  /**
   * @returns the slot that holds it from now on.
   * @throws Error for more than a slot holds.
   */
  put(box: Bytes): number;
  /** Overwrites what a slot holds. */
  free(slot: number): void;
}

export const sealed = (sql: SqlStorage): Sealed => ({
  get(slot) {
    const { bytes } = sql.exec<{ bytes: ArrayBuffer }>("SELECT bytes FROM sealed WHERE slot = ?", slot).one();
    return new Uint8Array(bytes, LENGTH_BYTES, new DataView(bytes).getUint16(0));
  },
  put(box) {
    const bytes = slotOf(box);
    const reuse = `UPDATE sealed SET used = 1, bytes = ?
      WHERE slot = (SELECT slot FROM sealed WHERE used = 0 LIMIT 1) RETURNING slot`;
    const [reused] = sql.exec<{ slot: number }>(reuse, bytes).toArray();
    if (reused !== undefined) return reused.slot;
    return sql.exec<{ slot: number }>("INSERT INTO sealed (used, bytes) VALUES (1, ?) RETURNING slot", bytes).one().slot;
  },
  free(slot) {
    sql.exec("UPDATE sealed SET used = 0, bytes = zeroblob(length(bytes)) WHERE slot = ?", slot);
  },
});

/** u16 length ‖ box ‖ zeros. */
function slotOf(box: Bytes): Bytes {
  if (box.byteLength > BOX_BYTES_MAX) throw new Error(`a slot holds ${BOX_BYTES_MAX} bytes, not ${box.byteLength}`);
  const slot = new Uint8Array(SLOT_BYTES);
  new DataView(slot.buffer).setUint16(0, box.byteLength);
  slot.set(box, LENGTH_BYTES);
  return slot;
}
