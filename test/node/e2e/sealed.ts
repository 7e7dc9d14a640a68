// What is sealed, as it lies on disk: what the stores' slots hold, and whether bytes stand anywhere in the databases' files.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Format, root key version and IV of a box: what SQLite may write over where it frees a row. */
const HEADER_BYTES = 14;
const SEALED = `SELECT key_id AS keyId, bytes FROM material JOIN sealed USING (slot)
  UNION ALL SELECT id, bytes FROM key JOIN sealed ON slot = salt_slot
  UNION ALL SELECT key_id, bytes FROM wrapping_key JOIN sealed USING (slot)`;

export interface SealedBytes {
  readonly keyId: string;
  readonly bytes: Buffer;
}

/** The materials, salts and wrapping keys of all keys, without their headers. The server must have ended. */
export const readSealed = (state: string): SealedBytes[] =>
  databases(state)
    .filter((path) => path.endsWith(".sqlite"))
    .flatMap((path) => {
      const database = new DatabaseSync(path, { readOnly: true });
      try {
        const isStore = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'material'").get() !== undefined;
        const rows = isStore ? (database.prepare(SEALED).all() as unknown as { keyId: string; bytes: Uint8Array }[]) : [];
        return rows.map(({ keyId, bytes }) => ({ keyId, bytes: boxIn(bytes).subarray(HEADER_BYTES) }));
      } finally {
        database.close();
      }
    });

function boxIn(slot: Uint8Array): Buffer {
  const bytes = Buffer.from(slot);
  return bytes.subarray(2, 2 + bytes.readUInt16BE());
}

/** Whether the stores have been put away: at that SQLite brings its write-ahead log into the file, and removes it. */
export const isPutAway = (state: string): boolean =>
  !databases(state).some((path) => /RegionalKeyStore\/[0-9a-f]+\.sqlite-wal$/.test(path));

/** The keys, once for each of their sealed bytes that stands in a file of a database, whether in use there or not. */
export function keysOnDisk(state: string, sealed: readonly SealedBytes[]): string[] {
  const files = databases(state).map((path) => readFileSync(path));
  return sealed.filter(({ bytes }) => files.some((file) => file.includes(bytes))).map(({ keyId }) => keyId);
}

/** With what SQLite keeps beside them. */
function databases(state: string): string[] {
  const data = join(state, "data");
  return readdirSync(data, { recursive: true, encoding: "utf8" })
    .filter((name) => name.includes(".sqlite"))
    .map((name) => join(data, name));
}
