// Table `membership`: which users are in which groups.

export interface MembershipReads {
  has(groupId: string, userId: string): boolean;
  /** The ids of a user's groups, in their order, behind `after`. */
  groupsOf(userId: string, after: string, limit: number): readonly string[];
  /** The ids of a group's users, in their order, behind `after`. */
  usersOf(groupId: string, after: string, limit: number): readonly string[];
  countOf(userId: string): number;
}

export interface MembershipWrites extends MembershipReads {
  add(groupId: string, userId: string): void;
  remove(groupId: string, userId: string): void;
}

export function memberships(sql: SqlStorage): MembershipWrites {
  const ids = (column: "group_id" | "user_id", other: "group_id" | "user_id", ...given: [string, string, number]) =>
    sql
      .exec<{ id: string }>(
        `SELECT ${column} AS id FROM membership WHERE ${other} = ? AND ${column} > ? ORDER BY ${column} LIMIT ?`,
        ...given,
      )
      .toArray()
      .map(({ id }) => id);
  return {
    has: (groupId, userId) =>
      sql.exec("SELECT 1 FROM membership WHERE user_id = ? AND group_id = ?", userId, groupId).toArray().length > 0,
    groupsOf: (userId, after, limit) => ids("group_id", "user_id", userId, after, limit),
    usersOf: (groupId, after, limit) => ids("user_id", "group_id", groupId, after, limit),
    countOf: (userId) =>
      sql.exec<{ count: number }>("SELECT count(*) AS count FROM membership WHERE user_id = ?", userId).one().count,
    add(groupId, userId) {
      sql.exec("INSERT INTO membership (group_id, user_id) VALUES (?, ?) ON CONFLICT DO NOTHING", groupId, userId);
    },
    remove(groupId, userId) {
      sql.exec("DELETE FROM membership WHERE user_id = ? AND group_id = ?", userId, groupId);
    },
  };
}
