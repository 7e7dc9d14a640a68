// Table `usage`: the last cryptographic operation with each key. A usage costs no write of its own: it stands in the outbox row of the
// group that holds its record, and comes into this table when that row leaves.

/** A successful cryptographic operation with a key. */
export interface Usage {
  readonly keyId: string;
  readonly operation: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The eventID of its record. */
  readonly eventId: string;
  readonly requestId: string;
}

export interface UsageReads {
  find(keyId: string): Usage | undefined;
  /** Since when this store has kept them, in milliseconds since the epoch. */
  trackedSince(): number;
}

export interface Usages extends UsageReads {
  remove(keyId: string): void;
  /** Drops what memory holds, where storage does not hold it. */
  forget(): void;
}

/** What the outbox keeps of them. */
export interface PassingUsages {
  /** Usages on their way into an outbox row, as that row is to hold them: the last of each key. */
  enter(usages: readonly Usage[]): string;
  /** What a row held that leaves the outbox. */
  leave(printed: string): void;
}

/** In the outbox row of a group without any, and of a version that kept none. */
export const NO_USAGES = "[]";

const KNOWN_MAX = 20_000;

type Printed = readonly [keyId: string, operation: string, at: number, eventId: string, requestId: string];

const print = ({ keyId, operation, at, eventId, requestId }: Usage): Printed => [keyId, operation, at, eventId, requestId];

const parse = (usages: string): Usage[] =>
  (JSON.parse(usages) as Printed[]).map(([keyId, operation, at, eventId, requestId]) => ({
    keyId,
    operation,
    at,
    eventId,
    requestId,
  }));

type Row = { operation: string; at: number; event_id: string; request_id: string };

export function usages(sql: SqlStorage): Usages & PassingUsages {
  /** The last of each key whose last may not be in the table yet; undefined: not read yet, and nobody has asked. */
  let known: Map<string, Usage> | undefined;

  const read = (): Map<string, Usage> => {
    const query = `SELECT usages FROM outbox WHERE usages <> '${NO_USAGES}' ORDER BY first`;
    const last = new Map<string, Usage>();
    for (const row of sql.exec<{ usages: string }>(query)) for (const usage of parse(row.usages)) last.set(usage.keyId, usage);
    return last;
  };

  return {
    find(keyId) {
      known ??= read();
      const last = known.get(keyId);
      if (last !== undefined) return last;
      const [row] = sql.exec<Row>("SELECT operation, at, event_id, request_id FROM usage WHERE key_id = ?", keyId).toArray();
      if (row === undefined) return undefined;
      return { keyId, operation: row.operation, at: row.at, eventId: row.event_id, requestId: row.request_id };
    },
    trackedSince: () =>
      Number(sql.exec<{ value: string }>("SELECT value FROM meta WHERE name = 'usage tracked since'").one().value),
    enter(all) {
      if (all.length === 0) return NO_USAGES;
      const last = lastOf(all);
      for (const [keyId, usage] of last) known?.set(keyId, usage);
      if (known !== undefined && known.size > KNOWN_MAX) known = undefined;
      return JSON.stringify([...last.values()].map(print));
    },
    leave(printed) {
      for (const { keyId, operation, at, eventId, requestId } of parse(printed)) {
        sql.exec(
          `INSERT INTO usage (key_id, operation, at, event_id, request_id) SELECT id, ?2, ?3, ?4, ?5 FROM key WHERE id = ?1
            ON CONFLICT DO UPDATE SET
              operation = excluded.operation, at = excluded.at, event_id = excluded.event_id, request_id = excluded.request_id`,
          keyId, // which may be gone by now
          operation,
          at,
          eventId,
          requestId,
        );
      }
    },
    remove(keyId) {
      sql.exec("DELETE FROM usage WHERE key_id = ?", keyId);
    },
    forget() {
      known = undefined;
    },
  };
}

const lastOf = (all: readonly Usage[]): Map<string, Usage> => new Map(all.map((usage) => [usage.keyId, usage]));
