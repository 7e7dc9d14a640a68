// Table `outbox`: records on their way to D1, many to a row, in the order in which they were written. Table `aside`: those that D1 does not
// take. The column `usages`, named after the first thing that was ever attached to a record, holds the attachments of any object.
//
// A row holds many records as one TEXT: a JSON array of [sequence, record as a string, hash, time] each. That is the form in which the
// drain hands them on, and cheaper than a row a record.

import { type Link, Links, type Place } from "../audit/links.ts";
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

/** Links of one incarnation, in the order of its chain. */
export interface Part {
  readonly incarnation: string;
  readonly links: Links;
}

/** Whole rows, one behind the other. */
export interface Batch extends Part {
  /** The keys of its first row and of its last. */
  readonly rows: readonly [first: number, last: number];
}

export interface Outbox {
  append(incarnation: string, links: readonly Link[]): void;
  /** The oldest rows, as many as fit, and at least one. `last`: the key of the last row that is asked for. */
  oldest(most: Extent, last?: number): Batch | undefined;
  /** The key of the newest row; 0 where there is none. */
  lastRow(): number;
  /** Where the newest link stands that is still here, if it is of this incarnation. */
  newest(incarnation: string): Place | undefined;
  remove(batch: Batch): void;
  /** Gives links of a batch that has been removed their place before all others again. */
  putBack(batch: Batch, links: readonly Link[]): void;
  /** Keeps records that D1 rejects singly out of the drain's way. */
  setAside(incarnation: string, links: readonly Link[]): void;
  asideCount(): number;
  isEmpty(): boolean;
}

/** What is known of a row without its records. */
type Row = { id: number; incarnation: string; first: number; last: number; hash: string; bytes: number };

/** A row's sequences have no gap. */
const recordsIn = ({ first, last }: Row): number => last - first + 1;

/** Reads the records of rows that follow each other. */
function batchOf(rows: readonly Row[], sql: SqlStorage): Batch | undefined {
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const query = "SELECT records FROM outbox WHERE id BETWEEN ? AND ? ORDER BY id";
  const held = sql.exec<{ records: string }>(query, first.id, last.id).toArray();
  const texts = held.map(({ records }) => records);
  const length = rows.reduce((sum, row) => sum + recordsIn(row), 0);
  const links = Links.together(texts, first.first, { sequence: last.last, hash: last.hash }, length);
  return { incarnation: first.incarnation, links, rows: [first.id, last.id] };
}

/** Where each row begins, so that every one keeps to its extent. */
function rowStarts(links: readonly Link[]): number[] {
  const starts = [0];
  let records = 0;
  let bytes = 1;
  for (const [at, link] of links.entries()) {
    const more = utf8(Links.of([link]).printed).byteLength - 1;
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
  const lastRow = (): number => sql.exec<{ last: number | null }>("SELECT max(id) AS last FROM outbox").one().last ?? 0;

  /** Ascends as long as this instance lives, also where the table has been empty: what has a greater key has come later. */
  let newest = 0;
  const nextId = (): number => {
    newest = Math.max(newest, lastRow()) + 1; // rows that a transaction had taken out may be back
    return newest;
  };

  const insert = (id: number, incarnation: string, held: readonly Link[], links = Links.of(held)): void => {
    const { first, last, printed } = links;
    const attached = attachments.enter(held.flatMap((link) => link.attached ?? []));
    const statement = "INSERT INTO outbox (id, incarnation, first, last, hash, records, usages) VALUES (?, ?, ?, ?, ?, ?, ?)";
    sql.exec(statement, id, incarnation, first, last.sequence, last.hash, printed, attached);
  };

  /** One row at a time: the outbox may be long. */
  const rowBehind = (id: number, last: number): Row | undefined => {
    const columns = "id, incarnation, first, last, hash, octet_length(records) AS bytes";
    const query = `SELECT ${columns} FROM outbox WHERE id > ? AND id <= ? ORDER BY id LIMIT 1`;
    return sql.exec<Row>(query, id, last).toArray()[0];
  };

  return {
    append(incarnation, held) {
      const links = Links.of(held);
      const isOneRow = held.length <= ROW.records && isWithinBytes(links.printed, ROW.bytes);
      if (isOneRow) return insert(nextId(), incarnation, held, links);
      const starts = rowStarts(held);
      for (const [row, start] of starts.entries()) insert(nextId(), incarnation, held.slice(start, starts[row + 1]));
    },
    oldest(most, lastId = Number.MAX_SAFE_INTEGER) {
      const rows: Row[] = [];
      let [records, bytes] = [0, 0];
      for (let row = rowBehind(0, lastId); row !== undefined; row = rowBehind(row.id, lastId)) {
        if (row.incarnation !== (rows[0] ?? row).incarnation) break;
        records += recordsIn(row);
        bytes += row.bytes;
        if (rows.length > 0 && (records > most.records || bytes > most.bytes)) break;
        rows.push(row);
      }
      return batchOf(rows, sql);
    },
    lastRow,
    newest(incarnation) {
      const query = "SELECT incarnation, last AS sequence, hash FROM outbox ORDER BY id DESC LIMIT 1";
      const [row] = sql.exec<{ incarnation: string; sequence: number; hash: string }>(query).toArray();
      return row?.incarnation === incarnation ? row : undefined;
    },
    remove({ rows }) {
      const query = `SELECT usages AS attached FROM outbox WHERE id BETWEEN ? AND ? AND usages <> '${NOTHING_ATTACHED}' ORDER BY id`;
      const leaving = sql.exec<{ attached: string }>(query, ...rows).toArray();
      for (const { attached } of leaving) attachments.leave(attached);
      sql.exec("DELETE FROM outbox WHERE id BETWEEN ? AND ?", ...rows);
    },
    putBack({ incarnation, rows: [first] }, links) {
      if (links.length > 0) insert(first, incarnation, links);
    },
    setAside(incarnation, links) {
      for (const link of links)
        sql.exec("INSERT INTO aside (incarnation, records) VALUES (?, ?)", incarnation, Links.of([link]).printed);
    },
    asideCount: () => sql.exec<{ count: number }>("SELECT count(*) AS count FROM aside").one().count,
    isEmpty: () => sql.exec("SELECT 1 FROM outbox LIMIT 1").toArray().length === 0,
  };
}
