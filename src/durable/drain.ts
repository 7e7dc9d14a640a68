// From the outbox to D1, a statement at a time, in order. A row leaves the outbox only when D1 gives every one of its hashes back.

import type { Beginning } from "../audit/event.ts";
import { type Link, Links, type Place } from "../audit/links.ts";
import { described } from "../wire/unknown-error.ts";
import type { Host } from "./host.ts";
import { type Batch, type Extent, type Part, ROW } from "./outbox.ts";

/** Statements and time a run, so that one alarm ends before the platform ends it. */
const STATEMENTS_MAX = 200;
const RUN_MS_MAX = 30_000;
/** After so many failed attempts, with D1 answering in between, D1 rejects this batch. A single failure may have any cause. */
const ATTEMPTS_MAX = 3;

/** How long D1 may take for one statement. One that does not answer at all must not hold the alarm. */
const ANSWER_MS_MAX = 15_000;

/** Of a statement. D1 takes far more; but locally it shares the one thread with the calls, which wait for it. */
const [WHILE_CALLS_COME, WHILE_NONE_DO]: readonly [Extent, Extent] = [ROW, { records: 500, bytes: 512 * 1024 }];
/** Between two statements while calls come. Locally D1 answers in the same thread, which reads no socket before it waits for a timer. */
const BREATH_MS = 1;
/** A run that takes longer is behind: it takes a breath after so many statements only, so that the backlog does not grow. */
const [BEHIND_MS, STATEMENTS_A_BREATH] = [500, 2];

/**
 * Delivers what is there. What comes meanwhile waits for the next run: a few records a statement would cost more than all else.
 * @returns false where D1 is away: everything waits then.
 */
export async function drain(host: Host): Promise<boolean> {
  const begin = host.now();
  const run: Run = { statementsLeft: STATEMENTS_MAX, end: begin + RUN_MS_MAX };
  let last = host.outbox.lastRow();
  while (mayGoOn(run, host)) {
    const oldest = host.outbox.oldest(host.ledger.callsCome() ? WHILE_CALLS_COME : WHILE_NONE_DO, last);
    if (oldest === undefined) return true;
    const outcome = await deliver(oldest, run, host);
    if (outcome === "away") return false;
    if (outcome.displaced.length > 0) last = fork(oldest, outcome, host);
    else letGo(oldest, outcome, host);
    host.measure();
    const isBehind = host.now() > begin + BEHIND_MS;
    if (host.ledger.callsCome() && (!isBehind || run.statementsLeft % STATEMENTS_A_BREATH === 0)) await breath(host);
  }
  return true;
}

const breath = ({ after }: Host): Promise<void> => new Promise((resolve) => after(BREATH_MS, resolve));

/** What a run may still do. */
interface Run {
  statementsLeft: number;
  /** Milliseconds since the epoch. */
  readonly end: number;
}

const mayGoOn = ({ statementsLeft, end }: Run, host: Host): boolean => statementsLeft > 0 && host.now() < end;

/** What became of a batch. */
interface Receipt {
  /** The last of it that D1 holds now. */
  readonly delivered: Place | undefined;
  /** What D1 does not take. */
  readonly refused: readonly Link[];
  /** What finds another record in its place, and all behind it: the trail is ahead of this store. */
  readonly displaced: readonly Link[];
  /** What the run has ended before. */
  readonly untried: readonly Link[];
}

const NOTHING: Receipt = { delivered: undefined, refused: [], displaced: [], untried: [] };

async function deliver({ incarnation, links }: Part, run: Run, host: Host): Promise<Receipt | "away"> {
  const { name: store, account, region } = host;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    if (!mayGoOn(run, host)) return { ...NOTHING, untried: links.all };
    try {
      const there = await ask(run, host, ({ trail }) => trail.deliver({ store, account, region, incarnation, links }));
      if (there === "stored") return { ...NOTHING, delivered: links.last };
      return there === undefined ? "away" : compare(links.all, there);
    } catch (cause) {
      host.log({ event: "delivery failed", ...described(cause) });
      if ((await ask(run, host, ({ trail }) => trail.answers())) !== true) return "away";
    }
  }
  return links.length === 1 ? { ...NOTHING, refused: links.all } : deliverHalves({ incarnation, links }, run, host);
}

/** Asks D1. @returns its answer, or undefined where none has come in time: what comes later is not waited for. */
async function ask<T>(run: Run, host: Host, question: (host: Host) => Promise<T>): Promise<T | undefined> {
  run.statementsLeft--;
  const late = Promise.withResolvers<undefined>();
  const cancel = host.after(ANSWER_MS_MAX, () => {
    host.log({ event: "delivery failed", message: `D1 has not answered within ${ANSWER_MS_MAX} ms` });
    late.resolve(undefined);
  });
  try {
    return await Promise.race([question(host), late.promise]);
  } finally {
    cancel();
  }
}

/** Compares a batch with what D1 now holds. Where records are missing and no other stands in their place, D1 has failed: it is away. */
function compare(links: readonly Link[], there: ReadonlyMap<number, string>): Receipt | "away" {
  const isThere = ({ sequence, hash }: Link): boolean => there.get(sequence) === hash;
  const missing = links.filter((link) => !isThere(link));
  if (missing.length > 0 && !missing.some(({ sequence }) => there.has(sequence))) return "away";
  return { ...NOTHING, delivered: links.findLast(isThere), displaced: missing };
}

/** Closes in on what D1 refuses. */
async function deliverHalves({ incarnation, links }: Part, run: Run, host: Host): Promise<Receipt | "away"> {
  const half = Math.ceil(links.length / 2);
  const first = await deliver({ incarnation, links: Links.of(links.all.slice(0, half)) }, run, host);
  if (first === "away") return first;
  const rest = links.all.slice(half);
  // Nothing is stored behind a record of another history.
  const displaced = first.displaced.length > 0;
  const second = displaced ? { ...NOTHING, displaced: rest } : await deliver({ incarnation, links: Links.of(rest) }, run, host);
  if (second === "away") return second;
  return {
    delivered: second.delivered ?? first.delivered,
    refused: [...first.refused, ...second.refused],
    displaced: [...first.displaced, ...second.displaced],
    untried: [...first.untried, ...second.untried],
  };
}

/** Takes a batch out, in one transaction. What D1 refused is set aside, and what the run ended before goes back to its place. */
function letGo(batch: Batch, { delivered, refused, untried }: Receipt, host: Host): void {
  host.storage.transactionSync(() => {
    host.ledger.keepHead(); // these rows may be the last that tell it
    if (delivered !== undefined) host.meta.put("delivered", JSON.stringify(followed(batch, delivered)));
    host.outbox.remove(batch);
    host.outbox.setAside(batch.incarnation, refused);
    host.outbox.putBack(batch, untried);
  });
  if (refused.length > 0) host.log({ event: "records set aside", count: refused.length, aside: host.outbox.asideCount() });
}

type Followed = NonNullable<Beginning["follows"]>;

const followed = ({ incarnation }: Part, { sequence, hash }: Place): Followed => ({ incarnation, sequence, hash });

/**
 * Begins a new incarnation behind the last record that D1 and this object have in common, and chains into it the records that could not be
 * stored under the old one. @returns the key of the last row then.
 */
function fork(batch: Batch, outcome: Receipt, host: Host): number {
  const { meta, outbox } = host;
  const oldest = () => outbox.oldest(WHILE_NONE_DO);
  const { delivered } = outcome;
  const before = JSON.parse(meta.find("delivered") ?? "null") as Followed | null;
  const follows = delivered === undefined ? before : followed(batch, delivered);
  try {
    host.storage.transactionSync(() => {
      outbox.remove(batch);
      outbox.setAside(batch.incarnation, outcome.refused);
      host.ledger.begin("trail ahead of the store", follows);
      host.ledger.rechain(outcome.displaced);
      for (let next = oldest(); next?.incarnation === batch.incarnation; next = oldest()) {
        outbox.remove(next);
        host.ledger.rechain(next.links.all);
      }
    });
  } catch (cause) {
    host.ledger.reload();
    throw cause;
  }
  host.log({ event: "new incarnation" });
  return outbox.lastRow();
}
