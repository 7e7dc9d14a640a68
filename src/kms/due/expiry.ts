// What the alarm does when imported material ends, or a wrapping key does. From its end on a key is pending import by the clock alone; the
// bytes are overwritten after two looks a minute apart, so that a clock that jumps ahead cannot destroy them.

import { ownChange, serviceEntry } from "../../durable/own-change.ts";
import { expired, firstEnd, giveUp, keepExpiration, removeWrappingKey } from "../expirations.ts";
import type { World } from "../world.ts";
import { CONFIRM_MS, isLate } from "./looks.ts";

/** Restores the deadline of every second look that only a clock which was ahead can have scheduled so late. */
export function putBackExpiries(world: World): void {
  for (const { ref } of world.agenda.after("expire-confirm", world.now() + CONFIRM_MS)) schedule(world, ref);
}

/** The first look. What is open in memory goes at once. */
export async function lookAtExpiry(world: World, keyId: string): Promise<void> {
  world.keyring.drop(keyId);
  schedule(world, keyId);
}

function schedule({ agenda, storage, tables, now }: World, keyId: string): void {
  const end = firstEnd(tables.materials.ends(keyId));
  storage.transactionSync(() => {
    agenda.remove("expire-confirm", keyId);
    agenda.remove("expire", keyId);
    if (end === undefined) return;
    if (end > now()) agenda.set({ kind: "expire", ref: keyId, at: end });
    else agenda.set({ kind: "expire-confirm", ref: keyId, at: now() + CONFIRM_MS });
  });
}

/** The second look, which was due at a time: it overwrites what the first has found at its end, and still does. */
export async function confirmExpiry(world: World, keyId: string, at: number): Promise<void> {
  const { keys, materials } = world.tables;
  const key = keys.find(keyId);
  const firstLookAt = at - CONFIRM_MS;
  const ended = materials.ends(keyId).filter((each) => each.at <= firstLookAt);
  const isTimely = at <= world.now() && !isLate(at, world.now());
  if (key === undefined || ended.length === 0 || !isTimely) return lookAtExpiry(world, keyId);
  ownChange(world, () => {
    for (const material of ended) giveUp(world.tables, keyId, material);
    keepExpiration(world.tables, keyId);
    return serviceEntry(expired(key), world);
  });
  schedule(world, keyId); // what has ended meanwhile has had its first look
}

export async function endWrappingKey({ storage, tables }: World, id: string): Promise<void> {
  storage.transactionSync(() => removeWrappingKey(tables, id));
}
