// What the alarm does when imported material ends, or a wrapping key does. From its end on a key is pending import by the clock alone; the
// bytes are overwritten after two looks a minute apart, so that a clock that jumps ahead cannot destroy them.

import { ownChange, serviceEntry } from "../../durable/own-change.ts";
import { keyResource } from "../../keyring/key.ts";
import { expireNow } from "../operations/imports.ts";
import type { World } from "../world.ts";

const CONFIRM_MS = 60_000;
/** A second look that runs later than this counts as a first one. */
const LATE_MS_MAX = 60_000;

/** Restores the deadline of every second look that only a clock which was ahead can have scheduled so late. */
export function putBackExpiries(world: World): void {
  for (const { ref } of world.agenda.after("expire-confirm", world.now() + CONFIRM_MS)) schedule(world, ref);
}

/** The first look. What is open in memory goes at once. */
export async function lookAtExpiry(world: World, keyId: string): Promise<void> {
  world.keyring.drop(keyId);
  schedule(world, keyId);
}

function schedule(world: World, keyId: string): void {
  const { agenda, storage } = world;
  const end = nextEnd(world, keyId);
  storage.transactionSync(() => {
    agenda.remove("expire-confirm", keyId);
    agenda.remove("expire", keyId);
    if (end === undefined) return;
    if (end > world.now()) agenda.set({ kind: "expire", ref: keyId, at: end });
    else agenda.set({ kind: "expire-confirm", ref: keyId, at: world.now() + CONFIRM_MS });
  });
}

/** The second look, which was due at a time. */
export async function confirmExpiry(world: World, keyId: string, at: number): Promise<void> {
  const { keys, deadlines } = world.tables;
  const key = keys.find(keyId);
  const end = nextEnd(world, keyId);
  const isTimely = end !== undefined && end <= world.now() && world.now() - at <= LATE_MS_MAX;
  if (key === undefined || !isTimely) return lookAtExpiry(world, keyId);
  ownChange(world, () => {
    expireNow(world.tables, keyId, world.now());
    deadlines.remove("expire-confirm", keyId);
    return serviceEntry({ name: "DeleteExpiredKeyMaterial", resource: keyResource(key), details: { keyId } }, world);
  });
}

/** When the material of a key ends that ends first. */
function nextEnd({ tables }: World, keyId: string): number | undefined {
  const ends = tables.materials.all(keyId).flatMap(({ expiration }) => expiration?.at ?? []);
  return ends.length === 0 ? undefined : Math.min(...ends);
}

/** The end of a wrapping key: nobody is told, its token has ended with it. */
export async function endWrappingKey({ storage, tables: { wrappingKeys, deadlines } }: World, id: string): Promise<void> {
  storage.transactionSync(() => {
    wrappingKeys.remove(id);
    deadlines.remove("wrapping-key", id);
  });
}
