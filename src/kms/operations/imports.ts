// Imported key material: how it is wrapped, taken in, and given up. Source: KMS API reference; developer guide, "Importing key material".

import type { ServiceEvent } from "../../durable/own-change.ts";
import { daysAfter, type Key } from "../../keyring/key.ts";
import type { NextMaterial } from "../../keyring/sealed-keys.ts";
import { keySpec } from "../../keyring/specs.ts";
import { carries, WRAPPING_ALGORITHMS, WRAPPING_KEY_SPECS } from "../../keyring/wrapping.ts";
import type { SealedWrappingKey } from "../../keyring/wrapping-keys.ts";
import { ApiError } from "../../wire/api-error.ts";
import type { Bytes } from "../../wire/bytes.ts";
import { blob, type Decoded, oneOf, optional, sensitive, string, structure, timestamp } from "../../wire/shape.ts";
import { expired, giveUp, isComplete, keepExpiration, removeWrappingKey } from "../expirations.ts";
import { keyId, validation } from "../members.ts";
import { accepts, type Call } from "../operation.ts";
import type { Imported, Material } from "../tables/materials.ts";
import type { Writes } from "../tables/tables.ts";

const TOKEN_DAYS = 1;
const VALID_DAYS_MAX = 365;
/** Wrapping keys that one key has at a time: one more ends the oldest. */
const WRAPPING_KEYS_MAX = 10;

const EXPIRES = "KEY_MATERIAL_EXPIRES";

const unsupported = (message?: string): ApiError => new ApiError("UnsupportedOperationException", message);
const incorrect = (): ApiError => new ApiError("IncorrectKeyMaterialException");

export const getParametersForImport = accepts(
  structure({ KeyId: keyId, WrappingAlgorithm: oneOf(...WRAPPING_ALGORITHMS), WrappingKeySpec: oneOf(...WRAPPING_KEY_SPECS) }),
  async ({ WrappingAlgorithm, WrappingKeySpec }, { key, keyring, importTokens, now }) => {
    const wrapping = { algorithm: WrappingAlgorithm, spec: WrappingKeySpec };
    if (!carries(key.spec, wrapping))
      throw unsupported(`Keys of ${key.spec} are not imported by ${WrappingAlgorithm} under ${WrappingKeySpec}.`);
    const { publicKey, ...made } = await keyring.createWrappingKey(key, wrapping);
    const endsAt = daysAfter(now(), TOKEN_DAYS);
    const token = { keyId: key.id, wrappingKeyId: made.id, algorithm: WrappingAlgorithm, wrappingSpec: WrappingKeySpec, endsAt };
    const ImportToken = await importTokens.seal(token);
    return (writes) => {
      const oldest = writes.wrappingKeys.idsOf(key.id);
      for (const id of oldest.slice(0, Math.max(0, oldest.length + 1 - WRAPPING_KEYS_MAX))) removeWrappingKey(writes, id);
      writes.wrappingKeys.insert(made, endsAt);
      writes.deadlines.set({ kind: "wrapping-key", ref: made.id, at: endsAt });
      return { output: { KeyId: key.arn, ImportToken, PublicKey: publicKey, ParametersValidTo: new Date(endsAt) } };
    };
  },
);

const members = {
  KeyId: keyId,
  ImportToken: sensitive(blob({ min: 1, max: 6144 })),
  EncryptedKeyMaterial: blob({ min: 1, max: 6144 }),
  ValidTo: optional(timestamp),
  ExpirationModel: optional(oneOf(EXPIRES, "KEY_MATERIAL_DOES_NOT_EXPIRE")),
  ImportType: optional(oneOf("NEW_KEY_MATERIAL", "EXISTING_KEY_MATERIAL")),
  KeyMaterialDescription: optional(string({ min: 0, max: 256, pattern: "^[a-zA-Z0-9:/_\\s.-]+$" })),
  KeyMaterialId: optional(string({ min: 64, max: 64, pattern: "^[a-f0-9]+$" })),
};
type ImportInput = Decoded<typeof members>;

export const importKeyMaterial = accepts(
  structure(members),
  async (input, call) => {
    const { key, keyring, reads, now } = call;
    const imported = { expiration: { at: endOf(input, now()) }, description: input.KeyMaterialDescription };
    requireNamable(input, key);
    const wrappingKey = await redeem(input.ImportToken, call);
    const material = await keyring.import(key, reads.keys.salt(key.id), wrappingKey, input.EncryptedKeyMaterial);
    if (material === "unopened") throw new ApiError("InvalidCiphertextException");
    if (material === "unfit") throw incorrect();
    return (writes) => {
      const events = takeIn(writes, { key, input, material, imported, now: now() });
      return { output: { KeyId: key.arn, KeyMaterialId: keySpec(key.spec).rotates ? material.materialId : undefined }, events };
    };
  },
  ({ ExpirationModel = EXPIRES }) => ({ ExpirationModel }),
);

/** @returns until when the material is to stay; undefined: until it is deleted. */
function endOf({ ExpirationModel, ValidTo }: ImportInput, now: number): number | undefined {
  if (ExpirationModel === "KEY_MATERIAL_DOES_NOT_EXPIRE") {
    if (ValidTo !== undefined)
      throw validation("A validTo date must not be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE");
    return undefined;
  }
  if (ValidTo === undefined) throw validation("A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES");
  const end = ValidTo.getTime();
  if (end <= now) throw validation("The validTo date must be in the future");
  if (end > daysAfter(now, VALID_DAYS_MAX)) throw validation(`The validTo date must be within ${VALID_DAYS_MAX} days`);
  return end;
}

/** Only keys that may have several materials have names for them. */
function requireNamable({ ImportType, KeyMaterialDescription, KeyMaterialId }: ImportInput, key: Key): void {
  const isNamed = [ImportType, KeyMaterialDescription, KeyMaterialId].some((member) => member !== undefined);
  if (isNamed && !keySpec(key.spec).rotates)
    throw unsupported("ImportType, KeyMaterialDescription and KeyMaterialId are for symmetric encryption keys alone.");
  if (ImportType === "NEW_KEY_MATERIAL" && KeyMaterialId !== undefined)
    throw validation("KeyMaterialId must not be given with the ImportType NEW_KEY_MATERIAL");
}

/** @returns the wrapping key that a token was given with. */
async function redeem(bytes: Bytes, { key, importTokens, reads, now }: Call): Promise<SealedWrappingKey> {
  const token = await importTokens.open(bytes);
  if (token?.keyId !== key.id) throw new ApiError("InvalidImportTokenException");
  if (token.endsAt <= now()) throw new ApiError("ExpiredImportTokenException");
  const wrappingKey = reads.wrappingKeys.find(token.wrappingKeyId);
  const isItsOwn = wrappingKey?.keyId === key.id && wrappingKey.algorithm === token.algorithm;
  if (!isItsOwn || wrappingKey.spec !== token.wrappingSpec) throw new ApiError("InvalidImportTokenException");
  return wrappingKey;
}

interface Incoming {
  readonly key: Key;
  readonly input: ImportInput;
  readonly material: NextMaterial;
  readonly imported: Imported;
  readonly now: number;
}

/** @returns what is to be recorded of it, beside the call. */
function takeIn(writes: Writes, incoming: Incoming): readonly ServiceEvent[] {
  const { key, input, material, imported, now } = incoming;
  const { materialId: id, box, publicBox } = material;
  const wasPending = writes.keys.find(key.id)?.state === "PendingImport";
  const all = writes.materials.all(key.id);
  const isKnown = all.some((each) => each.id === id);
  const row = { id, keyId: key.id, box, origin: key.origin, createdAt: now };
  const isNew = (input.ImportType ?? defaultType(all)) === "NEW_KEY_MATERIAL";
  if (isNew === isKnown || (input.KeyMaterialId ?? id) !== id) throw incorrect();
  let events: readonly ServiceEvent[] = [];
  if (isKnown) {
    writes.materials.fill(key.id, id, box, imported);
  } else if (all.length === 0) {
    writes.materials.insert(row, { imported });
    writes.keys.setMaterial(key.id, id);
    if (publicBox !== undefined) writes.publicKeys.insert(key.id, publicBox);
  } else {
    requireNonePending(all, key, id);
    events = makeWay(writes, key, now);
    writes.materials.insertPending(row, imported);
  }
  keepExpiration(writes, key.id);
  if (wasPending && isComplete(writes, key.id)) writes.keys.setState(key.id, "Enabled");
  return events;
}

const defaultType = (all: readonly Material[]): ImportInput["ImportType"] =>
  all.length === 0 ? "NEW_KEY_MATERIAL" : "EXISTING_KEY_MATERIAL";

function requireNonePending(all: readonly Material[], { arn }: Key, id: string): void {
  const pending = all.find(({ state }) => state === "PENDING_ROTATION");
  if (pending === undefined) return;
  throw new ApiError(
    "KMSInvalidStateException",
    `New key material (id: ${id}) cannot be imported into KMS key ${arn}, because another key material (id: ${pending.id}) is pending rotation.`,
  );
}

/** Overwrites pending material that has ended and whose second look is still to come: the new one takes its place. */
function makeWay(writes: Writes, key: Key, now: number): readonly ServiceEvent[] {
  const ended = writes.materials.ends(key.id).filter(({ state, at }) => state === "PENDING_ROTATION" && at <= now);
  for (const material of ended) giveUp(writes, key.id, material);
  return ended.map(() => expired(key));
}

export const deleteImportedKeyMaterial = accepts(
  structure({ KeyId: keyId, KeyMaterialId: optional(string({ min: 64, max: 64, pattern: "^[a-f0-9]+$" })) }),
  ({ KeyMaterialId }, { key }) => {
    const { rotates } = keySpec(key.spec);
    if (KeyMaterialId !== undefined && !rotates) throw unsupported("KeyMaterialId is for symmetric encryption keys alone.");
    return (writes) => {
      const id = KeyMaterialId ?? key.materialId;
      const material = writes.materials.all(key.id).find((each) => each.id === id);
      if (KeyMaterialId !== undefined && material === undefined)
        throw new ApiError("NotFoundException", `Key material '${KeyMaterialId}' does not exist`);
      if (material?.isSealed) {
        giveUp(writes, key.id, material);
        keepExpiration(writes, key.id);
      }
      return { output: { KeyId: key.arn, KeyMaterialId: rotates ? id : undefined } };
    };
  },
);
