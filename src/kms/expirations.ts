// Until when imported material stays: what a key's materials together make of it, and how answers show it.

import type { ServiceEvent } from "../durable/own-change.ts";
import { type Expiration, type Key, keyResource } from "../keyring/key.ts";
import type { Output } from "./operation.ts";
import type { Ending, Material } from "./tables/materials.ts";
import type { Reads, Writes } from "./tables/tables.ts";

/** ExpirationModel, and ValidTo where there is an end. */
export const expirationShown = (expiration: Expiration | undefined): Output => ({
  ExpirationModel: expiration && (expiration.at === undefined ? "KEY_MATERIAL_DOES_NOT_EXPIRE" : "KEY_MATERIAL_EXPIRES"),
  ValidTo: expiration?.at === undefined ? undefined : new Date(expiration.at),
});

/** Whether a key has been given material, and the bytes of all that it needs are here. */
export const isComplete = ({ materials }: Pick<Reads, "materials">, keyId: string): boolean => {
  const needed = materials.all(keyId).filter(({ state }) => state !== "PENDING_ROTATION");
  return needed.length > 0 && needed.every(({ isSealed }) => isSealed);
};

/** The end that comes first. */
export const firstEnd = (ends: readonly Ending[]): number | undefined =>
  ends.length === 0 ? undefined : Math.min(...ends.map(({ at }) => at));

/**
 * Brings a key in line with its materials: until when it has those that it needs, its state where some are gone, and the deadline of
 * whatever ends first. What has ended by the clock alone is not gone yet: the clock may be wrong.
 */
export function keepExpiration(writes: Pick<Writes, "keys" | "materials" | "deadlines">, keyId: string): void {
  const { keys, materials, deadlines } = writes;
  const ends = materials.ends(keyId);
  const isWhole = isComplete(writes, keyId);
  keys.setExpiration(keyId, isWhole ? { at: firstEnd(ends.filter(({ state }) => state !== "PENDING_ROTATION")) } : undefined);
  const state = keys.find(keyId)?.state;
  if (!isWhole && (state === "Enabled" || state === "Disabled")) keys.setState(keyId, "PendingImport");
  const next = firstEnd(ends);
  deadlines.remove("expire-confirm", keyId); // what has ended is looked at twice from here on
  if (next === undefined) deadlines.remove("expire", keyId);
  else deadlines.set({ kind: "expire", ref: keyId, at: next });
}

/** Overwrites material. What the key needs keeps its row; what has never been the key's is gone. */
export function giveUp(
  { materials }: Pick<Writes, "materials">,
  keyId: string,
  { id, state }: Pick<Material, "id" | "state">,
): void {
  if (state === "PENDING_ROTATION") materials.remove(keyId, id);
  else materials.empty(keyId, id);
}

/** What is recorded of imported material that the service has overwritten since its end had come. */
export const expired = (key: Key): ServiceEvent => ({
  name: "DeleteExpiredKeyMaterial",
  resource: keyResource(key),
  details: { keyId: key.id },
});

/** Overwrites a wrapping key. Nobody is told: its token has ended with it, or with its key. */
export function removeWrappingKey({ wrappingKeys, deadlines }: Pick<Writes, "wrappingKeys" | "deadlines">, id: string): void {
  wrappingKeys.remove(id);
  deadlines.remove("wrapping-key", id);
}
