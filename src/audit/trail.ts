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
   * Stores the links of one incarnation, in order, as far as their places are free.
   * @returns the hash that now stands at each sequence: another than the link's own where the place was taken.
   * @throws Error where D1 is away or refuses the statement; nothing is stored then.
   */
  deliver(delivery: Delivery): Promise<ReadonlyMap<number, string>>;
  /** Whether D1 answers at all: tells what it refuses from its being away. */
  answers(): Promise<boolean>;
}

const INSERT = `INSERT INTO trail (store, incarnation, sequence, account, region, time, hash, record)
  SELECT ?1, ?2, value ->> 0, ?3, ?4, value ->> 3, value ->> 2, value ->> 1 FROM json_each(?5) WHERE true ON CONFLICT DO NOTHING`;
const SELECT = "SELECT sequence, hash FROM trail WHERE store = ?1 AND incarnation = ?2 AND sequence BETWEEN ?3 AND ?4";

export const d1Trail = (database: D1Database): Trail => ({
  async deliver({ store, account, region, incarnation, links }) {
    const rows = JSON.stringify(links.map(({ sequence, record, hash, time }) => [sequence, record, hash, time]));
    const [, stored] = await database.batch<{ sequence: number; hash: string }>([
      database.prepare(INSERT).bind(store, incarnation, account, region, rows),
      database.prepare(SELECT).bind(store, incarnation, links[0]?.sequence ?? 0, links.at(-1)?.sequence ?? 0),
    ]);
    return new Map(stored?.results.map(({ sequence, hash }) => [sequence, hash]));
  },
  async answers() {
    try {
      await database.prepare("SELECT count(*) FROM trail WHERE store = '' AND incarnation = '' AND sequence = 0").run();
      return true;
    } catch {
      return false;
    }
  },
});
