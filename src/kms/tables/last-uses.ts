// Table `usage`: the last cryptographic operation with each key. Recording a use needs no extra write. It is stored in the outbox row that
// also holds the call's audit record, and copied to this table when that outbox row is deleted.

import { type Attachments, NOTHING_ATTACHED } from "../../durable/outbox.ts";

/** A successful cryptographic operation with a key. */
export interface LastUse {
  readonly keyId: string;
  readonly operation: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The eventID of its record. */
  readonly eventId: string;
  readonly requestId: string;
}

export interface LastUseReads {
  find(keyId: string): LastUse | undefined;
  /** Since when this store has kept them, in milliseconds since the epoch. */
  trackedSince(): number;
}

export interface LastUses extends LastUseReads {
  remove(keyId: string): void;
  /** Drops what memory holds, where storage does not hold it. */
  forget(): void;
}

const KNOWN_MAX = 20_000;

type Printed = readonly [keyId: string, operation: string, at: number, eventId: string, requestId: string];

const print = ({ keyId, operation, at, eventId, requestId }: LastUse): Printed => [keyId, operation, at, eventId, requestId];

const parse = (printed: string): LastUse[] =>
  (JSON.parse(printed) as Printed[]).map(([keyId, operation, at, eventId, requestId]) => ({
    keyId,
    operation,
    at,
    eventId,
    requestId,
  }));

type Row = { operation: string; at: number; event_id: string; request_id: string };

export function lastUses(sql: SqlStorage): LastUses & Attachments<LastUse> {
  /** The latest use of each key that may not have reached the table yet. `undefined`: not loaded; the first `find` loads it. */
  let known: Map<string, LastUse> | undefined;

  const read = (): Map<string, LastUse> => {
    const query = `SELECT usages FROM outbox WHERE usages <> '${NOTHING_ATTACHED}' ORDER BY id`;
    const last = new Map<string, LastUse>();
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
      if (all.length === 0) return NOTHING_ATTACHED;
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

const lastOf = (all: readonly LastUse[]): Map<string, LastUse> => new Map(all.map((usage) => [usage.keyId, usage]));
