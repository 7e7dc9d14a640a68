// Rotation: new material under the same key, by the calendar or on demand. Earlier materials go on opening what they sealed.
// Source: KMS API reference; developer guide, "Rotate AWS KMS keys". What the alarm does is in region/rotation.ts.

import type { ServiceEvent } from "../../durable/own-change.ts";
import { daysAfter, type Key, keyResource } from "../../keyring/key.ts";
import type { NextMaterial } from "../../keyring/sealed-keys.ts";
import { ApiError } from "../../wire/api-error.ts";
import { defaulted, integer, oneOf, structure } from "../../wire/shape.ts";
import { expirationShown, keepExpiration } from "../expirations.ts";
import { keyId } from "../members.ts";
import { accepts } from "../operation.ts";
import { paged, pageOf } from "../pages.ts";
import type { RotationType } from "../tables/materials.ts";
import type { Writes } from "../tables/tables.ts";

const PERIOD_DAYS_DEFAULT = 365;
/** A rotation on demand this near to an automatic one is refused, as AWS refuses it. */
const CONFLICT_MS = 20 * 60 * 1000;

export const enableKeyRotation = accepts(
  structure({ KeyId: keyId, RotationPeriodInDays: defaulted(integer({ min: 90, max: 2560 }), PERIOD_DAYS_DEFAULT) }),
  ({ RotationPeriodInDays: days }, { key, now }) =>
    (writes) => {
      if (writes.keys.find(key.id)?.rotation?.days === days) return {}; // as it is, its date included
      const nextAt = daysAfter(now(), days);
      writes.keys.setRotation(key.id, { days, nextAt });
      writes.deadlines.set({ kind: "rotate", ref: key.id, at: nextAt });
      return {};
    },
);

export const disableKeyRotation = accepts(structure({ KeyId: keyId }), (_, { key }) => (writes) => {
  writes.keys.setRotation(key.id, undefined);
  writes.deadlines.remove("rotate", key.id);
  return {};
});

export const getKeyRotationStatus = accepts(structure({ KeyId: keyId }), (_, { key }) => {
  const isDoomed = key.state === "PendingDeletion" || key.state === "PendingReplicaDeletion";
  const rotation = isDoomed ? undefined : key.rotation; // a cancelled deletion brings it back
  return {
    output: {
      KeyId: key.arn,
      KeyRotationEnabled: rotation !== undefined,
      RotationPeriodInDays: rotation?.days,
      NextRotationDate: rotation === undefined ? undefined : new Date(rotation.nextAt),
    },
  };
});

/** Makes a new material the key's current one. */
export function renew(
  writes: Pick<Writes, "keys" | "materials">,
  key: Key,
  material: NextMaterial,
  rotation: { readonly at: number; readonly type: RotationType },
): ServiceEvent {
  const { materialId, box } = material;
  writes.materials.insert({ id: materialId, keyId: key.id, box, origin: key.origin, createdAt: rotation.at }, { rotation });
  writes.keys.setMaterial(key.id, materialId);
  return rotated(key, rotation.type);
}

const rotated = (key: Key, type: RotationType): ServiceEvent => ({
  name: "RotateKey",
  resource: keyResource(key),
  details: { keyId: key.id, rotationType: type },
});

/** Makes the pending material of a key the current one. */
function promote(writes: Writes, key: Key, at: number): ServiceEvent {
  const pending = writes.materials.all(key.id).find(({ state }) => state === "PENDING_ROTATION");
  if (pending === undefined) throw nothingPending(key);
  writes.materials.promote(key.id, pending.id, { at, type: "ON_DEMAND" });
  writes.keys.setMaterial(key.id, pending.id);
  keepExpiration(writes, key.id);
  return rotated(key, "ON_DEMAND");
}

const nothingPending = ({ arn }: Key): ApiError =>
  new ApiError("KMSInvalidStateException", `No available key material pending rotation for the key: ${arn}.`);

export const rotateKeyOnDemand = accepts(structure({ KeyId: keyId }), async (_, { key, keyring, reads, now, quotas }) => {
  const isImported = key.origin === "EXTERNAL";
  const material = isImported ? undefined : await keyring.createNext(key, reads.keys.salt(key.id));
  return (writes) => {
    if (writes.materials.onDemandCount(key.id) >= quotas.onDemandRotations) {
      throw new ApiError(
        "LimitExceededException",
        `The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be performed for this key: ${key.arn}`,
      );
    }
    const at = now();
    if (material === undefined) return { output: { KeyId: key.arn }, events: [promote(writes, key, at)] };
    const rotation = writes.keys.find(key.id)?.rotation; // as it is now: it may have been switched on meanwhile
    if (rotation !== undefined && rotation.nextAt - at <= CONFLICT_MS) throw new ApiError("ConflictException");
    return { output: { KeyId: key.arn }, events: [renew(writes, key, material, { at, type: "ON_DEMAND" })] };
  };
});

export const listKeyRotations = accepts(
  structure({
    KeyId: keyId,
    IncludeKeyMaterial: defaulted(oneOf("ALL_KEY_MATERIAL", "ROTATIONS_ONLY"), "ROTATIONS_ONLY"),
    ...paged({ byDefault: 100, max: 1000 }),
  }),
  async (input, call) => {
    const { key, reads } = call;
    const { page: all, rotations } = reads.materials;
    const list = input.IncludeKeyMaterial === "ALL_KEY_MATERIAL" ? all : rotations;
    const read = (after: string, count: number) => list(key.id, after === "" ? -1 : Number(after), count);
    const { items, ...page } = await pageOf(input, call, read, ({ sequence }) => String(sequence));
    const Rotations = items.map(({ id, state, isHere, rotation, description, expiration }) => ({
      KeyId: key.arn,
      KeyMaterialId: id,
      KeyMaterialDescription: description,
      ImportState: key.origin === "EXTERNAL" ? (isHere ? "IMPORTED" : "PENDING_IMPORT") : undefined,
      KeyMaterialState: state,
      ...expirationShown(expiration),
      RotationDate: rotation === undefined ? undefined : new Date(rotation.at),
      RotationType: rotation?.type,
    }));
    return { output: { Rotations, ...page } };
  },
);
