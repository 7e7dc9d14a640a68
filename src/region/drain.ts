// From the outbox to D1, a row at a time, in order. A row leaves the outbox only when D1 gives every one of its hashes back.

import type { Link, OutboxRow } from "../store/outbox.ts";
import { described, type World } from "./world.ts";

/** Rows a run, so that one alarm ends before the platform ends it. */
const ROWS_MAX = 200;

/** @returns false where D1 is away: everything waits then. */
export async function drain(world: World): Promise<boolean> {
  for (let row = 0; row < ROWS_MAX; row++) {
    const oldest = world.store.outbox.oldest();
    if (oldest === undefined) return true;
    const delivered = await deliver(oldest, world);
    if (delivered === "away") return false;
    if ("displaced" in delivered) fork(oldest, delivered.displaced, world);
    else letGo(oldest, delivered.refused, world);
  }
  return true;
}

/** Takes a delivered row out, with what D1 refused set aside, in one transaction. */
function letGo(row: OutboxRow, refused: readonly Link[], world: World): void {
  world.storage.transactionSync(() => {
    world.ledger.keepHead(); // the row may be the last that tells it
    world.store.outbox.remove(row);
    for (const link of refused) world.store.outbox.setAside(row.incarnation, [link]);
  });
  world.measure();
  if (refused.length > 0)
    world.log({ event: "records set aside", count: refused.length, aside: world.store.outbox.asideCount() });
}

/** `refused`: what D1 does not take. `displaced`: what finds another record in its place: the trail is ahead of this store. */
type Delivered = { readonly refused: readonly Link[] } | { readonly displaced: readonly Link[] };

async function deliver({ incarnation, links }: OutboxRow, world: World): Promise<Delivered | "away"> {
  const { account, region } = world.scope;
  try {
    const there = await world.trail.deliver({ store: world.name, account, region, incarnation, links });
    if (links.some(({ sequence }) => !there.has(sequence))) return "away";
    const displaced = links.filter(({ sequence, hash }) => there.get(sequence) !== hash);
    return displaced.length === 0 ? { refused: [] } : { displaced };
  } catch (cause) {
    world.log({ event: "delivery failed", ...described(cause) });
    if (!(await world.trail.answers())) return "away";
    return links.length === 1 ? { refused: links } : deliverHalves({ incarnation, links }, world);
  }
}

/** Closes in on what D1 refuses. */
async function deliverHalves({ incarnation, links }: OutboxRow, world: World): Promise<Delivered | "away"> {
  const half = Math.ceil(links.length / 2);
  const first = await deliver({ incarnation, links: links.slice(0, half) }, world);
  if (first === "away") return first;
  const second = await deliver({ incarnation, links: links.slice(half) }, world);
  if (second === "away" || !("refused" in first && "refused" in second))
    return second === "away" || "displaced" in second ? second : first;
  return { refused: [...first.refused, ...second.refused] };
}

/** Draws a new incarnation, and chains under it what has found no place of its own in the old one. */
function fork(row: OutboxRow, displaced: readonly Link[], world: World): void {
  world.storage.transactionSync(() => {
    const leftover = [...displaced];
    world.store.outbox.remove(row);
    for (let next = world.store.outbox.oldest(); next !== undefined; next = world.store.outbox.oldest()) {
      leftover.push(...next.links);
      world.store.outbox.remove(next);
    }
    world.ledger.begin("trail ahead of the store", leftover);
  });
  world.log({ event: "new incarnation" });
}
