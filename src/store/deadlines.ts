// Table `deadline`: what is to be done at which time. The object's one alarm is set to the earliest row.

/** `delete` is the first look at a key whose time has come, `delete-confirm` the second. `ref` is the key's id. */
export type DeadlineKind = "flush" | "delete" | "delete-confirm" | "rotate" | "throttled";

export interface Deadline {
  readonly kind: DeadlineKind;
  readonly ref: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface Deadlines {
  set(deadline: Deadline): void;
  remove(kind: DeadlineKind, ref: string): void;
  earliest(): number | undefined;
  /** Rows of a kind that are due after a time. */
  after(kind: DeadlineKind, at: number): readonly Deadline[];
  /** Whether a row has been set or removed since this was last asked. */
  takeMoved(): boolean;
  /** At most `limit` rows that are due: the flush, then the earliest first. */
  due(now: number, limit: number): readonly Deadline[];
}

type Row = { kind: DeadlineKind; ref: string; at: number };

export function deadlines(sql: SqlStorage): Deadlines {
  let moved = false;
  return {
    set({ kind, ref, at }) {
      sql.exec("INSERT INTO deadline (kind, ref, at) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET at = excluded.at", kind, ref, at);
      moved = true;
    },
    remove(kind, ref) {
      sql.exec("DELETE FROM deadline WHERE kind = ? AND ref = ?", kind, ref);
      moved = true;
    },
    earliest: () => sql.exec<{ at: number | null }>("SELECT min(at) AS at FROM deadline").one().at ?? undefined,
    after: (kind, at) => sql.exec<Row>("SELECT kind, ref, at FROM deadline WHERE kind = ? AND at > ?", kind, at).toArray(),
    takeMoved() {
      const hasMoved = moved;
      moved = false;
      return hasMoved;
    },
    due: (now, limit) =>
      sql
        .exec<Row>("SELECT kind, ref, at FROM deadline WHERE at <= ? ORDER BY kind <> 'flush', at LIMIT ?", now, limit)
        .toArray(),
  };
}
