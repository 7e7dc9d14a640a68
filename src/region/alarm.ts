// The object's one alarm.

import type { World } from "./world.ts";

/** Sets the object's alarm to the earliest deadline, but no sooner than in so many milliseconds; where there is none, to nothing. */
export function wake(world: World, aheadMs = 0): void {
  const at = world.store.deadlines.earliest();
  void (at === undefined ? world.storage.deleteAlarm() : world.storage.setAlarm(Math.max(at, world.now() + aheadMs)));
}

/**
 * Lets the alarm follow the deadlines that have moved. It belongs into the transaction that moved them: an alarm that cannot be set
 * undoes the change then, instead of failing a call whose change stands.
 */
export function followDeadlines(world: World): void {
  if (world.store.deadlines.takeMoved()) wake(world);
}
