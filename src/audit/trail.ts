// The D1 side of the record: an idempotent insert, and where it did not store everything, a look at what is really there, so that the
// outbox lets go of nothing else.

import { SEQUENCE_BITS } from "./chain.ts";
import type { Links } from "./links.ts";

/** Records on their way, and whose they are. */
export interface Delivery {
  readonly store: string;
  readonly account: string;
  readonly region: string;
  readonly incarnation: string;
  readonly links: Links;
}

export interface Trail {
  /**
   * Stores the records of one incarnation, all or none. None is stored if a different record has one of their sequence numbers already:
   * they would continue a history that is not theirs.
   * @returns "stored", or the hash that now stands at each sequence: another than the link's own where the place was taken.
   * @throws Error where D1 is away or refuses the statement; nothing is stored then.
   */
  deliver(delivery: Delivery): Promise<"stored" | ReadonlyMap<number, string>>;
  /** Whether D1 accepts writes at all. It distinguishes "D1 rejects this record" from "D1 is unreachable, full or read-only". */
  answers(): Promise<boolean>;
}

/** The place of a chain's sequence 0. */
const BEGIN = `(SELECT number << ${SEQUENCE_BITS} FROM chain WHERE store = ?1 AND incarnation = ?2)`;
const GIVE_NUMBER = "INSERT INTO chain (store, incarnation) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
const TAKEN = `SELECT 1 FROM trail WHERE place BETWEEN ${BEGIN} + ?6 AND ${BEGIN} + ?7
  AND hash NOT IN (SELECT value ->> 2 FROM json_each(?5))`;
/** Joined with the chain's row, so that a chain without a number stores nothing. */
const INSERT = `INSERT INTO trail (place, account, region, time, hash, record)
  SELECT (number << ${SEQUENCE_BITS}) + (value ->> 0), ?3, ?4, value ->> 3, value ->> 2, value ->> 1 FROM chain, json_each(?5)
  WHERE store = ?1 AND incarnation = ?2 AND NOT EXISTS (${TAKEN})
  ON CONFLICT DO NOTHING`;
const SELECT = `SELECT place - ${BEGIN} AS sequence, hash FROM trail
  WHERE place BETWEEN ${BEGIN} + ?3 AND ${BEGIN} + ?4`;
/** No chain has the number 0, and what is put there is taken away again in the same transaction. */
const PROBE = "INSERT INTO trail (place, account, region, time, hash, record) VALUES (0, '', '', 0, '', '')";
const PROBE_GONE = "DELETE FROM trail WHERE place = 0";

export const d1Trail = (database: D1Database): Trail => ({
  async deliver({ store, account, region, incarnation, links }) {
    const span = [links.first, links.last.sequence];
    const insert = database.prepare(INSERT).bind(store, incarnation, account, region, links.printed, ...span);
    const { meta } = await insert.run();
    if (meta.changes === links.length) return "stored"; // this statement inserts nothing but what was sent
    const [, , stored] = await database.batch<{ sequence: number; hash: string }>([
      database.prepare(GIVE_NUMBER).bind(store, incarnation),
      insert,
      database.prepare(SELECT).bind(store, incarnation, ...span),
    ]);
    return new Map(stored?.results.map(({ sequence, hash }) => [sequence, hash]));
  },
  async answers() {
    try {
      await database.batch([database.prepare(PROBE), database.prepare(PROBE_GONE)]);
      return true;
    } catch {
      return false;
    }
  },
});
