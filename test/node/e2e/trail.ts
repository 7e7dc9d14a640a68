// The audit trail as it lies on disk: the D1 database that Miniflare keeps, read by SQLite itself.

import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

export interface TrailRow {
  readonly store: string;
  readonly incarnation: string;
  readonly sequence: number;
  readonly hash: string;
  readonly record: string;
}

/** All rows in the order of their chains; none where the trail has not been made. */
export function readTrail(state: string): TrailRow[] {
  return databases(state).flatMap((path) => {
    const database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
    try {
      const isTrail = database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'trail'").get() !== undefined;
      if (!isTrail) return [];
      const rows = database
        .prepare(
          `SELECT store, incarnation, place & 0xFFFFFFFFFF AS sequence, hash, record FROM trail
            JOIN chain ON number = place >> 40 ORDER BY store, incarnation, sequence`,
        )
        .all();
      return rows as unknown as TrailRow[];
    } finally {
      database.close();
    }
  });
}

export function databases(state: string): string[] {
  const data = join(state, "data", "d1");
  return readdirSync(data, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".sqlite"))
    .map((name) => join(data, name));
}

/** How often each request has been recorded. */
export function recordedRequests(rows: readonly TrailRow[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { record } of rows) {
    const { requestID } = JSON.parse(record) as { requestID?: string };
    if (requestID !== undefined) counts.set(requestID, (counts.get(requestID) ?? 0) + 1);
  }
  return counts;
}

/** A record of what the service did unprompted. */
interface ServiceEvent {
  readonly eventName: string;
  readonly eventTime: string;
  readonly eventType: string;
  readonly resources?: readonly { readonly ARN: string }[];
}

/** What the service did to a key unprompted, in order. */
export function serviceEvents(rows: readonly TrailRow[], keyArn: string): ServiceEvent[] {
  return rows
    .map(({ record }) => JSON.parse(record) as ServiceEvent)
    .filter(({ eventType, resources }) => eventType === "AwsServiceEvent" && resources?.some(({ ARN }) => ARN === keyArn));
}

/** The first thing that is wrong with the chains, or undefined. Written from docs/formats.md, not from the code that makes them. */
export function chainFault(rows: readonly TrailRow[]): string | undefined {
  let previous: { readonly chain: string; readonly sequence: number; readonly hash: Buffer } | undefined;
  for (const { store, incarnation, sequence, hash, record } of rows) {
    const chain = `${store}\n${incarnation}`;
    const before = previous?.chain === chain ? previous : { sequence: -1, hash: Buffer.alloc(32) };
    const place = `${store} ${incarnation} ${sequence}`;
    if (sequence !== before.sequence + 1) return `${place} follows ${before.sequence}`;
    const expected = createHash("sha256")
      .update(Buffer.concat([before.hash, sized(store), sized(incarnation), u64(sequence), Buffer.from(record)]))
      .digest();
    if (expected.toString("hex") !== hash) return `${place} has the hash ${hash}, not ${expected.toString("hex")}`;
    previous = { chain, sequence, hash: expected };
  }
  return undefined;
}

function sized(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}
