// Until when imported material stays: what a key's materials together make of it, and how answers show it.

import type { Expiration } from "../keyring/key.ts";
import type { Output } from "./operation.ts";
import type { Writes } from "./tables/tables.ts";

/** ExpirationModel, and ValidTo where there is an end. */
export const expirationShown = (expiration: Expiration | undefined): Output => ({
  ExpirationModel: expiration && (expiration.at === undefined ? "KEY_MATERIAL_DOES_NOT_EXPIRE" : "KEY_MATERIAL_EXPIRES"),
  ValidTo: expiration?.at === undefined ? undefined : new Date(expiration.at),
});

/**
 * Brings a key in line with its materials: the earliest end of those that it needs, its state where they have all come or some are gone,
 * and the deadline of whatever ends first.
 */
export function keepExpiration(
  { keys, materials, deadlines }: Pick<Writes, "keys" | "materials" | "deadlines">,
  keyId: string,
): void {
  const all = materials.all(keyId);
  const needed = all.filter(({ state }) => state !== "PENDING_ROTATION");
  const isWhole = needed.length > 0 && needed.every(({ isHere }) => isHere);
  const earliest = (of: typeof all): number | undefined => {
    const ends = of.flatMap(({ expiration }) => expiration?.at ?? []);
    return ends.length === 0 ? undefined : Math.min(...ends);
  };
  keys.setExpiration(keyId, isWhole ? { at: earliest(needed) } : undefined);
  const state = keys.find(keyId)?.state;
  if (isWhole && state === "PendingImport") keys.setState(keyId, "Enabled");
  if (!isWhole && (state === "Enabled" || state === "Disabled")) keys.setState(keyId, "PendingImport");
  const next = earliest(all);
  if (next === undefined) deadlines.remove("expire", keyId);
  else deadlines.set({ kind: "expire", ref: keyId, at: next });
}
