// What alarm() does: whatever is due by the clock, each kind on its own, so that one that fails delays no other; the flush first.

import type { Deadline, DeadlineKind } from "../store/deadlines.ts";
import { wake } from "./alarm.ts";
import { confirmDeletion, lookAtDeletion } from "./deletion.ts";
import { drain } from "./drain.ts";
import { rotate } from "./rotation.ts";
import { recordThrottled } from "./throttled.ts";
import { described, type World } from "./world.ts";

/** Long enough to gather many requests into one statement, short enough for "in the trail within seconds". */
const FLUSH_DELAY_MS = 1000;
const RETRY_MS_MAX = 30_000;
const DUE_MAX = 100;

/** How often in a row the flush has failed, an instance. */
const failures = new WeakMap<World, number>();
/** Whether a flush is due already: known in memory, so that no request reads it from the table. */
const armed = new WeakSet<World>();

/** Makes sure that records leave the outbox soon. To be called in the transaction that put them there. */
export function armFlush(world: World): void {
  if (armed.has(world)) return;
  const at = world.now() + FLUSH_DELAY_MS;
  world.store.deadlines.set({ kind: "flush", ref: "", at });
  armed.add(world);
  wake(world);
}

/** Where a transaction failed, the table may not hold what memory says. */
export const disarm = (world: World): boolean => armed.delete(world);

const CHORES: Readonly<Record<DeadlineKind, (world: World, keyId: string) => Promise<void>>> = {
  flush,
  delete: lookAtDeletion,
  "delete-confirm": confirmDeletion,
  rotate,
  throttled: recordThrottled,
};

/** Sets the next alarm whatever happens. Throws where not even that can be done: the platform calls again then, a few times. */
export async function doChores(world: World): Promise<void> {
  if (!world.hasDeadlines()) return; // nor may there be any table
  try {
    for (const deadline of world.store.deadlines.due(world.now(), DUE_MAX)) await doChore(deadline, world);
  } catch (cause) {
    world.log({ event: "chores failed", ...described(cause) });
  } finally {
    wake(world);
  }
}

/** One that fails is put off: at once again would be for ever. */
async function doChore({ kind, ref }: Deadline, world: World): Promise<void> {
  try {
    await CHORES[kind](world, ref); // a kind that only a newer version knows fails here
  } catch (cause) {
    world.log({ event: "chore failed", kind, ...described(cause) });
    world.store.deadlines.set({ kind, ref, at: world.now() + RETRY_MS_MAX });
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
    const delay = Math.min(FLUSH_DELAY_MS * 2 ** failed, RETRY_MS_MAX);
    world.store.deadlines.set({ kind: "flush", ref: "", at: world.now() + delay });
    armed.add(world);
  }
}
