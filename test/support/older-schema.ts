// A store as an older version would have left it, made of one of today's.

import type { OpenWorld } from "./store.ts";

/** Takes a store back to schema 6: no unique ids beside policies, no grants in force. To be followed by a restart. */
export function takeBackToSchema6({ storage: { sql } }: OpenWorld): void {
  for (const index of ["grant_grantee", "grant_name", "grant_retiring"]) sql.exec(`DROP INDEX ${index}`);
  sql.exec("ALTER TABLE key DROP COLUMN principals");
  for (const column of ["grantee_id", "retiring_id", "exact"]) sql.exec(`ALTER TABLE "grant" DROP COLUMN ${column}`);
  sql.exec("UPDATE meta SET value = '6' WHERE name = 'schema'");
}

/** The same to schema 5: nothing of imports. */
export function takeBackToSchema5(world: OpenWorld): void {
  takeBackToSchema6(world);
  const { sql } = world.storage;
  sql.exec("DROP TABLE wrapping_key");
  sql.exec("ALTER TABLE material DROP COLUMN description");
  for (const column of ["expires", "expires_at"]) sql.exec(`ALTER TABLE key DROP COLUMN ${column}`);
  sql.exec("UPDATE meta SET value = '5' WHERE name = 'schema'");
}

/** The same to schema 4: no pairs. */
export function takeBackToSchema4(world: OpenWorld): void {
  takeBackToSchema5(world);
  const { sql } = world.storage;
  sql.exec("DROP TABLE public_key");
  sql.exec("UPDATE meta SET value = '4' WHERE name = 'schema'");
}

/** The same to schema 3: the outbox by incarnation and sequence, with what is set aside among it. */
export function takeBackToSchema3(world: OpenWorld): void {
  takeBackToSchema4(world);
  const { storage } = world;
  const { sql } = storage;
  const sequence = (records: string) => `json_extract(${records}, '$[0][0]')`;
  storage.transactionSync(() => {
    sql.exec("ALTER TABLE outbox RENAME TO newer");
    sql.exec(`CREATE TABLE outbox (
      incarnation TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, aside INTEGER NOT NULL, records TEXT NOT NULL,
      usages TEXT NOT NULL DEFAULT '[]', PRIMARY KEY (incarnation, first)
    ) STRICT, WITHOUT ROWID`);
    sql.exec(`INSERT INTO outbox SELECT incarnation, first, last, 0, records, usages FROM newer`);
    sql.exec(
      `INSERT INTO outbox SELECT incarnation, ${sequence("records")}, ${sequence("records")}, 1, records, '[]' FROM aside`,
    );
    sql.exec("DROP TABLE newer");
    sql.exec("DROP TABLE aside");
    sql.exec("UPDATE meta SET value = '3' WHERE name = 'schema'");
  });
}

/** The same to schema 2: what is sealed in the rows themselves, no usage. */
export function takeBackToSchema2(world: OpenWorld): void {
  takeBackToSchema3(world);
  const { storage, tables } = world;
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

/** The same to schema 1: nothing of deletion and rotation. */
export function takeBackToSchema1(world: OpenWorld): void {
  takeBackToSchema2(world);
  const { sql } = world.storage;
  for (const column of ["deletion_at", "rotation_days", "next_rotation_at"]) sql.exec(`ALTER TABLE key DROP COLUMN ${column}`);
  for (const column of ["rotated_at", "rotation_type"]) sql.exec(`ALTER TABLE material DROP COLUMN ${column}`);
  sql.exec("UPDATE meta SET value = '1' WHERE name = 'schema'");
}
