// What alarm() does: whatever is due by the clock, each on its own, so that one that fails or waits delays no other; the flush first.

import type { Deadline, DeadlineKind } from "../store/deadlines.ts";
import { followDeadlines, wake } from "./alarm.ts";
import { confirmDeletion, lookAtDeletion, putBackDeletions } from "./deletion.ts";
import { drain } from "./drain.ts";
import { rotate } from "./rotation.ts";
import { recordThrottled } from "./throttled.ts";
import { described, type World } from "./world.ts";

/** Long enough to gather many requests into one statement, short enough for "in the trail within seconds". */
const FLUSH_DELAY_MS = 1000;
const RETRY_MS_MAX = 30_000;
const TROUBLE_MS = 1000;
const DUE_MAX = 100;
const MEANWHILE_MS = 1000;

/** How often in a row the flush has failed, an instance. */
const failures = new WeakMap<World, number>();
/** When a flush is due, if one is: known in memory, so that no request reads it from the table. */
const armed = new WeakMap<World, number>();

/** Makes sure that records leave the outbox soon. To be called in the transaction that put them there. */
export function armFlush(world: World): void {
  const now = world.now();
  // One that is farther off has been set by a clock that was ahead.
  if ((armed.get(world) ?? Number.POSITIVE_INFINITY) <= now + RETRY_MS_MAX) return;
  setFlush(world, now + FLUSH_DELAY_MS);
}

function setFlush(world: World, at: number): void {
  world.store.deadlines.set({ kind: "flush", ref: "", at });
  armed.set(world, at);
}

/** Where a transaction failed, the table may not hold what memory says. */
export const disarm = (world: World): boolean => armed.delete(world);

type Chore = (world: World, keyId: string, at: number) => Promise<void>;

const CHORES: Readonly<Record<DeadlineKind, Chore>> = {
  flush,
  delete: lookAtDeletion,
  "delete-confirm": confirmDeletion,
  rotate,
  throttled: recordThrottled,
};

/** With each start: whoever has a deadline has an alarm. The platform drops one after a few failures. */
export async function startChores(world: World): Promise<void> {
  if (!world.hasDeadlines()) return;
  putBackDeletions(world);
  followDeadlines(world);
  if ((await world.storage.getAlarm()) === null) wake(world);
}

/** Sets the next alarm whatever happens. Throws where not even that can be done: the platform calls again then, a few times. */
export async function doChores(world: World): Promise<void> {
  if (!world.hasDeadlines()) return; // nor may there be any table
  let settled = false;
  try {
    putBackDeletions(world);
    const due = world.store.deadlines.due(world.now(), DUE_MAX);
    const flush = due.find(({ kind }) => kind === "flush");
    const flushing = flush === undefined ? undefined : doChore(flush, world); // D1 may take its time
    settled = await doAll(due, world);
    if (flushing !== undefined) settled = (await doMeanwhile(flushing, world)) && settled;
  } catch (cause) {
    world.log({ event: "chores failed", ...described(cause) });
  } finally {
    wake(world, settled ? 0 : TROUBLE_MS); // what could not even be put off is still due
  }
}

/** Does whatever else comes due while the flush waits for D1: no other alarm rings before this one has ended. */
async function doMeanwhile(flushing: Promise<boolean>, world: World): Promise<boolean> {
  let settled = true;
  for (;;) {
    const flushed = await Promise.race([flushing, pause(MEANWHILE_MS, flushing, world)]);
    if (flushed !== undefined) return flushed && settled;
    settled = (await doAll(world.store.deadlines.due(world.now(), DUE_MAX), world)) && settled;
  }
}

/** Waits, at most until `work` has ended. */
function pause(ms: number, work: Promise<unknown>, world: World): Promise<undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const cancel = world.after(ms, () => resolve(undefined));
  void work.finally(cancel);
  return promise;
}

/** @returns whether each is done or has been put off. */
async function doAll(due: readonly Deadline[], world: World): Promise<boolean> {
  let settled = true;
  for (const deadline of due) if (deadline.kind !== "flush") settled = (await doChore(deadline, world)) && settled;
  return settled;
}

/** One that fails is put off: at once again would be for ever. @returns false where it could not be put off either. */
async function doChore({ kind, ref, at }: Deadline, world: World): Promise<boolean> {
  try {
    await CHORES[kind](world, ref, at); // a kind that only a newer version knows fails here
    return true;
  } catch (cause) {
    world.log({ event: "chore failed", kind, ...described(cause) });
    return putOff({ kind, ref }, world);
  }
}

function putOff({ kind, ref }: Pick<Deadline, "kind" | "ref">, world: World): boolean {
  try {
    world.store.deadlines.set({ kind, ref, at: world.now() + RETRY_MS_MAX });
    return true;
  } catch (cause) {
    world.log({ event: "chore not put off", kind, ...described(cause) });
    return false;
  }
}

async function flush(world: World): Promise<void> {
  world.measure(); // with D1 away, the outbox grows
  const delivered = await drain(world);
  const failed = delivered ? 0 : (failures.get(world) ?? 0) + 1;
  failures.set(world, failed);
  if (delivered && world.store.outbox.isEmpty()) {
    world.store.deadlines.remove("flush", "");
    armed.delete(world);
  } else {
    setFlush(world, world.now() + Math.min(FLUSH_DELAY_MS * 2 ** failed, RETRY_MS_MAX));
  }
}
