// Table `outbox`: records on their way to D1, many to a row, in the order in which they were written. Table `aside`: those that D1 does not
// take. The column `usages`, named after the first thing that was ever attached to a record, holds the attachments of any object.
//
// A row holds many records as one TEXT: a JSON array of [sequence, record as a string, hash, time] each. That is the form in which the
// drain hands them on, and cheaper than a row a record.

import { isWithinBytes, utf8 } from "../wire/bytes.ts";

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

/** How much may stand together: records, and bytes as printed. A single record may have more. */
export interface Extent {
  readonly records: number;
  readonly bytes: number;
}

/** Of a row: so little that it can be handed on while calls wait. */
export const ROW: Extent = { records: 64, bytes: 96 * 1024 };

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
  /** The keys of its first row and of its last. */
  readonly rows: readonly [first: number, last: number];
}

export interface Outbox {
  append(incarnation: string, links: readonly Link[]): void;
  /** The oldest rows, as many as fit, and at least one. */
  oldest(most: Extent): Batch | undefined;
  /** The newest link that is still here, if it is of this incarnation. */
  newest(incarnation: string): Link | undefined;
  remove(batch: Batch): void;
  /** Gives links of a batch that has been removed their place before all others again. */
  putBack(batch: Batch, links: readonly Link[]): void;
  /** Keeps records that D1 rejects singly out of the drain's way. */
  setAside(incarnation: string, links: readonly Link[]): void;
  asideCount(): number;
  isEmpty(): boolean;
}

type Row = { id: number; incarnation: string; records: string; bytes: number };
type Printed = readonly [sequence: number, record: string, hash: string, time: number];

const print = ({ sequence, record, hash, time }: Link): string => `[${sequence},${JSON.stringify(record)},"${hash}",${time}]`;

const parse = (records: string): Link[] =>
  (JSON.parse(records) as Printed[]).map(([sequence, record, hash, time]) => ({ sequence, record, hash, time }));

const together = (printed: readonly string[]): string => `[${printed.join(",")}]`;

/** Where each row begins, so that every one keeps to its extent. */
function rowStarts(printed: readonly string[]): number[] {
  const starts = [0];
  let records = 0;
  let bytes = 1;
  for (const [at, text] of printed.entries()) {
    const more = utf8(text).byteLength + 1;
    if (records > 0 && (records >= ROW.records || bytes + more > ROW.bytes)) {
      starts.push(at);
      records = 0;
      bytes = 1;
    }
    records++;
    bytes += more;
  }
  return starts;
}

export function outbox(sql: SqlStorage, attachments: Attachments<unknown>): Outbox {
  /** `id`: null for a place behind all others. */
  const insert = (id: number | null, incarnation: string, links: readonly Link[], records: string): void => {
    const [first, last] = [links[0]?.sequence, links.at(-1)?.sequence];
    if (first === undefined || last === undefined) return;
    const attached = attachments.enter(links.flatMap((link) => link.attached ?? []));
    const statement = "INSERT INTO outbox (id, incarnation, first, last, records, usages) VALUES (?, ?, ?, ?, ?, ?)";
    sql.exec(statement, id, incarnation, first, last, records, attached);
  };

  /** One row at a time, so that a long outbox does not come into memory. */
  const rowBehind = (id: number): Row | undefined => {
    const query = `SELECT id, incarnation, records, octet_length(records) AS bytes FROM outbox WHERE id > ? ORDER BY id LIMIT 1`;
    return sql.exec<Row>(query, id).toArray()[0];
  };

  return {
    append(incarnation, links) {
      const printed = links.map(print);
      const records = together(printed);
      if (links.length <= ROW.records && isWithinBytes(records, ROW.bytes)) return insert(null, incarnation, links, records);
      const starts = rowStarts(printed);
      for (const [row, start] of starts.entries()) {
        const end = starts[row + 1];
        insert(null, incarnation, links.slice(start, end), together(printed.slice(start, end)));
      }
    },
    oldest(most) {
      const links: Link[] = [];
      const first = rowBehind(0);
      if (first === undefined) return undefined;
      const { incarnation } = first;
      let last = first.id;
      let bytes = 0;
      for (let row: Row | undefined = first; row?.incarnation === incarnation; row = rowBehind(row.id)) {
        const more = parse(row.records);
        bytes += row.bytes;
        if (links.length > 0 && (links.length + more.length > most.records || bytes > most.bytes)) break;
        links.push(...more);
        last = row.id;
      }
      return { incarnation, links, rows: [first.id, last] };
    },
    newest(incarnation) {
      const query = "SELECT incarnation, records FROM outbox ORDER BY id DESC LIMIT 1";
      const [row] = sql.exec<Pick<Row, "incarnation" | "records">>(query).toArray();
      return row?.incarnation === incarnation ? parse(row.records).at(-1) : undefined;
    },
    remove({ rows }) {
      const query = `SELECT usages AS attached FROM outbox WHERE id BETWEEN ? AND ? AND usages <> '${NOTHING_ATTACHED}' ORDER BY id`;
      const leaving = sql.exec<{ attached: string }>(query, ...rows).toArray();
      for (const { attached } of leaving) attachments.leave(attached);
      sql.exec("DELETE FROM outbox WHERE id BETWEEN ? AND ?", ...rows);
    },
    putBack: ({ incarnation, rows: [first] }, links) => insert(first, incarnation, links, together(links.map(print))),
    setAside(incarnation, links) {
      for (const link of links)
        sql.exec("INSERT INTO aside (incarnation, records) VALUES (?, ?)", incarnation, together([print(link)]));
    },
    asideCount: () => sql.exec<{ count: number }>("SELECT count(*) AS count FROM aside").one().count,
    isEmpty: () => sql.exec("SELECT 1 FROM outbox LIMIT 1").toArray().length === 0,
  };
}
