// What every operation on a key answers in each of the key's states. Source: KMS developer guide, "Key states of AWS KMS keys".
// It judges src/kms/table.ts, so nothing here is taken from there.

import { KEY_STATES, type KeyState, type Origin } from "../../src/keyring/key.ts";
import { FOR_EVER } from "../support/wrapped.ts";

/** A key that is not symmetric, by its usage, and what it has made before. */
export interface OtherKind {
  readonly KeyId: string;
  readonly made: string;
  /** What it was made with. */
  readonly token?: string;
}
/** By usage; or by origin: a symmetric key whose material was imported. */
export type OtherUsage = "SIGN_VERIFY" | "GENERATE_VERIFY_MAC" | "KEY_AGREEMENT" | "ENCAPSULATE_DECAPSULATE" | "EXTERNAL";

/** What a request of an operation may name. */
export interface Given {
  /** The id of the key that is in the state, an alias of it, and what it encrypted. */
  readonly KeyId: string;
  readonly alias: string;
  readonly ciphertext: string;
  /** A grant of the key, and the account's root. */
  readonly grant: { readonly GrantId: unknown; readonly GrantToken: unknown };
  readonly root: string;
  /** The same of a key that is enabled. */
  readonly other: Omit<Given, "other" | "kinds">;
  /** Keys in the same state. */
  readonly kinds: Readonly<Record<OtherUsage, OtherKind>>;
}

/** One operation on a key, or one of the places in its input where a key may stand. */
export interface Trial {
  readonly operation: string;
  /** The usage of the key that is in the state; absent: symmetric. Custom key stores, whose keys alone are unavailable, have no others. */
  readonly of?: OtherUsage;
  /** Where it is not the operation's row of the matrix that answers. */
  readonly always?: true;
  readonly input: (given: Given) => Readonly<Record<string, unknown>>;
  /** What a success makes of the key's state; the others stay. */
  readonly becomes?: Readonly<Partial<Record<KeyState, KeyState>>>;
  /** What a success keeps for an unavailable key until it is available again. */
  readonly becomesLater?: KeyState;
  /** The tables that a success changes. */
  readonly changes?: readonly string[];
  /** What a success says, as far as it depends on the state. */
  readonly says?: (state: KeyState) => Readonly<Record<string, unknown>>;
}

/** `more`: what the request has beside the key, of what was made with it. */
const by =
  (of: OtherUsage, common: Record<string, unknown>) =>
  (more: (made: string) => Record<string, unknown> = () => ({})): Pick<Trial, "of" | "input"> => ({
    of,
    input: ({ kinds: { [of]: kind } }) => ({ KeyId: kind.KeyId, ...common, ...more(kind.made) }),
  });
const signing = by("SIGN_VERIFY", { Message: "AA==", SigningAlgorithm: "ECDSA_SHA_256" });
const macs = by("GENERATE_VERIFY_MAC", { Message: "AA==", MacAlgorithm: "HMAC_SHA_256" });
const encapsulation = by("ENCAPSULATE_DECAPSULATE", { EncapsulationAlgorithm: "ML_KEM" });
const agreement = by("KEY_AGREEMENT", { KeyAgreementAlgorithm: "ECDH" })((PublicKey) => ({ PublicKey }));
const WRAPPING = { WrappingAlgorithm: "RSAES_OAEP_SHA_256", WrappingKeySpec: "RSA_2048" };
const parameters = by("EXTERNAL", WRAPPING)();
const given = by("EXTERNAL", {})();
const imported: Pick<Trial, "of" | "input"> = {
  of: "EXTERNAL",
  input: ({ kinds: { EXTERNAL: kind } }) => ({
    ...{ KeyId: kind.KeyId, ImportToken: kind.token, EncryptedKeyMaterial: kind.made },
    ...FOR_EVER,
  }),
};
const emptied = { Enabled: "PendingImport", Disabled: "PendingImport" } as const;
const pair = ({ KeyId }: Given) => ({ KeyId, KeyPairSpec: "ECC_NIST_P256" });

const named = ({ KeyId }: Given) => ({ KeyId });
const NEW_TAG = { TagKey: "new", TagValue: "" };
const POLICY = JSON.stringify({ Statement: { Effect: "Allow", Principal: "*", Action: "kms:*", Resource: "*" } });

const doomed = (state: KeyState): boolean => state === "PendingDeletion" || state === "PendingReplicaDeletion";
const cancelled = { PendingDeletion: "Disabled", PendingReplicaDeletion: "Disabled" } as const;
const scheduled = Object.fromEntries(KEY_STATES.map((state) => [state, "PendingDeletion" as const]));

/** What each of them is sent, and what a success brings about. */
// biome-ignore format: one operation, one row; the columns are the point.
export const TRIALS: Readonly<Record<string, Trial>> = {
  CancelKeyDeletion:               { operation: "CancelKeyDeletion", input: named, becomes: cancelled, changes: ["key"] },
  CreateAlias:                     { operation: "CreateAlias", input: ({ KeyId }) => ({ AliasName: "alias/new", TargetKeyId: KeyId }), changes: ["alias"] },
  CreateGrant:                     { operation: "CreateGrant", input: ({ KeyId, root }) => ({ KeyId, GranteePrincipal: root, Operations: ["Encrypt"] }), changes: ["grant"] },
  Decapsulate:                     { operation: "Decapsulate", ...encapsulation((SharedSecretCiphertextBlob) => ({ SharedSecretCiphertextBlob })) },
  Decrypt:                         { operation: "Decrypt", input: ({ ciphertext }) => ({ CiphertextBlob: ciphertext }) },
  "Decrypt, named":                { operation: "Decrypt", input: ({ KeyId, ciphertext }) => ({ KeyId, CiphertextBlob: ciphertext }) },
  DeleteAlias:                     { operation: "DeleteAlias", input: ({ alias }) => ({ AliasName: alias }), changes: ["alias"] },
  DeleteImportedKeyMaterial:       { operation: "DeleteImportedKeyMaterial", ...given, becomes: emptied, changes: ["material", "sealed"] },
  DeriveSharedSecret:              { operation: "DeriveSharedSecret", ...agreement },
  DescribeKey:                     { operation: "DescribeKey", input: named, says: (state) => ({ KeyMetadata: { KeyState: state, Enabled: state === "Enabled" } }) },
  DisableKey:                      { operation: "DisableKey", input: named, becomes: { Enabled: "Disabled" }, becomesLater: "Disabled" },
  DisableKeyRotation:              { operation: "DisableKeyRotation", input: named, changes: ["key", "deadline"] },
  Encapsulate:                     { operation: "Encapsulate", ...encapsulation() },
  EnableKey:                       { operation: "EnableKey", input: named, becomes: { Disabled: "Enabled" }, becomesLater: "Enabled" },
  EnableKeyRotation:               { operation: "EnableKeyRotation", input: ({ KeyId }) => ({ KeyId, RotationPeriodInDays: 90 }), changes: ["key", "deadline"] },
  Encrypt:                         { operation: "Encrypt", input: ({ KeyId }) => ({ KeyId, Plaintext: "AA==" }) },
  "Encrypt, by an alias":          { operation: "Encrypt", input: ({ alias }) => ({ KeyId: alias, Plaintext: "AA==" }) },
  GenerateDataKey:                 { operation: "GenerateDataKey", input: ({ KeyId }) => ({ KeyId, KeySpec: "AES_256" }) },
  GenerateDataKeyPair:             { operation: "GenerateDataKeyPair", input: pair },
  GenerateDataKeyPairWithoutPlaintext: { operation: "GenerateDataKeyPairWithoutPlaintext", input: pair },
  GenerateDataKeyWithoutPlaintext: { operation: "GenerateDataKeyWithoutPlaintext", input: ({ KeyId }) => ({ KeyId, KeySpec: "AES_256" }) },
  GenerateMac:                     { operation: "GenerateMac", ...macs() },
  GetKeyLastUsage:                 { operation: "GetKeyLastUsage", input: named },
  GetKeyPolicy:                    { operation: "GetKeyPolicy", input: named },
  GetKeyRotationStatus:            { operation: "GetKeyRotationStatus", input: named, says: (state) => ({ KeyRotationEnabled: !doomed(state) }) },
  GetParametersForImport:          { operation: "GetParametersForImport", ...parameters, changes: ["wrapping_key", "sealed", "deadline"] },
  GetPublicKey:                    { operation: "GetPublicKey", of: "SIGN_VERIFY", input: ({ kinds }) => ({ KeyId: kinds.SIGN_VERIFY.KeyId }) },
  ImportKeyMaterial:               { operation: "ImportKeyMaterial", ...imported, becomes: { PendingImport: "Enabled" }, changes: ["sealed"] },
  ListAliases:                     { operation: "ListAliases", input: named, says: () => ({ Aliases: [{ AliasName: "alias/subject" }] }) },
  ListGrants:                      { operation: "ListGrants", input: named, says: () => ({ Grants: [{ Operations: ["Decrypt"] }] }) },
  ListKeyPolicies:                 { operation: "ListKeyPolicies", input: named },
  ListKeyRotations:                { operation: "ListKeyRotations", input: named },
  ListResourceTags:                { operation: "ListResourceTags", input: named, says: () => ({ Tags: [{ TagKey: "old", TagValue: "" }] }) },
  PutKeyPolicy:                    { operation: "PutKeyPolicy", input: ({ KeyId }) => ({ KeyId, Policy: POLICY }), changes: ["key"] },
  "ReEncrypt from it":             { operation: "ReEncrypt", input: ({ ciphertext, other }) => ({ CiphertextBlob: ciphertext, DestinationKeyId: other.KeyId }) },
  "ReEncrypt to it":               { operation: "ReEncrypt", input: ({ KeyId, other }) => ({ CiphertextBlob: other.ciphertext, DestinationKeyId: KeyId }) },
  RetireGrant:                     { operation: "RetireGrant", input: ({ grant: { GrantToken } }) => ({ GrantToken }), changes: ["grant"] },
  "RetireGrant, named":            { operation: "RetireGrant", input: ({ KeyId, grant: { GrantId } }) => ({ KeyId, GrantId }), changes: ["grant"] },
  RevokeGrant:                     { operation: "RevokeGrant", input: ({ KeyId, grant: { GrantId } }) => ({ KeyId, GrantId }), changes: ["grant"] },
  RotateKeyOnDemand:               { operation: "RotateKeyOnDemand", input: named, changes: ["key", "material"] },
  ScheduleKeyDeletion:             { operation: "ScheduleKeyDeletion", input: named, becomes: scheduled, changes: ["key", "deadline"], says: () => ({ KeyState: "PendingDeletion" }) },
  Sign:                            { operation: "Sign", ...signing() },
  TagResource:                     { operation: "TagResource", input: ({ KeyId }) => ({ KeyId, Tags: [NEW_TAG] }), changes: ["tag"] },
  UntagResource:                   { operation: "UntagResource", input: ({ KeyId }) => ({ KeyId, TagKeys: ["old"] }), changes: ["tag"] },
  "UpdateAlias away from it":      { operation: "UpdateAlias", always: true, input: ({ alias, other }) => ({ AliasName: alias, TargetKeyId: other.KeyId }), changes: ["alias"] },
  "UpdateAlias to it":             { operation: "UpdateAlias", input: ({ KeyId, other }) => ({ AliasName: other.alias, TargetKeyId: KeyId }), changes: ["alias"] },
  UpdateKeyDescription:            { operation: "UpdateKeyDescription", input: ({ KeyId }) => ({ KeyId, Description: "new" }), changes: ["key"] },
  Verify:                          { operation: "Verify", ...signing((Signature) => ({ Signature })) },
  VerifyMac:                       { operation: "VerifyMac", ...macs((Mac) => ({ Mac })) },
};

/** The error of each letter; its text stands behind the key's ARN. */
export const REFUSALS: Readonly<Record<string, readonly [type: string, text: string]>> = {
  C: ["KMSInvalidStateException", "is creating."],
  D: ["DisabledException", "is disabled."],
  I: ["KMSInvalidStateException", "is pending import."],
  N: ["KMSInvalidStateException", "is not pending deletion."],
  O: ["UnsupportedOperationException", "origin is EXTERNAL which is not valid for this operation."],
  P: ["KMSInvalidStateException", "is pending deletion."],
  U: ["KMSInvalidStateException", "is unavailable."],
  Up: ["KMSInvalidStateException", "is updating."],
  X: ["UnsupportedOperationException", "origin is AWS_CLOUDHSM which is not valid for this operation."],
};

/** Operations that act on no key. */
export const KEYLESS: readonly string[] = ["CreateKey", "GenerateRandom", "ListKeys", "ListRetirableGrants"];

/** The one origin of which a key in a state can be. */
export const ORIGIN_IN: Readonly<Partial<Record<KeyState, Origin>>> = {
  PendingImport: "EXTERNAL",
  Unavailable: "AWS_CLOUDHSM",
};

/** What is expected of one trial in one state. */
export interface Expected {
  readonly answer: string;
  /** The key's state afterwards, and what a success says. */
  readonly becomes: KeyState;
  readonly says: Readonly<Record<string, unknown>>;
}
