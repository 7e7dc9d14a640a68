// Table `grant`. A decision reads the grants of one key and of the caller alone, by the id of whom they are given to.

import { type Constraint, constraintText, type EncryptionContext } from "../../authz/grants.ts";

/** What a decision asks of a grant. */
export interface Given {
  /** As it was written. */
  readonly grantee: string;
  /** What is compared: the unique id of a user, role or session, the number of an account. */
  readonly granteeId: string;
  /** 12 digits. */
  readonly issuer: string;
  readonly operations: readonly string[];
  readonly constraint: Constraint | undefined;
}

export interface StoredGrant extends Given {
  readonly keyId: string;
  /** 64 hexadecimal digits. */
  readonly id: string;
  readonly name: string | undefined;
  readonly retiring: string | undefined;
  readonly retiringId: string | undefined;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

export interface GrantFilter {
  readonly id?: string | undefined;
  readonly granteeId?: string | undefined;
}

/** A caller's own unique id, its role's, its account. */
export type Grantees = readonly [string, string, string];

export interface GrantReads {
  find(keyId: string, id: string): StoredGrant | undefined;
  /**
   * The grants of a key that are given to one of three and name an operation. Those that ask for exactly another context are left out, where the
   * operation takes one: whoever decides need not look at them.
   */
  given(keyId: string, granteeIds: Grantees, operation: string, context: EncryptionContext | undefined): readonly Given[];
  /** The grants of a key that bear a name. */
  named(keyId: string, name: string): readonly StoredGrant[];
  /** At most `limit` grants of a key, in the order of their ids, those after `after`. */
  page(keyId: string, filter: GrantFilter, after: string, limit: number): readonly StoredGrant[];
  /** The same of all keys, for whom one principal may retire; a position is key id and grant id, a space between. */
  retirable(retiringId: string, after: string, limit: number): readonly StoredGrant[];
  countOf(keyId: string): number;
}

export interface Grants extends GrantReads {
  insert(grant: StoredGrant): void;
  remove(keyId: string, id: string): void;
  removeAllOf(keyId: string): void;
}

type GivenRow = {
  grantee: string;
  grantee_id: string;
  issuing_account: string;
  operations: string;
  constraints: string | null;
};
type Row = GivenRow & {
  key_id: string;
  id: string;
  name: string | null;
  retiring: string | null;
  retiring_id: string | null;
  created_at: number;
};

const GIVEN = "grantee, grantee_id, issuing_account, operations, constraints";
const COLUMNS = `${GIVEN}, key_id, id, name, retiring, retiring_id, created_at`;

function constraintOf(text: string): Constraint {
  const { type, pairs } = JSON.parse(text) as { readonly type: Constraint["type"]; readonly pairs: [string, string][] };
  return { type, pairs: new Map(pairs) };
}

const givenOf = (row: GivenRow): Given => ({
  grantee: row.grantee,
  granteeId: row.grantee_id,
  issuer: row.issuing_account,
  operations: JSON.parse(row.operations) as string[],
  constraint: row.constraints === null ? undefined : constraintOf(row.constraints),
});

const grantOf = (row: Row): StoredGrant => ({
  ...givenOf(row),
  keyId: row.key_id,
  id: row.id,
  name: row.name ?? undefined,
  retiring: row.retiring ?? undefined,
  retiringId: row.retiring_id ?? undefined,
  createdAt: row.created_at,
});

/** What stands in the index for grants that are for one context alone; others have an empty text there. */
const exactly = (pairs: EncryptionContext): string => constraintText({ type: "EncryptionContextEquals", pairs });
const exactText = (constraint: Constraint | undefined): string =>
  constraint?.type === "EncryptionContextEquals" ? exactly(constraint.pairs) : "";

export function grants(sql: SqlStorage): Grants {
  // SQLite is told the index: left alone it goes through all grants of the key.
  const select = (where: string, ...bindings: SqlStorageValue[]): StoredGrant[] =>
    sql
      .exec<Row>(`SELECT ${COLUMNS} FROM "grant" ${where}`, ...bindings)
      .toArray()
      .map(grantOf);
  return {
    find: (keyId, id) => select("WHERE key_id = ? AND id = ?", keyId, id)[0],
    given(keyId, grantees, operation, context) {
      const own = "key_id = ? AND grantee_id IN (?, ?, ?) AND instr(operations, ?)";
      const [where, exact] = context === undefined ? [own, []] : [`${own} AND exact IN ('', ?)`, [exactly(context)]];
      const query = `SELECT ${GIVEN} FROM "grant" INDEXED BY grant_grantee WHERE ${where}`;
      return sql
        .exec<GivenRow>(query, keyId, ...grantees, JSON.stringify(operation), ...exact)
        .toArray()
        .map(givenOf);
    },
    named: (keyId, name) => select("INDEXED BY grant_name WHERE key_id = ? AND name = ?", keyId, name),
    page: (keyId, { id, granteeId }, after, limit) =>
      select(
        "WHERE key_id = ?1 AND id > ?2 AND (?3 IS NULL OR id = ?3) AND (?4 IS NULL OR grantee_id = ?4) ORDER BY id LIMIT ?5",
        ...[keyId, after, id ?? null, granteeId ?? null, limit],
      ),
    retirable(retiringId, after, limit) {
      const [keyId = "", id = ""] = after.split(" ");
      return select("WHERE retiring_id = ? AND (key_id, id) > (?, ?) ORDER BY key_id, id LIMIT ?", retiringId, keyId, id, limit);
    },
    countOf: (keyId) => sql.exec<{ count: number }>('SELECT count(*) AS count FROM "grant" WHERE key_id = ?', keyId).one().count,
    insert(grant) {
      sql.exec(
        `INSERT INTO "grant" (${COLUMNS}, exact) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        ...[grant.grantee, grant.granteeId, grant.issuer, JSON.stringify(grant.operations)],
        ...[grant.constraint === undefined ? null : constraintText(grant.constraint), grant.keyId, grant.id, grant.name ?? null],
        ...[grant.retiring ?? null, grant.retiringId ?? null, grant.createdAt, exactText(grant.constraint)],
      );
    },
    remove(keyId, id) {
      sql.exec('DELETE FROM "grant" WHERE key_id = ? AND id = ?', keyId, id);
    },
    removeAllOf(keyId) {
      sql.exec('DELETE FROM "grant" WHERE key_id = ?', keyId);
    },
  };
}
