// From the outbox to D1, a statement at a time, in order. A row leaves the outbox only when D1 gives every one of its hashes back.

import type { Beginning } from "../audit/event.ts";
import type { Batch, Link } from "../store/outbox.ts";
import { described, type World } from "./world.ts";

/** Statements and time a run, so that one alarm ends before the platform ends it. */
const STATEMENTS_MAX = 200;
const RUN_MS_MAX = 30_000;
/** What fails so often, while D1 takes other records, is refused by itself; once alone may be any trouble on the way. */
const ATTEMPTS_MAX = 3;

/** @returns false where D1 is away: everything waits then. */
export async function drain(world: World): Promise<boolean> {
  const end = world.now() + RUN_MS_MAX;
  for (let statement = 0; statement < STATEMENTS_MAX && world.now() < end; statement++) {
    const oldest = world.store.outbox.oldest(world.store.meta.find("incarnation") ?? "");
    if (oldest === undefined) return true;
    const outcome = await deliver(oldest, world);
    if (outcome === "away") return false;
    if (outcome.displaced.length > 0) fork(oldest, outcome, world);
    else letGo(oldest, outcome, world);
    world.measure();
  }
  return true;
}

interface Delivery {
  readonly delivered: readonly Link[];
  /** What D1 does not take. */
  readonly refused: readonly Link[];
  /** What finds another record in its place, and all behind it: the trail is ahead of this store. */
  readonly displaced: readonly Link[];
}

async function deliver({ incarnation, links }: Batch, world: World): Promise<Delivery | "away"> {
  const { account, region } = world.scope;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    try {
      return compare(links, await world.trail.deliver({ store: world.name, account, region, incarnation, links }));
    } catch (cause) {
      world.log({ event: "delivery failed", ...described(cause) });
      if (!(await world.trail.answers())) return "away";
    }
  }
  return links.length === 1 ? { delivered: [], refused: links, displaced: [] } : deliverHalves({ incarnation, links }, world);
}

/** Holds what was sent against what is there. Less than that, without another record in the way, is D1's trouble. */
function compare(links: readonly Link[], there: ReadonlyMap<number, string>): Delivery | "away" {
  const isThere = ({ sequence, hash }: Link): boolean => there.get(sequence) === hash;
  const missing = links.filter((link) => !isThere(link));
  if (missing.length > 0 && !missing.some(({ sequence }) => there.has(sequence))) return "away";
  return { delivered: links.filter(isThere), refused: [], displaced: missing };
}

/** Closes in on what D1 refuses. */
async function deliverHalves({ incarnation, links }: Batch, world: World): Promise<Delivery | "away"> {
  const half = Math.ceil(links.length / 2);
  const first = await deliver({ incarnation, links: links.slice(0, half) }, world);
  if (first === "away") return first;
  const rest = links.slice(half);
  // Nothing is stored behind a record of another history.
  const displaced = first.displaced.length > 0;
  const second = displaced ? { delivered: [], refused: [], displaced: rest } : await deliver({ incarnation, links: rest }, world);
  if (second === "away") return second;
  return {
    delivered: [...first.delivered, ...second.delivered],
    refused: [...first.refused, ...second.refused],
    displaced: [...first.displaced, ...second.displaced],
  };
}

/** Takes a batch out, with what D1 refused set aside, in one transaction. */
function letGo(batch: Batch, { delivered, refused }: Delivery, world: World): void {
  world.storage.transactionSync(() => {
    world.ledger.keepHead(); // these rows may be the last that tell it
    const last = delivered.at(-1);
    if (last !== undefined) world.store.meta.put("delivered", JSON.stringify(placeOf(batch, last)));
    world.store.outbox.remove(batch);
    world.store.outbox.setAside(batch.incarnation, refused);
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
