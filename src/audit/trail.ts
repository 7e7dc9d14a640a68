// The D1 side of the record: an idempotent insert that gives back what is really there, so that the outbox lets go of nothing else.

/** A record on its way, with its place in the chain. */
export interface Delivery {
  readonly store: string;
  readonly account: string;
  readonly region: string;
  readonly incarnation: string;
  readonly links: readonly { readonly sequence: number; readonly record: string; readonly hash: string; readonly time: number }[];
}

export interface Trail {
  /**
   * Stores the records of one incarnation, all or none. None is stored if a different record has one of their sequence numbers already:
   * they would continue a history that is not theirs.
   * @returns the hash that now stands at each sequence: another than the link's own where the place was taken.
   * @throws Error where D1 is away or refuses the statement; nothing is stored then.
   */
  deliver(delivery: Delivery): Promise<ReadonlyMap<number, string>>;
  /** Whether D1 accepts writes at all. It distinguishes "D1 rejects this record" from "D1 is unreachable, full or read-only". */
  answers(): Promise<boolean>;
}

const TAKEN = `SELECT 1 FROM trail WHERE store = ?1 AND incarnation = ?2 AND sequence BETWEEN ?6 AND ?7
  AND hash NOT IN (SELECT value ->> 2 FROM json_each(?5))`;
const INSERT = `INSERT INTO trail (store, incarnation, sequence, account, region, time, hash, record)
  SELECT ?1, ?2, value ->> 0, ?3, ?4, value ->> 3, value ->> 2, value ->> 1 FROM json_each(?5) WHERE NOT EXISTS (${TAKEN})
  ON CONFLICT DO NOTHING`;
const SELECT = "SELECT sequence, hash FROM trail WHERE store = ?1 AND incarnation = ?2 AND sequence BETWEEN ?3 AND ?4";
/** No store has this name, and what is put there is taken away again in the same transaction. */
const PROBE =
  "INSERT INTO trail (store, incarnation, sequence, account, region, time, hash, record) VALUES ('', '', 0, '', '', 0, '', '')";
const PROBE_GONE = "DELETE FROM trail WHERE store = '' AND incarnation = '' AND sequence = 0";

export const d1Trail = (database: D1Database): Trail => ({
  async deliver({ store, account, region, incarnation, links }) {
    const rows = JSON.stringify(links.map(({ sequence, record, hash, time }) => [sequence, record, hash, time]));
    const span = [links[0]?.sequence ?? 0, links.at(-1)?.sequence ?? 0];
    const [, stored] = await database.batch<{ sequence: number; hash: string }>([
      database.prepare(INSERT).bind(store, incarnation, account, region, rows, ...span),
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
