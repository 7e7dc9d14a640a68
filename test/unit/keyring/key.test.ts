// The key and its specs: which states follow on which, what AWS says of a wrong one, and everything that is known of each spec.

import { describe, expect, it } from "vitest";
import {
  canBecome,
  conditionOf,
  type Expiration,
  effectiveState,
  KEY_STATES,
  KEY_USAGES,
  type KeyState,
  ORIGINS,
} from "../../../src/keyring/key.ts";
import {
  ALGORITHM_MEMBERS,
  algorithmsOf,
  ENCRYPTION_ALGORITHMS,
  findKeySpec,
  KEY_SPECS,
  keySpec,
  LEGACY_KEY_SPECS,
} from "../../../src/keyring/specs.ts";
import { key } from "../../support/keyrings.ts";
import { KEY_TYPES } from "../../vectors/key-types.ts";

/** Each way that a key's state can change, with what changes it. Source: KMS developer guide, "Key states of AWS KMS keys". */
const TRANSITIONS: Readonly<Record<string, readonly (readonly [from: KeyState, to: KeyState])[]>> = {
  "DisableKey, EnableKey": [
    ["Enabled", "Disabled"],
    ["Disabled", "Enabled"],
  ],
  "a replica has its material, or waits for it": [
    ["Creating", "Enabled"],
    ["Creating", "PendingImport"],
  ],
  "the missing material is imported": [["PendingImport", "Enabled"]],
  "imported material is deleted or expires": [
    ["Enabled", "PendingImport"],
    ["Disabled", "PendingImport"],
  ],
  ScheduleKeyDeletion: [
    ["Enabled", "PendingDeletion"],
    ["Disabled", "PendingDeletion"],
    ["PendingImport", "PendingDeletion"],
    ["Unavailable", "PendingDeletion"],
    ["Creating", "PendingDeletion"],
  ],
  "ScheduleKeyDeletion of a primary with replicas": [
    ["Enabled", "PendingReplicaDeletion"],
    ["Disabled", "PendingReplicaDeletion"],
    ["PendingImport", "PendingReplicaDeletion"],
  ],
  "the last replica is gone": [["PendingReplicaDeletion", "PendingDeletion"]],
  CancelKeyDeletion: [
    ["PendingDeletion", "Disabled"],
    ["PendingDeletion", "PendingImport"], // where material is missing
    ["PendingReplicaDeletion", "Disabled"],
  ],
  UpdatePrimaryRegion: [
    ["Enabled", "Updating"],
    ["Updating", "Enabled"],
  ],
  "a custom key store is disconnected and connected again": [
    ["Enabled", "Unavailable"],
    ["Disabled", "Unavailable"],
    ["Unavailable", "Enabled"],
    ["Unavailable", "Disabled"],
  ],
};

describe("a key's state", () => {
  const allowed = new Set(Object.values(TRANSITIONS).flatMap((pairs) => pairs.map(([from, to]) => `${from} → ${to}`)));

  it.each(KEY_STATES)("%s changes as the guide says, and in no other way", (from) => {
    const to = KEY_STATES.filter((state) => state !== from && canBecome(from, state));
    expect(to).toEqual(KEY_STATES.filter((state) => allowed.has(`${from} → ${state}`)));
  });

  it.each(KEY_STATES)("%s may stay what it is", (state) => expect(canBecome(state, state)).toBe(true));

  it("is never Enabled again by the end of a deletion alone", () => {
    expect(canBecome("PendingDeletion", "Enabled")).toBe(false);
    expect(canBecome("PendingReplicaDeletion", "Enabled")).toBe(false);
  });

  it.each<[KeyState, string]>([
    ["Creating", "is creating."],
    ["Disabled", "is disabled."],
    ["PendingDeletion", "is pending deletion."],
    ["PendingImport", "is pending import."],
    ["PendingReplicaDeletion", "is pending deletion."],
    ["Unavailable", "is unavailable."],
    ["Updating", "is updating."],
  ])("%s, refused where the key is to be used, %s", (state, text) => {
    expect(conditionOf(state, ["Enabled"])).toBe(text);
  });

  it.each(KEY_STATES.filter((state) => !state.endsWith("Deletion")))(
    "%s, refused where a deletion is to be cancelled, is not pending",
    (state) => {
      expect(conditionOf(state, ["PendingDeletion", "PendingReplicaDeletion"])).toBe("is not pending deletion.");
    },
  );

  it("is the cause where the operation takes enabled keys and pending ones", () => {
    expect(conditionOf("Creating", ["Enabled", "PendingDeletion"])).toBe("is creating.");
  });
});

it("the words of the API are complete", () => {
  expect(KEY_STATES).toHaveLength(8);
  expect(ORIGINS).toEqual(["AWS_KMS", "EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"]);
  expect(Object.keys(ALGORITHM_MEMBERS).toSorted()).toEqual(KEY_USAGES.toSorted());
  expect(ENCRYPTION_ALGORITHMS).toEqual(["SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE"]);
});

describe("a key spec", () => {
  it("is known for each of AWS's, and for no other; SM2 by its name alone", () => {
    expect(KEY_SPECS.toSorted()).toEqual([...Object.keys(KEY_TYPES), "SM2"].toSorted());
    expect(findKeySpec("SM2")).toBeUndefined();
  });

  it.each(Object.entries(KEY_TYPES))("%s has its usages and their algorithms, and no others", (spec, { usages }) => {
    for (const usage of KEY_USAGES) expect(algorithmsOf(spec, usage), usage).toEqual(usages[usage] ?? []);
    expect(Object.keys(keySpec(spec).algorithms).toSorted()).toEqual(Object.keys(usages).toSorted());
  });

  it("has a usage of its own accord only where it is symmetric", () => {
    const defaults = KEY_SPECS.filter((spec) => findKeySpec(spec)?.defaultUsage !== undefined);
    expect(defaults).toEqual(["SYMMETRIC_DEFAULT"]);
    expect(keySpec("SYMMETRIC_DEFAULT").defaultUsage).toBe("ENCRYPT_DECRYPT");
  });

  it("has a place in the deprecated CustomerMasterKeySpec unless it came after it", () => {
    const later = ["ML_DSA_44", "ML_DSA_65", "ML_DSA_87", "ECC_NIST_EDWARDS25519", "ML_KEM_512", "ML_KEM_768", "ML_KEM_1024"];
    expect(LEGACY_KEY_SPECS).toEqual(KEY_SPECS.filter((spec) => !later.includes(spec)));
  });

  it.each(["", "RSA_1024", "SM2", "symmetric_default", "constructor", "__proto__"])("is not %o", (name) => {
    expect(() => keySpec(name)).toThrow(RangeError);
  });
});

describe("the effective state", () => {
  const end = 1_000_000;
  const at = (state: KeyState, now: number, expiration: Expiration = { at: end }) =>
    effectiveState({ ...key, state, expiration }, now);

  it("is pending import from the end of its material on, whatever it was before but on its way out", () => {
    for (const state of ["Enabled", "Disabled", "Updating"] as const) {
      expect([at(state, end - 1), at(state, end), at(state, end + 1)]).toEqual([state, "PendingImport", "PendingImport"]);
    }
    for (const state of ["Creating", "PendingDeletion", "PendingImport", "PendingReplicaDeletion", "Unavailable"] as const)
      expect(at(state, end)).toBe(state);
  });

  it("is the stored one where nothing ends", () => {
    expect(at("Enabled", end, { at: undefined })).toBe("Enabled");
    expect(effectiveState({ ...key, expiration: undefined }, end)).toBe("Enabled");
  });
});
