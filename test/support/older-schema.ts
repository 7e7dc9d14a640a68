// A store as an older version would have left it, made of one of today's.

import type { OpenWorld } from "./store.ts";

/** Takes a store back to schema 2: what is sealed in the rows themselves, no usage. To be followed by a restart. */
export function takeBackToSchema2({ storage, tables }: OpenWorld): void {
  const { sql } = storage;
  const materials = sql.exec<{ key_id: string; id: string }>("SELECT key_id, id FROM material").toArray();
  const boxes = materials.map(({ key_id, id }) => [tables.materials.find(key_id, id)?.box, key_id, id]);
  const salts = sql.exec<{ id: string }>("SELECT id FROM key").toArray();
  const saltBoxes = salts.map(({ id }) => [tables.keys.salt(id), id]);
  storage.transactionSync(() => {
    sql.exec("ALTER TABLE key ADD COLUMN salt BLOB NOT NULL DEFAULT x''");
    sql.exec("ALTER TABLE material ADD COLUMN box BLOB NOT NULL DEFAULT x''");
    for (const each of saltBoxes) sql.exec("UPDATE key SET salt = ? WHERE id = ?", ...each);
    for (const each of boxes) sql.exec("UPDATE material SET box = ? WHERE key_id = ? AND id = ?", ...each);
    sql.exec("ALTER TABLE key DROP COLUMN salt_slot");
    sql.exec("ALTER TABLE material DROP COLUMN slot");
    sql.exec("DROP TABLE sealed");
    sql.exec("ALTER TABLE key DROP COLUMN state_when_available");
    sql.exec("DROP TABLE usage");
    sql.exec("ALTER TABLE outbox DROP COLUMN usages");
    sql.exec("DELETE FROM meta WHERE name = 'usage tracked since'");
    sql.exec("UPDATE meta SET value = '2' WHERE name = 'schema'");
  });
}
