// Table `outbox`: records on their way to D1, many to a row. Its column `usages`, named after the first thing that was ever attached
// to a record, holds the attachments of any object.
//
// A row holds many records as one TEXT: a JSON array of [sequence, record as a string, hash, time] each. That is the form in which the
// drain hands them on, and cheaper than a row a record.

import { UTF8_BYTES_A_UNIT_MAX, utf8 } from "../wire/bytes.ts";

/**
 * What an object keeps beside its records: it stands in the outbox row that holds them, as durable as they are, and costs no write of
 * its own. The outbox never reads it.
 */
export interface Attachments<A = never> {
  /** Attachments on their way into a row, as that row is to hold them. */
  enter(attached: readonly A[]): string;
  /** What a row held that leaves the outbox. */
  leave(printed: string): void;
}

/** In the row of a group without any. */
export const NOTHING_ATTACHED = "[]";

/** Of an object that keeps nothing beside its records. */
export const noAttachments: Attachments = { enter: () => NOTHING_ATTACHED, leave: () => {} };

/** The limits of a row, and of what is handed to D1 at once; both are far below what the platform takes. */
const RECORDS_MAX = 500;
const BYTES_MAX = 512 * 1024;

/** A record with its place in the chain. */
export interface Link {
  readonly sequence: number;
  readonly record: string;
  /** 64 hexadecimal digits. */
  readonly hash: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** What is kept beside the record, where the link is to be appended. */
  readonly attached?: readonly unknown[] | undefined;
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
  /** Keeps records that D1 rejects singly out of the drain's way. */
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
  if (printed.length <= RECORDS_MAX && characters * UTF8_BYTES_A_UNIT_MAX <= BYTES_MAX) return [0];
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

type Inserted = { readonly records: string; readonly aside: 0 | 1; readonly attached: string };

export function outbox(sql: SqlStorage, attachments: Attachments<unknown>): Outbox {
  const insert = (incarnation: string, links: readonly Link[], { records, aside, attached }: Inserted): void => {
    const first = links[0]?.sequence;
    const last = links.at(-1)?.sequence;
    if (first === undefined || last === undefined) return;
    const statement = "INSERT INTO outbox (incarnation, first, last, records, aside, usages) VALUES (?, ?, ?, ?, ?, ?)";
    sql.exec(statement, incarnation, first, last, records, aside, attached);
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
        const attached = attachments.enter(held.flatMap((link) => link.attached ?? []));
        insert(incarnation, held, { records: `[${printed.slice(start, end).join(",")}]`, aside: 0, attached });
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
      const query = `SELECT usages AS attached ${rows} AND usages <> '${NOTHING_ATTACHED}' ORDER BY first`;
      const leaving = sql.exec<{ attached: string }>(query, ...range).toArray();
      for (const { attached } of leaving) attachments.leave(attached);
      sql.exec(`DELETE ${rows}`, ...range);
    },
    setAside(incarnation, links) {
      for (const link of links)
        insert(incarnation, [link], { records: `[${print(link)}]`, aside: 1, attached: NOTHING_ATTACHED });
    },
    asideCount: () => sql.exec<{ count: number }>("SELECT count(*) AS count FROM outbox WHERE aside = 1").one().count,
    isEmpty: () => sql.exec("SELECT 1 FROM outbox WHERE aside = 0 LIMIT 1").toArray().length === 0,
  };
}
