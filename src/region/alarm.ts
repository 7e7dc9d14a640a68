// The object's one alarm.

import type { World } from "./world.ts";

/** Sets the object's alarm to the earliest deadline. */
export function wake(world: World): void {
  const at = world.store.deadlines.earliest();
  if (at !== undefined) void world.storage.setAlarm(Math.max(at, world.now()));
}
