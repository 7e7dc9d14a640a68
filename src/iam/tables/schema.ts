// Schema of an IdentityStore, as an ordered list of migrations: a shipped one is never edited, the next is added below it.
//
// A user, a group and a role are an `entity`; a managed policy is a table of its own. Whatever belongs to an entity or a policy (inline policies,
// attachments, tags) names it by its unique id, so that renaming moves nothing. Names are compared folded: case does not make another name.

import { type Migration, OWN_TABLES } from "../../durable/migrate.ts";
import { parseAccessKeyId } from "../../wire/access-key-id.ts";
import { LEASE_TABLE } from "./leases.ts";

/** `rootAccessKeyId`: of the account root's first access key, which is there and active from the beginning. */
export const migrationsOf = (rootAccessKeyId: () => string): readonly Migration[] => [
  OWN_TABLES,
  (sql, now) => {
    sql.exec(TABLES);
    const statement = "INSERT INTO access_key (serial, id, owner_id, status, created_at) VALUES (0, ?, ?, 'Active', ?)";
    sql.exec(statement, rootAccessKeyId(), parseAccessKeyId(rootAccessKeyId())?.account ?? "", now);
  },
];

const TABLES = `
  CREATE TABLE unique_id (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
  CREATE TABLE entity (
    id TEXT PRIMARY KEY REFERENCES unique_id (id), kind TEXT NOT NULL, name TEXT NOT NULL, folded TEXT NOT NULL, path TEXT NOT NULL,
    created_at INTEGER NOT NULL, boundary TEXT, description TEXT, trust TEXT, trusted TEXT, session_seconds INTEGER, UNIQUE (kind, folded)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX entity_boundary ON entity (boundary) WHERE boundary IS NOT NULL;
  CREATE TABLE policy (
    id TEXT PRIMARY KEY REFERENCES unique_id (id), name TEXT NOT NULL, folded TEXT NOT NULL UNIQUE, path TEXT NOT NULL, description TEXT,
    default_version INTEGER NOT NULL, newest_version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE policy_version (
    policy_id TEXT NOT NULL REFERENCES policy (id), number INTEGER NOT NULL, document TEXT NOT NULL, created_at INTEGER NOT NULL,
    UNIQUE (policy_id, number)
  ) STRICT;
  CREATE TABLE inline_policy (
    owner_id TEXT NOT NULL REFERENCES entity (id), folded TEXT NOT NULL, name TEXT NOT NULL, document TEXT NOT NULL, UNIQUE (owner_id, folded)
  ) STRICT;
  CREATE TABLE attachment (
    owner_id TEXT NOT NULL REFERENCES entity (id), policy_arn TEXT NOT NULL, PRIMARY KEY (owner_id, policy_arn)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX attachment_policy ON attachment (policy_arn, owner_id);
  CREATE TABLE membership (
    group_id TEXT NOT NULL REFERENCES entity (id), user_id TEXT NOT NULL REFERENCES entity (id), PRIMARY KEY (user_id, group_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX membership_group ON membership (group_id, user_id);
  CREATE TABLE tag (
    owner_id TEXT NOT NULL, folded TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (owner_id, folded)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE access_key (
    serial INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, owner_id TEXT NOT NULL, status TEXT NOT NULL, created_at INTEGER NOT NULL, holder TEXT
  ) STRICT;
  CREATE INDEX access_key_owner ON access_key (owner_id, serial);
  ${LEASE_TABLE};
  `;
