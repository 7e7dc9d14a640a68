// From the outbox to D1, a statement at a time, in order. A row leaves the outbox only when D1 gives every one of its hashes back.

import type { Beginning } from "../audit/event.ts";
import type { Batch, Link } from "../store/outbox.ts";
import { described, type World } from "./world.ts";

/** Statements and time a run, so that one alarm ends before the platform ends it. */
const STATEMENTS_MAX = 200;
const RUN_MS_MAX = 30_000;
/** After so many failed attempts, with D1 answering in between, D1 rejects this batch. A single failure may have any cause. */
const ATTEMPTS_MAX = 3;

/** How long D1 may take for one statement. One that does not answer at all must not hold the alarm. */
const ANSWER_MS_MAX = 15_000;

/** @returns false where D1 is away: everything waits then. */
export async function drain(world: World): Promise<boolean> {
  const run: Run = { statementsLeft: STATEMENTS_MAX, end: world.now() + RUN_MS_MAX };
  while (mayGoOn(run, world)) {
    const oldest = world.store.outbox.oldest(world.store.meta.find("incarnation") ?? "");
    if (oldest === undefined) return true;
    const outcome = await deliver(oldest, run, world);
    if (outcome === "away") return false;
    if (outcome.displaced.length > 0) fork(oldest, outcome, world);
    else letGo(oldest, outcome, world);
    world.measure();
  }
  return true;
}

/** What a run may still do. */
interface Run {
  statementsLeft: number;
  /** Milliseconds since the epoch. */
  readonly end: number;
}

const mayGoOn = ({ statementsLeft, end }: Run, world: World): boolean => statementsLeft > 0 && world.now() < end;

interface Delivery {
  readonly delivered: readonly Link[];
  /** What D1 does not take. */
  readonly refused: readonly Link[];
  /** What finds another record in its place, and all behind it: the trail is ahead of this store. */
  readonly displaced: readonly Link[];
  /** What the run has ended before. */
  readonly untried: readonly Link[];
}

const NOTHING: Delivery = { delivered: [], refused: [], displaced: [], untried: [] };

async function deliver({ incarnation, links }: Batch, run: Run, world: World): Promise<Delivery | "away"> {
  const { account, region } = world.scope;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    if (!mayGoOn(run, world)) return { ...NOTHING, untried: links };
    try {
      const there = await ask(run, world, ({ trail }) =>
        trail.deliver({ store: world.name, account, region, incarnation, links }),
      );
      return there === undefined ? "away" : compare(links, there);
    } catch (cause) {
      world.log({ event: "delivery failed", ...described(cause) });
      if ((await ask(run, world, ({ trail }) => trail.answers())) !== true) return "away";
    }
  }
  return links.length === 1 ? { ...NOTHING, refused: links } : deliverHalves({ incarnation, links }, run, world);
}

/** Asks D1. @returns its answer, or undefined where none has come in time: what comes later is not waited for. */
async function ask<T>(run: Run, world: World, question: (world: World) => Promise<T>): Promise<T | undefined> {
  run.statementsLeft--;
  const late = Promise.withResolvers<undefined>();
  const cancel = world.after(ANSWER_MS_MAX, () => {
    world.log({ event: "delivery failed", message: `D1 has not answered within ${ANSWER_MS_MAX} ms` });
    late.resolve(undefined);
  });
  try {
    return await Promise.race([question(world), late.promise]);
  } finally {
    cancel();
  }
}

/** Holds what was sent against what is there. Less than that, without another record in the way, is D1's trouble. */
function compare(links: readonly Link[], there: ReadonlyMap<number, string>): Delivery | "away" {
  const isThere = ({ sequence, hash }: Link): boolean => there.get(sequence) === hash;
  const missing = links.filter((link) => !isThere(link));
  if (missing.length > 0 && !missing.some(({ sequence }) => there.has(sequence))) return "away";
  return { ...NOTHING, delivered: links.filter(isThere), displaced: missing };
}

/** Closes in on what D1 refuses. */
async function deliverHalves({ incarnation, links }: Batch, run: Run, world: World): Promise<Delivery | "away"> {
  const half = Math.ceil(links.length / 2);
  const first = await deliver({ incarnation, links: links.slice(0, half) }, run, world);
  if (first === "away") return first;
  const rest = links.slice(half);
  // Nothing is stored behind a record of another history.
  const displaced = first.displaced.length > 0;
  const second = displaced ? { ...NOTHING, displaced: rest } : await deliver({ incarnation, links: rest }, run, world);
  if (second === "away") return second;
  return {
    delivered: [...first.delivered, ...second.delivered],
    refused: [...first.refused, ...second.refused],
    displaced: [...first.displaced, ...second.displaced],
    untried: [...first.untried, ...second.untried],
  };
}

/** Takes a batch out, in one transaction. What D1 refused is set aside, and what the run ended before goes back to its place. */
function letGo(batch: Batch, { delivered, refused, untried }: Delivery, world: World): void {
  world.storage.transactionSync(() => {
    world.ledger.keepHead(); // these rows may be the last that tell it
    const last = delivered.at(-1);
    if (last !== undefined) world.store.meta.put("delivered", JSON.stringify(placeOf(batch, last)));
    world.store.outbox.remove(batch);
    world.store.outbox.setAside(batch.incarnation, refused);
    world.store.outbox.append(batch.incarnation, untried);
  });
  if (refused.length > 0)
    world.log({ event: "records set aside", count: refused.length, aside: world.store.outbox.asideCount() });
}

type Place = NonNullable<Beginning["follows"]>;

const placeOf = ({ incarnation }: Batch, { sequence, hash }: Link): Place => ({ incarnation, sequence, hash });

/** Draws a new incarnation that follows what the trail shares with this store, and chains under it what found no place in the old one. */
function fork(batch: Batch, outcome: Delivery, world: World): void {
  const { meta, outbox } = world.store;
  const shared = outcome.delivered.at(-1);
  const follows = shared === undefined ? (JSON.parse(meta.find("delivered") ?? "null") as Place | null) : placeOf(batch, shared);
  try {
    world.storage.transactionSync(() => {
      outbox.remove(batch);
      outbox.setAside(batch.incarnation, outcome.refused);
      world.ledger.begin("trail ahead of the store", follows);
      world.ledger.rechain(outcome.displaced);
      for (let next = outbox.oldest(batch.incarnation); next !== undefined; next = outbox.oldest(batch.incarnation)) {
        outbox.remove(next);
        world.ledger.rechain(next.links);
      }
    });
  } catch (cause) {
    world.ledger.reload();
    throw cause;
  }
  world.log({ event: "new incarnation" });
}
