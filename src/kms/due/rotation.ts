// What the alarm does when a key is to be rotated.

import { ownChange, serviceEntry } from "../../durable/own-change.ts";
import { daysAfter } from "../../keyring/key.ts";
import { renew } from "../operations/rotation.ts";
import type { World } from "../world.ts";

/**
 * Gives a key new material, if it is still due. While a key is not enabled its rotation stands still: EnableKey sets the deadline again.
 * The next one is a period from now: a store that slept through several does one.
 */
export async function rotate(world: World, keyId: string): Promise<void> {
  const { keys, materials, deadlines } = world.tables;
  const before = keys.find(keyId);
  if (before?.rotation === undefined || before.state !== "Enabled") return deadlines.remove("rotate", keyId);
  if (before.rotation.nextAt > world.now()) return deadlines.set({ kind: "rotate", ref: keyId, at: before.rotation.nextAt });
  const material = await world.keyring.createNext(before, keys.salt(keyId));
  // What was read before the await is a rumour now.
  const key = keys.find(keyId);
  if (key?.state !== "Enabled" || key.rotation === undefined || key.rotation.nextAt > world.now()) return;
  const { rotation } = key;
  ownChange(world, () => {
    const at = world.now();
    const nextAt = daysAfter(at, rotation.days);
    const event = renew({ keys, materials }, key, material, { at, type: "AUTOMATIC" });
    keys.setRotation(keyId, { days: rotation.days, nextAt });
    deadlines.set({ kind: "rotate", ref: keyId, at: nextAt });
    return serviceEntry(event, world);
  });
}
