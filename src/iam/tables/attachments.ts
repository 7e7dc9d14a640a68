// Table `attachment`: which managed policies are attached to which users, groups and roles. A policy is named by its ARN: AWS's own are no rows.

export interface AttachmentReads {
  has(ownerId: string, policyArn: string): boolean;
  /** The ARNs of the policies attached to an entity, in their order. */
  all(ownerId: string): readonly string[];
  countOf(ownerId: string): number;
  /** How many entities a policy is attached to. */
  countOfPolicy(policyArn: string): number;
  /** The ids of the entities that a policy is attached to, in their order, behind `after`. */
  owners(policyArn: string, after: string, limit: number): readonly string[];
  isAttached(policyArn: string): boolean;
}

export interface AttachmentWrites extends AttachmentReads {
  add(ownerId: string, policyArn: string): void;
  remove(ownerId: string, policyArn: string): void;
}

export function attachments(sql: SqlStorage): AttachmentWrites {
  const arns = (condition: string, ...given: SqlStorageValue[]): readonly string[] =>
    sql
      .exec<{ policy_arn: string }>(`SELECT policy_arn FROM attachment WHERE ${condition}`, ...given)
      .toArray()
      .map(({ policy_arn: arn }) => arn);
  const count = (condition: string, given: string): number =>
    sql.exec<{ count: number }>(`SELECT count(*) AS count FROM attachment WHERE ${condition}`, given).one().count;
  return {
    has: (ownerId, policyArn) => arns("owner_id = ? AND policy_arn = ?", ownerId, policyArn).length > 0,
    all: (ownerId) => arns("owner_id = ? ORDER BY policy_arn", ownerId),
    countOf: (ownerId) => count("owner_id = ?", ownerId),
    countOfPolicy: (policyArn) => count("policy_arn = ?", policyArn),
    owners: (policyArn, after, limit) =>
      sql
        .exec<{ owner_id: string }>(
          "SELECT owner_id FROM attachment WHERE policy_arn = ? AND owner_id > ? ORDER BY owner_id LIMIT ?",
          ...[policyArn, after, limit],
        )
        .toArray()
        .map(({ owner_id: id }) => id),
    isAttached: (policyArn) => arns("policy_arn = ? LIMIT 1", policyArn).length > 0,
    add(ownerId, policyArn) {
      sql.exec("INSERT INTO attachment (owner_id, policy_arn) VALUES (?, ?) ON CONFLICT DO NOTHING", ownerId, policyArn);
    },
    remove(ownerId, policyArn) {
      sql.exec("DELETE FROM attachment WHERE owner_id = ? AND policy_arn = ?", ownerId, policyArn);
    },
  };
}
