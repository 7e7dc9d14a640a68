// Set-up of the tests of a store: what stands in its outbox and in the trail, calls with a passport made by hand, gates that hold
// what is in flight.

import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Trail } from "../../src/audit/trail.ts";
import { accessKey } from "../../src/auth/credentials.ts";
import { derive } from "../../src/crypto/derive.ts";
import { macKey } from "../../src/crypto/mac.ts";
import { parseRootKeys, type RootKeys } from "../../src/crypto/root-keys.ts";
import type { ObjectCall, Reply } from "../../src/durable/call.ts";
import type { Link } from "../../src/durable/outbox.ts";
import { type Bearer, issue } from "../../src/front/passports.ts";
import type { RegionalKeyStore } from "../../src/kms/regional-key-store.ts";
import type { World } from "../../src/kms/world.ts";
import { REGION, raw, testRootKeys } from "./client.ts";

/** A world with the parts that tests exchange. */
export type OpenWorld = { -readonly [K in keyof World]: World[K] };

/** The RPC surface, as the front sees it. */
export interface Kms {
  kms(call: ObjectCall): Promise<Reply>;
}

export const stubOf = (account: string, region = REGION): DurableObjectStub<RegionalKeyStore> & Kms =>
  env.REGIONAL_KEY_STORE.getByName(`${account}/${region}`) as unknown as DurableObjectStub<RegionalKeyStore> & Kms;

/** Runs within the object. */
export const inStore = <R>(
  account: string,
  work: (world: OpenWorld, state: DurableObjectState, instance: RegionalKeyStore) => R | Promise<R>,
): Promise<R> =>
  runInDurableObject<RegionalKeyStore, R>(stubOf(account), (instance, state) => work(instance.world, state, instance));

/** Lets the time come at which the next chore is due, and the alarm ring. @returns whether an alarm was set. */
export async function ring(account: string): Promise<boolean> {
  const restore = await inStore(account, (world) => {
    const due = world.agenda.earliest() ?? 0;
    return override(world, "now", (now) => () => Math.max(now(), due));
  });
  const rang = await runDurableObjectAlarm(stubOf(account));
  await inStore(account, restore);
  return rang;
}

/** Ends the instance; its storage stays. */
export const restart = (account: string): Promise<void> => evictDurableObject(stubOf(account));

// Passports and calls.

interface Vouching extends Partial<Bearer> {
  readonly rootKeys?: RootKeys;
  readonly expires?: number;
}

/** A passport as the front would make it, or as it never would. */
export async function passportFor(account: string, vouching: Vouching = {}): Promise<string> {
  const { rootKeys = testRootKeys, expires = Date.now() + 60_000, ...claims } = vouching;
  const { accessKeyId } = await accessKey(testRootKeys, account, 0);
  const bearer: Bearer = {
    object: `${account}/${REGION}`,
    kind: "root",
    account,
    principal: `arn:aws:iam::${account}:root`,
    accessKeyId,
    ...claims,
  };
  return issue(rootKeys, bearer, expires, derive(rootKeys, rootKeys.seal, "passport").then(macKey));
}

export const rootKeysOf = (document: object): RootKeys => parseRootKeys(JSON.stringify(document));

export async function callFor(
  account: string,
  name: string,
  input: unknown,
  over: Partial<ObjectCall> = {},
): Promise<ObjectCall> {
  return {
    passport: over.passport ?? (await passportFor(account)),
    name,
    body: JSON.stringify(input),
    requestId: crypto.randomUUID(),
    sourceAddress: "192.0.2.1",
    userAgent: "a client",
    host: `kms.${REGION}.edgekeep.test`,
    receivedAt: Date.now(),
    ...over,
  };
}

export const PLAINTEXT = "aGVsbG8=";

/** Makes a key. @returns its id. */
export async function newKey(account: string, input: Record<string, unknown> = {}): Promise<string> {
  const { json, text } = await raw("CreateKey", input, { account });
  const { KeyId } = (json["KeyMetadata"] ?? {}) as { KeyId?: string };
  if (KeyId === undefined) throw new Error(`no key was made: ${text}`);
  return KeyId;
}

// The record.

export interface Placed extends Link {
  readonly incarnation: string;
}

type TrailRow = Placed & { readonly store: string; readonly account: string; readonly region: string };

/** What D1 holds of a store, in order. */
export async function trailOf(account: string, region = REGION): Promise<TrailRow[]> {
  const query = `SELECT store, account, region, incarnation, sequence, record, hash, time FROM trail WHERE store = ?
    ORDER BY incarnation, sequence`;
  return (await env.AUDIT.prepare(query).bind(`${account}/${region}`).all<TrailRow>()).results;
}

export interface Row {
  readonly incarnation: string;
  readonly first: number;
  readonly last: number;
  readonly records: string;
  readonly aside: number;
}

export const rowsOf = (state: DurableObjectState): Row[] =>
  state.storage.sql
    .exec<Row & Record<string, SqlStorageValue>>(
      "SELECT incarnation, first, last, records, aside FROM outbox ORDER BY incarnation, first",
    )
    .toArray();

const linksOf = ({ incarnation, records }: Row): Placed[] =>
  (JSON.parse(records) as [number, string, string, number][]).map(([sequence, record, hash, time]) => ({
    incarnation,
    sequence,
    record,
    hash,
    time,
  }));

/** What the outbox holds. */
export const outboxOf = (account: string): Promise<Placed[]> => inStore(account, (_, state) => rowsOf(state).flatMap(linksOf));

/** Every record of a store, delivered or not, each once, in the order of each incarnation's chain. */
export async function recordsOf(account: string): Promise<Placed[]> {
  const placed = new Map<string, Placed>();
  // The outbox first: a record leaves it only for the trail, so that none is missed between the two looks.
  for (const link of [...(await outboxOf(account)), ...(await trailOf(account))]) {
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

// What is outside the store.

/** Puts D1 out of a store's reach, so that its outbox keeps everything. @returns what brings it back to this instance. */
export async function putAway(account: string): Promise<() => Promise<void>> {
  const setTrail = (trail: Trail) =>
    inStore(account, (world) => {
      world.trail = trail;
    });
  const d1 = await inStore(account, ({ trail }) => trail);
  await setTrail({ deliver: () => Promise.reject(new Error("away")), answers: async () => false });
  return () => setTrail(d1);
}

/** Lets every commit fail at its very end. @returns what lets them succeed again. */
export function failCommits({ storage }: OpenWorld): () => void {
  let depth = 0;
  return override(storage, "transactionSync", (transactionSync) => (work) => {
    depth++;
    try {
      return transactionSync(() => {
        const result = work();
        if (depth === 1) throw new Error("the disk is full");
        return result;
      });
    } finally {
      depth--;
    }
  });
}

// Gates.

export interface Gate {
  /** Settles when something has arrived at the gate. */
  readonly reached: Promise<void>;
  readonly opened: Promise<void>;
  open(): void;
  /** To be awaited by what is held. */
  pass(): Promise<void>;
}

/** `expected`: how many must have arrived before `reached` settles. */
export function newGate(expected = 1): Gate {
  const reached = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  let waiting = 0;
  return {
    reached: reached.promise,
    opened: opened.promise,
    open: () => opened.resolve(),
    pass() {
      waiting++;
      if (waiting === expected) reached.resolve();
      return opened.promise;
    },
  };
}

/** Puts another method in the place of an object's own. @returns what puts the old one back. */
export function override<T extends object, K extends keyof T>(target: T, name: K, make: (original: T[K]) => T[K]): () => void {
  const own = Object.getOwnPropertyDescriptor(target, name);
  const method = target[name];
  const original = typeof method === "function" ? (method.bind(target) as T[K]) : method;
  Object.defineProperty(target, name, { value: make(original), configurable: true, writable: true });
  return () => {
    if (own === undefined) Reflect.deleteProperty(target, name);
    else Object.defineProperty(target, name, own);
  };
}

/** Holds every Encrypt of a store after it has computed, before it commits. */
export async function holdEncrypt(account: string, expected = 1): Promise<Gate> {
  const gate = newGate(expected);
  await inStore(account, ({ keyring }) => {
    override(keyring, "encrypt", (encrypt) => async (...given) => {
      const made = await encrypt(...given);
      await gate.pass();
      return made;
    });
  });
  return gate;
}

/** Holds every call of a store where its caller's view is asked for, before it is admitted. */
export async function holdViews(account: string, expected = 1): Promise<Gate> {
  const gate = newGate(expected);
  await inStore(account, (world) => {
    const { callers } = world;
    world.callers = {
      inForce: callers.inForce,
      view: async (who) => {
        await gate.pass();
        return callers.view(who);
      },
    };
  });
  return gate;
}

/** Holds the group of reads that is waiting: its commit comes when the gate opens, or with the next write. Counts who has joined. */
export async function holdGroup(account: string, expected = 1): Promise<Gate> {
  const gate = newGate(expected);
  await inStore(account, ({ storage, ledger }) => {
    override(storage, "sync", () => () => gate.opened);
    override(ledger, "join", (join) => (entry) => {
      const durable = join(entry);
      void gate.pass();
      return durable;
    });
  });
  return gate;
}

/** The lines that a store logs from now on, instead of printing them. */
export async function logOf(account: string): Promise<Record<string, unknown>[]> {
  const lines: Record<string, unknown>[] = [];
  await inStore(account, (world) => {
    world.log = (line) => lines.push(line);
  });
  return lines;
}
