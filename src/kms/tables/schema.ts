// The tables of a regional key store, as an ordered list of migrations: a shipped one is never edited, the next is added below it.

import type { Migration } from "../../durable/migrate.ts";

export const MIGRATIONS: readonly Migration[] = [
  `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE key (
    id TEXT PRIMARY KEY, spec TEXT NOT NULL, usage TEXT NOT NULL, origin TEXT NOT NULL, state TEXT NOT NULL,
    description TEXT NOT NULL, policy TEXT NOT NULL, multi_region INTEGER NOT NULL, created_at INTEGER NOT NULL,
    salt BLOB NOT NULL, material_id TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE material (
    key_id TEXT NOT NULL REFERENCES key (id), id TEXT NOT NULL, sequence INTEGER NOT NULL, box BLOB NOT NULL,
    root_version INTEGER NOT NULL, state TEXT NOT NULL, origin TEXT NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER,
    PRIMARY KEY (key_id, id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE alias (
    name TEXT PRIMARY KEY, key_id TEXT NOT NULL REFERENCES key (id), created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX alias_key ON alias (key_id);
  CREATE TABLE tag (
    key_id TEXT NOT NULL REFERENCES key (id), name TEXT NOT NULL, value TEXT NOT NULL, UNIQUE (key_id, name)
  ) STRICT;
  CREATE TABLE "grant" (
    key_id TEXT NOT NULL REFERENCES key (id), id TEXT NOT NULL, name TEXT, grantee TEXT NOT NULL, retiring TEXT,
    issuing_account TEXT NOT NULL, operations TEXT NOT NULL, constraints TEXT, created_at INTEGER NOT NULL, PRIMARY KEY (key_id, id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE deadline (kind TEXT NOT NULL, ref TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (kind, ref)) STRICT, WITHOUT ROWID;
  CREATE INDEX deadline_at ON deadline (at);
  CREATE TABLE outbox (
    incarnation TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, aside INTEGER NOT NULL, records TEXT NOT NULL,
    PRIMARY KEY (incarnation, first)
  ) STRICT, WITHOUT ROWID;
  `,
  // Deletion and rotation of keys.
  `
  ALTER TABLE key ADD COLUMN deletion_at INTEGER;
  ALTER TABLE key ADD COLUMN rotation_days INTEGER;
  ALTER TABLE key ADD COLUMN next_rotation_at INTEGER;
  ALTER TABLE material ADD COLUMN rotated_at INTEGER;
  ALTER TABLE material ADD COLUMN rotation_type TEXT;
  `,
  // The last cryptographic operation with each key; what becomes of a key that is unavailable. Sealed boxes move into the table `sealed`.
  // Its first two rows stay empty: inserting the second row makes SQLite copy the first to another page, and that stale copy must not
  // be a secret.
  (sql, now) => {
    sql.exec(LAST_USES_AND_SLOTS);
    // Of the earlier use of its keys, an older store knows nothing.
    sql.exec("INSERT INTO meta (name, value) VALUES ('usage tracked since', ?)", String(now));
  },
  // The outbox in the order of writing: its rows no longer overflow the page that holds their keys. What is set aside, elsewhere.
  `
  ALTER TABLE outbox RENAME TO outbox_before;
  CREATE TABLE outbox (
    id INTEGER PRIMARY KEY, incarnation TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, hash TEXT NOT NULL, records TEXT NOT NULL,
    usages TEXT NOT NULL
  ) STRICT;
  CREATE TABLE aside (id INTEGER PRIMARY KEY, incarnation TEXT NOT NULL, records TEXT NOT NULL) STRICT;
  INSERT INTO outbox (incarnation, first, last, hash, records, usages)
    SELECT incarnation, first, last, records ->> '$[#-1][2]', records, usages FROM outbox_before WHERE aside = 0
    ORDER BY incarnation = (SELECT value FROM meta WHERE name = 'incarnation'), incarnation, first;
  INSERT INTO aside (incarnation, records)
    SELECT incarnation, records FROM outbox_before WHERE aside = 1 ORDER BY incarnation, first;
  DROP TABLE outbox_before;
  `,
  // Public keys of pairs.
  `
  CREATE TABLE public_key (key_id TEXT PRIMARY KEY REFERENCES key (id), box BLOB NOT NULL) STRICT;
  `,
  // Imported material. Of a key, expires says whether any of it does (1), or none (0); null: not all of it is there.
  `
  CREATE TABLE wrapping_key (
    id TEXT PRIMARY KEY, key_id TEXT NOT NULL REFERENCES key (id), spec TEXT NOT NULL, algorithm TEXT NOT NULL,
    slot INTEGER NOT NULL REFERENCES sealed (slot), ends_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX wrapping_key_key ON wrapping_key (key_id, ends_at);
  ALTER TABLE material ADD COLUMN description TEXT;
  ALTER TABLE key ADD COLUMN expires INTEGER;
  ALTER TABLE key ADD COLUMN expires_at INTEGER;
  `,
  // Policies and grants in force: the unique ids of whom a policy names, as JSON; of grants, what is compared beside what was written.
  `
  ALTER TABLE key ADD COLUMN principals TEXT;
  ALTER TABLE "grant" ADD COLUMN grantee_id TEXT NOT NULL DEFAULT '';
  ALTER TABLE "grant" ADD COLUMN retiring_id TEXT;
  ALTER TABLE "grant" ADD COLUMN exact TEXT NOT NULL DEFAULT '';
  CREATE INDEX grant_grantee ON "grant" (key_id, grantee_id, exact);
  CREATE INDEX grant_name ON "grant" (key_id, name);
  CREATE INDEX grant_retiring ON "grant" (retiring_id, key_id, id);
  `,
];

const LAST_USES_AND_SLOTS = `
  ALTER TABLE key ADD COLUMN state_when_available TEXT;
  CREATE TABLE usage (
    key_id TEXT PRIMARY KEY REFERENCES key (id), operation TEXT NOT NULL, at INTEGER NOT NULL, event_id TEXT NOT NULL,
    request_id TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  ALTER TABLE outbox ADD COLUMN usages TEXT NOT NULL DEFAULT '[]';
  CREATE TABLE sealed (slot INTEGER PRIMARY KEY, used INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT;
  CREATE INDEX sealed_free ON sealed (slot) WHERE used = 0;
  INSERT INTO sealed (used, bytes) VALUES (0, zeroblob(4000)), (0, zeroblob(4000));
  ALTER TABLE key ADD COLUMN salt_slot INTEGER REFERENCES sealed (slot);
  INSERT INTO sealed (used, bytes)
    SELECT 1, CAST(unhex(printf('%04X', length(salt))) || salt || zeroblob(3998 - length(salt)) AS BLOB) FROM key ORDER BY id;
  UPDATE key SET salt_slot = place + 2, salt = zeroblob(length(salt))
    FROM (SELECT id AS found, row_number() OVER (ORDER BY id) AS place FROM key) WHERE id = found;
  ALTER TABLE key DROP COLUMN salt;
  ALTER TABLE material ADD COLUMN slot INTEGER REFERENCES sealed (slot);
  INSERT INTO sealed (used, bytes)
    SELECT 1, CAST(unhex(printf('%04X', length(box))) || box || zeroblob(3998 - length(box)) AS BLOB)
    FROM material ORDER BY key_id, id;
  UPDATE material SET slot = place + 2 + (SELECT count(*) FROM key), box = zeroblob(length(box))
    FROM (SELECT key_id AS owner, id AS found, row_number() OVER (ORDER BY key_id, id) AS place FROM material)
    WHERE key_id = owner AND id = found;
  ALTER TABLE material DROP COLUMN box;
  `;
