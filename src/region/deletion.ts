// What the alarm does when a key's time has come. It takes two looks, a minute apart: one jump of a clock must not destroy a key. The first
// puts the row off durably, the second destroys if both times are past; a date that lies in the future again puts the row back.

import type { Key } from "../keyring/key.ts";
import { byItself } from "./by-itself.ts";
import { serviceEntry } from "./trace.ts";
import type { World } from "./world.ts";

const CONFIRM_MS = 60_000;

/** The first look. */
export async function lookAtDeletion(world: World, keyId: string): Promise<void> {
  const key = doomed(world, keyId);
  world.storage.transactionSync(() => {
    world.store.deadlines.remove("delete", keyId);
    if (key === undefined) return;
    const isDue = key.deletionAt <= world.now();
    const next = isDue
      ? ({ kind: "delete-confirm", at: world.now() + CONFIRM_MS } as const)
      : ({ kind: "delete", at: key.deletionAt } as const);
    world.store.deadlines.set({ ...next, ref: keyId });
  });
}

/** The second look. */
export async function confirmDeletion(world: World, keyId: string): Promise<void> {
  const key = doomed(world, keyId);
  if (key !== undefined && key.deletionAt <= world.now()) return destroy(key, world);
  world.storage.transactionSync(() => {
    world.store.deadlines.remove("delete-confirm", keyId);
    if (key !== undefined) world.store.deadlines.set({ kind: "delete", ref: keyId, at: key.deletionAt });
  });
}

function doomed(world: World, keyId: string): (Key & { readonly deletionAt: number }) | undefined {
  const key = world.store.keys.find(keyId);
  if (key?.state !== "PendingDeletion" || key.deletionAt === undefined) return undefined;
  return { ...key, deletionAt: key.deletionAt };
}

/** Overwrites what is sealed, then removes the key and all that is its own, with one record: all of it, or nothing. */
function destroy(key: Key, world: World): void {
  const { materials, aliases, tags, usages, deadlines, keys } = world.store;
  byItself(world, () => {
    materials.destroy(key.id);
    aliases.removeAllOf(key.id);
    tags.removeAllOf(key.id);
    usages.remove(key.id);
    deadlines.remove("delete-confirm", key.id);
    deadlines.remove("rotate", key.id);
    keys.remove(key.id);
    return serviceEntry({ name: "DeleteKey", keyArn: key.arn, details: undefined }, world);
  });
}
