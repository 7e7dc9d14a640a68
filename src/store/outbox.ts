// Table `outbox`: records on their way to D1, many to a row. A row is one TEXT, a JSON array of [sequence, record as a string, hash,
// time] each: the form in which the drain hands it on, and cheaper than a row a record.

import { utf8 } from "../wire/bytes.ts";
import { NO_USAGES, type PassingUsages, type Usage } from "./usages.ts";

/** The limits of a row, and of what is handed to D1 at once; both are far below what the platform takes. */
const RECORDS_MAX = 500;
const BYTES_MAX = 512 * 1024;
const UTF8_BYTES_A_CHARACTER_MAX = 3;

/** A record with its place in the chain. */
export interface Link {
  readonly sequence: number;
  readonly record: string;
  /** 64 hexadecimal digits. */
  readonly hash: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** Of the keys that the call has used, where the link is to be appended. */
  readonly usages?: readonly Usage[] | undefined;
}

/** Whole rows of one incarnation, one behind the other. */
export interface Batch {
  readonly incarnation: string;
  readonly links: readonly Link[];
}

export interface Outbox {
  append(incarnation: string, links: readonly Link[]): void;
  /** The oldest rows of an incarnation that have not been set aside, as many as may be handed on at once. */
  oldest(incarnation: string): Batch | undefined;
  /** The newest link of an incarnation that is still here. */
  newest(incarnation: string): Link | undefined;
  remove(batch: Batch): void;
  /** Keeps links that D1 refuses by themselves out of the drain's way. */
  setAside(incarnation: string, links: readonly Link[]): void;
  asideCount(): number;
  isEmpty(): boolean;
}

type Row = { first: number; records: string; bytes: number };
type Printed = readonly [sequence: number, record: string, hash: string, time: number];

const print = ({ sequence, record, hash, time }: Link): string => `[${sequence},${JSON.stringify(record)},"${hash}",${time}]`;

const parse = (records: string): Link[] =>
  (JSON.parse(records) as Printed[]).map(([sequence, record, hash, time]) => ({ sequence, record, hash, time }));

/** Where each row begins, so that every one keeps to the limits. Bytes are counted only where it could matter. */
function rowStarts(printed: readonly string[]): number[] {
  const characters = printed.reduce((sum, text) => sum + text.length + 1, 1);
  if (printed.length <= RECORDS_MAX && characters * UTF8_BYTES_A_CHARACTER_MAX <= BYTES_MAX) return [0];
  const starts = [0];
  let records = 0;
  let bytes = 1;
  for (const [at, text] of printed.entries()) {
    const more = utf8(text).byteLength + 1;
    if (records > 0 && (records >= RECORDS_MAX || bytes + more > BYTES_MAX)) {
      starts.push(at);
      records = 0;
      bytes = 1;
    }
    records++;
    bytes += more;
  }
  return starts;
}

type Inserted = { readonly records: string; readonly aside: 0 | 1; readonly usages: string };

export function outbox(sql: SqlStorage, passing: PassingUsages): Outbox {
  const insert = (incarnation: string, links: readonly Link[], { records, aside, usages }: Inserted): void => {
    const first = links[0]?.sequence;
    const last = links.at(-1)?.sequence;
    if (first === undefined || last === undefined) return;
    const statement = "INSERT INTO outbox (incarnation, first, last, records, aside, usages) VALUES (?, ?, ?, ?, ?, ?)";
    sql.exec(statement, incarnation, first, last, records, aside, usages);
  };

  /** One row at a time, so that a long outbox does not come into memory. */
  const rowFrom = (incarnation: string, first: number): Row | undefined => {
    const query = `SELECT first, records, length(CAST(records AS BLOB)) AS bytes FROM outbox
      WHERE incarnation = ? AND first >= ? AND aside = 0 ORDER BY first LIMIT 1`;
    return sql.exec<Row>(query, incarnation, first).toArray()[0];
  };

  return {
    append(incarnation, links) {
      const printed = links.map(print);
      const starts = rowStarts(printed);
      for (const [row, start] of starts.entries()) {
        const end = starts[row + 1];
        const held = links.slice(start, end);
        const usages = passing.enter(held.flatMap((link) => link.usages ?? []));
        insert(incarnation, held, { records: `[${printed.slice(start, end).join(",")}]`, aside: 0, usages });
      }
    },
    oldest(incarnation) {
      const links: Link[] = [];
      let bytes = 0;
      for (let row = rowFrom(incarnation, 0); row !== undefined; row = rowFrom(incarnation, row.first + 1)) {
        const more = parse(row.records);
        bytes += row.bytes;
        if (links.length > 0 && (links.length + more.length > RECORDS_MAX || bytes > BYTES_MAX)) break;
        links.push(...more);
      }
      return links.length === 0 ? undefined : { incarnation, links };
    },
    newest(incarnation) {
      const query = "SELECT records FROM outbox WHERE incarnation = ? ORDER BY first DESC LIMIT 1";
      const [row] = sql.exec<{ records: string }>(query, incarnation).toArray();
      return row === undefined ? undefined : parse(row.records).at(-1);
    },
    remove({ incarnation, links }) {
      const range = [incarnation, links[0]?.sequence ?? 0, links.at(-1)?.sequence ?? -1] as const;
      const rows = "FROM outbox WHERE incarnation = ? AND first BETWEEN ? AND ? AND aside = 0";
      const used = sql.exec<{ usages: string }>(`SELECT usages ${rows} AND usages <> '${NO_USAGES}' ORDER BY first`, ...range);
      for (const { usages } of used.toArray()) passing.leave(usages);
      sql.exec(`DELETE ${rows}`, ...range);
    },
    setAside(incarnation, links) {
      for (const link of links) insert(incarnation, [link], { records: `[${print(link)}]`, aside: 1, usages: NO_USAGES });
    },
    asideCount: () => sql.exec<{ count: number }>("SELECT count(*) AS count FROM outbox WHERE aside = 1").one().count,
    isEmpty: () => sql.exec("SELECT 1 FROM outbox WHERE aside = 0 LIMIT 1").toArray().length === 0,
  };
}
