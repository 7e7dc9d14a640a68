// Table `outbox`: records on their way to D1, many to a row. A row is one TEXT, a JSON array of [sequence, record as a string, hash,
// time] each: the form in which the drain hands it on, and cheaper than a row a record.

/** The limits of a row; both are far below what the platform takes. */
const ROW_RECORDS_MAX = 500;
const ROW_CHARACTERS_MAX = 256 * 1024;

/** A record with its place in the chain. */
export interface Link {
  readonly sequence: number;
  readonly record: string;
  /** 64 hexadecimal digits. */
  readonly hash: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

export interface OutboxRow {
  readonly incarnation: string;
  readonly links: readonly Link[];
}

export interface Outbox {
  append(incarnation: string, links: readonly Link[]): void;
  /** The oldest row that has not been set aside. */
  oldest(): OutboxRow | undefined;
  /** The newest link of an incarnation that is still here. */
  newest(incarnation: string): Link | undefined;
  remove(row: OutboxRow): void;
  /** Keeps links that D1 refuses by themselves out of the drain's way. */
  setAside(incarnation: string, links: readonly Link[]): void;
  asideCount(): number;
  isEmpty(): boolean;
}

type Row = { incarnation: string; first: number; last: number; records: string };
type Printed = readonly [sequence: number, record: string, hash: string, time: number];

const print = (links: readonly Link[]): string =>
  JSON.stringify(links.map(({ sequence, record, hash, time }): Printed => [sequence, record, hash, time]));

const parse = (records: string): Link[] =>
  (JSON.parse(records) as Printed[]).map(([sequence, record, hash, time]) => ({ sequence, record, hash, time }));

/** Links in runs that fit a row each. */
function* runs(links: readonly Link[]): Generator<readonly Link[]> {
  let from = 0;
  let characters = 0;
  for (const [at, { record }] of links.entries()) {
    if (at > from && (at - from >= ROW_RECORDS_MAX || characters + record.length > ROW_CHARACTERS_MAX)) {
      yield links.slice(from, at);
      from = at;
      characters = 0;
    }
    characters += record.length;
  }
  if (from < links.length) yield links.slice(from);
}

export function outbox(sql: SqlStorage): Outbox {
  const insert = (incarnation: string, links: readonly Link[], aside: 0 | 1): void => {
    const first = links[0]?.sequence;
    const last = links.at(-1)?.sequence;
    if (first === undefined || last === undefined) return;
    const statement = "INSERT OR REPLACE INTO outbox (incarnation, first, last, records, aside) VALUES (?, ?, ?, ?, ?)";
    sql.exec(statement, incarnation, first, last, print(links), aside);
  };
  const fromRow = ({ incarnation, records }: Row): OutboxRow => ({ incarnation, links: parse(records) });

  return {
    append(incarnation, links) {
      for (const run of runs(links)) insert(incarnation, run, 0);
    },
    oldest() {
      // Rows of one store are in the order of their making; a new incarnation begins at 0 and must not overtake the old one.
      const query = `SELECT incarnation, first, last, records FROM outbox WHERE aside = 0
        ORDER BY incarnation = (SELECT value FROM meta WHERE name = 'incarnation'), first LIMIT 1`;
      const [row] = sql.exec<Row>(query).toArray();
      return row === undefined ? undefined : fromRow(row);
    },
    newest(incarnation) {
      const query = "SELECT incarnation, first, last, records FROM outbox WHERE incarnation = ? ORDER BY first DESC LIMIT 1";
      const [row] = sql.exec<Row>(query, incarnation).toArray();
      return row === undefined ? undefined : fromRow(row).links.at(-1);
    },
    remove({ incarnation, links: [first] }) {
      if (first !== undefined) sql.exec("DELETE FROM outbox WHERE incarnation = ? AND first = ?", incarnation, first.sequence);
    },
    setAside: (incarnation, links) => insert(incarnation, links, 1),
    asideCount: () => sql.exec<{ count: number }>("SELECT count(*) AS count FROM outbox WHERE aside = 1").one().count,
    isEmpty: () => sql.exec("SELECT 1 FROM outbox WHERE aside = 0 LIMIT 1").toArray().length === 0,
  };
}
