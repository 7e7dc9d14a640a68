// What stands in a store's outbox and in the trail, and whether its chain holds.

import { env } from "cloudflare:workers";
import type { Link } from "../../src/audit/links.ts";
import { REGION } from "./client.ts";
import { inIdentities } from "./identity-store.ts";
import { inStore } from "./store.ts";

export interface Placed extends Link {
  readonly incarnation: string;
}

type TrailRow = Placed & { readonly store: string; readonly account: string; readonly region: string };

/** What D1 holds of a store, in order. */
export const trailOf = (account: string, region = REGION): Promise<TrailRow[]> => trailOfObject(`${account}/${region}`);

/** What D1 holds of an object, by its name, in order. */
async function trailOfObject(name: string): Promise<TrailRow[]> {
  const query = `SELECT store, account, region, incarnation, place & 0xFFFFFFFFFF AS sequence, record, hash, time
    FROM trail JOIN chain ON number = place >> 40 WHERE store = ? ORDER BY incarnation, sequence`;
  return (await env.AUDIT.prepare(query).bind(name).all<TrailRow>()).results;
}

export interface Row {
  readonly incarnation: string;
  readonly first: number;
  readonly last: number;
  readonly records: string;
}

export const rowsOf = (state: DurableObjectState): Row[] =>
  state.storage.sql
    .exec<Row & Record<string, SqlStorageValue>>("SELECT incarnation, first, last, records FROM outbox ORDER BY id")
    .toArray();

const asideIn = (state: DurableObjectState): Pick<Row, "incarnation" | "records">[] =>
  state.storage.sql.exec<Row & Record<string, SqlStorageValue>>("SELECT incarnation, records FROM aside ORDER BY id").toArray();

const linksOf = ({ incarnation, records }: Pick<Row, "incarnation" | "records">): Placed[] =>
  (JSON.parse(records) as [number, string, string, number][]).map(([sequence, record, hash, time]) => ({
    incarnation,
    sequence,
    record,
    hash,
    time,
  }));

/** What the outbox holds. */
export const outboxOf = (account: string): Promise<Placed[]> => inStore(account, (_, state) => rowsOf(state).flatMap(linksOf));

/** What D1 did not take. */
export const asideOf = (account: string): Promise<Placed[]> => inStore(account, (_, state) => asideIn(state).flatMap(linksOf));

/** Every record of a store, delivered or not, each once, in the order of each incarnation's chain. */
export const recordsOf = async (account: string): Promise<Placed[]> =>
  // The outbox first: a record leaves it only for the trail, so that none is missed between the two looks.
  eachOnce([...(await outboxOf(account)), ...(await asideOf(account)), ...(await trailOf(account))]);

/** The same of an IdentityStore, as events, without the one that begins its incarnation. */
export async function eventsOfIdentities(account: string): Promise<EventRecord[]> {
  const waiting = await inIdentities(account, (_, state) => [...rowsOf(state), ...asideIn(state)].flatMap(linksOf));
  return eachOnce([...waiting, ...(await trailOfObject(account))])
    .map(parseRecord)
    .filter(({ eventName }) => eventName !== "BeginIncarnation");
}

function eachOnce(links: readonly Placed[]): Placed[] {
  const placed = new Map<string, Placed>();
  for (const link of links) {
    const place = `${link.incarnation} ${link.sequence}`;
    const known = placed.get(place);
    if (known !== undefined && known.hash !== link.hash) throw new Error(`two records at ${place}`);
    placed.set(place, link);
  }
  return [...placed.values()].sort((a, b) => a.sequence - b.sequence);
}

export type EventRecord = Readonly<Record<string, unknown>> & {
  readonly eventName: string;
  readonly requestID?: string;
  readonly errorCode?: string;
};

export const parseRecord = ({ record }: { readonly record: string }): EventRecord => JSON.parse(record) as EventRecord;

/** The events of a store in order, without the one that begins its incarnation. */
export const eventsOf = async (account: string): Promise<EventRecord[]> =>
  (await recordsOf(account)).map(parseRecord).filter(({ eventName }) => eventName !== "BeginIncarnation");

/** The one event of a request. */
export async function eventOf(account: string, requestId: string | null): Promise<EventRecord> {
  const found = (await eventsOf(account)).filter(({ requestID }) => requestID === requestId);
  const [event] = found;
  if (event === undefined || found.length > 1) throw new Error(`${found.length} events of one request`);
  return event;
}

/** The same, where D1 is away and the outbox keeps every record: what it costs does not grow with them. */
export async function undeliveredEventOf(account: string, requestId: string | null): Promise<EventRecord> {
  const rows = await inStore(account, (_, { storage: { sql } }) =>
    sql.exec<{ records: string }>("SELECT records FROM outbox WHERE instr(records, ?) > 0", requestId).toArray(),
  );
  const links = rows.flatMap(({ records }) => linksOf({ incarnation: "", records }));
  const found = links.map(parseRecord).filter(({ requestID }) => requestID === requestId);
  const [event] = found;
  if (event === undefined || found.length > 1) throw new Error(`${found.length} events of one request`);
  return event;
}

/** "EventName" of each, or "EventName: errorCode". */
export const summaryOf = (events: readonly EventRecord[]): string[] =>
  events.map(({ eventName, errorCode }) => (errorCode === undefined ? eventName : `${eventName}: ${errorCode}`));

/** What is wrong with a chain, computed from the documented format alone; undefined where it holds. */
export async function flawOf(store: string, links: readonly Placed[]): Promise<string | undefined> {
  const encoder = new TextEncoder();
  const framed = (text: string): number[] => {
    const bytes = encoder.encode(text);
    const length = new DataView(new ArrayBuffer(4));
    length.setUint32(0, bytes.byteLength);
    return [...new Uint8Array(length.buffer), ...bytes];
  };
  for (const incarnation of new Set(links.map((link) => link.incarnation))) {
    let predecessor = new Uint8Array(32);
    let next = 0;
    for (const { sequence, record, hash } of links.filter((link) => link.incarnation === incarnation)) {
      if (sequence !== next) return `${sequence} stands where ${next} was expected`;
      const place = new DataView(new ArrayBuffer(8));
      place.setBigUint64(0, BigInt(sequence));
      const hashed = [...predecessor, ...framed(store), ...framed(incarnation), ...new Uint8Array(place.buffer)];
      const bytes = Uint8Array.from([...hashed, ...encoder.encode(record)]);
      predecessor = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
      if (predecessor.toHex() !== hash) return `the hash of ${sequence} does not follow`;
      next = sequence + 1;
    }
  }
  return undefined;
}

/** As `flawOf`, over every record of a store. */
export const flawIn = async (account: string): Promise<string | undefined> =>
  flawOf(`${account}/${REGION}`, await recordsOf(account));
