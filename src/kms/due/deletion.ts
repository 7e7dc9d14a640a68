// What the alarm does when a key's time has come. A key is destroyed only after two looks a minute apart, so that a clock that jumps ahead
// cannot destroy it. The first look durably schedules the second. The second destroys the key, unless it runs more than a minute late:
// then it counts as a first look. If the clock is before the deletion date again, the original deadline is restored.

import { ownChange, serviceEntry } from "../../durable/own-change.ts";
import { type Key, keyResource } from "../../keyring/key.ts";
import { removeWrappingKey } from "../expirations.ts";
import type { World } from "../world.ts";
import { CONFIRM_MS, isLate } from "./looks.ts";

/** The first look. */
export async function lookAtDeletion(world: World, keyId: string): Promise<void> {
  const key = doomed(world, keyId);
  if (key !== undefined && key.deletionAt > world.now()) return putBack(key, world);
  world.storage.transactionSync(() => {
    world.agenda.remove("delete", keyId);
    world.agenda.remove("delete-confirm", keyId);
    if (key !== undefined) world.agenda.set({ kind: "delete-confirm", ref: keyId, at: world.now() + CONFIRM_MS });
  });
}

/** The second look, which was due at a time. */
export async function confirmDeletion(world: World, keyId: string, at: number): Promise<void> {
  const key = doomed(world, keyId);
  const isTimely = key !== undefined && key.deletionAt <= world.now() && !isLate(at, world.now());
  if (isTimely) destroy(key, world);
  else await lookAtDeletion(world, keyId);
}

/**
 * Restores the deadline of every second look that is scheduled more than a minute from now: only a clock that was ahead can have
 * scheduled it so late.
 */
export function putBackDeletions(world: World): void {
  for (const { ref } of world.agenda.after("delete-confirm", world.now() + CONFIRM_MS)) {
    const key = doomed(world, ref);
    if (key !== undefined) putBack(key, world);
  }
}

function putBack({ id, deletionAt }: Doomed, { storage, agenda }: World): void {
  storage.transactionSync(() => {
    agenda.remove("delete-confirm", id);
    agenda.set({ kind: "delete", ref: id, at: deletionAt });
  });
}

interface Doomed extends Key {
  readonly deletionAt: number;
}

function doomed(world: World, keyId: string): Doomed | undefined {
  const key = world.tables.keys.find(keyId);
  if (key?.state !== "PendingDeletion" || key.deletionAt === undefined) return undefined;
  return { ...key, deletionAt: key.deletionAt };
}

/** Overwrites what is sealed, then removes the key and all that is its own, with one record: all of it, or nothing. */
function destroy(key: Key, world: World): void {
  const { materials, publicKeys, wrappingKeys, aliases, tags, grants, lastUses, deadlines, keys } = world.tables;
  ownChange(world, () => {
    materials.destroy(key.id);
    publicKeys.remove(key.id);
    for (const id of wrappingKeys.idsOf(key.id)) removeWrappingKey(world.tables, id);
    aliases.removeAllOf(key.id);
    tags.removeAllOf(key.id);
    grants.removeAllOf(key.id);
    lastUses.remove(key.id);
    deadlines.remove("delete-confirm", key.id);
    for (const kind of ["rotate", "expire", "expire-confirm"] as const) deadlines.remove(kind, key.id);
    keys.remove(key.id);
    return serviceEntry({ name: "DeleteKey", resource: keyResource(key), details: undefined }, world);
  });
}
