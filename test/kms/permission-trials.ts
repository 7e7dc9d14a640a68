// The permissions that each operation takes: which action, on what. Sources: KMS developer guide, "AWS KMS permissions"; KMS API reference,
// "Required permissions". The table judges src/kms/table.ts and src/kms/resources.ts, so nothing here is taken from them.

import { type Given, TRIALS, type Trial } from "./key-state-trials.ts";

/** What a permission is on. `ciphertext`: the trial's key, which nothing but the ciphertext names; `unnamed`: everything, without a word of it. */
export type On =
  | "key"
  | "other key"
  | "ciphertext"
  | "other ciphertext"
  | "alias"
  | "other alias"
  | "new alias"
  | "*"
  | "unnamed"
  | "root";

/** An action, without its `kms:`, on something. */
export type Right = readonly [action: string, on: On];

export interface PermissionTrial extends Pick<Trial, "operation" | "of" | "input"> {
  /** In the order in which they are asked. */
  readonly rights: readonly Right[];
}

/** Trials of no key; and of what stands apart for its permissions alone. */
const OWN: Readonly<Record<string, Pick<Trial, "operation" | "input">>> = {
  CreateKey: { operation: "CreateKey", input: () => ({}) },
  "CreateKey with tags": { operation: "CreateKey", input: () => ({ Tags: [{ TagKey: "new", TagValue: "" }] }) },
  GenerateRandom: { operation: "GenerateRandom", input: () => ({ NumberOfBytes: 1 }) },
  ListKeys: { operation: "ListKeys", input: () => ({}) },
  "ListAliases of all": { operation: "ListAliases", input: () => ({}) },
  ListRetirableGrants: { operation: "ListRetirableGrants", input: ({ root }) => ({ RetiringPrincipal: root }) },
  "ReEncrypt, named": {
    operation: "ReEncrypt",
    input: ({ KeyId, ciphertext, other }) => ({
      ...{ CiphertextBlob: ciphertext, SourceKeyId: KeyId },
      DestinationKeyId: other.KeyId,
    }),
  },
};

/** The rights of every trial whose operation asks its own action on the key that it names are not written out: `key`. */
const key = undefined;

// biome-ignore format: one trial, one row.
const RIGHTS: Readonly<Record<string, readonly Right[] | undefined>> = {
  CancelKeyDeletion: key,
  CreateAlias: [["CreateAlias", "new alias"], ["CreateAlias", "key"]],
  CreateGrant: key,
  CreateKey: [["CreateKey", "*"]],
  "CreateKey with tags": [["CreateKey", "*"], ["TagResource", "unnamed"]],
  Decapsulate: key,
  Decrypt: [["Decrypt", "ciphertext"]],
  "Decrypt, named": key,
  DeleteAlias: [["DeleteAlias", "alias"], ["DeleteAlias", "key"]],
  DeleteImportedKeyMaterial: key,
  DeriveSharedSecret: key,
  DescribeKey: key,
  DisableKey: key,
  DisableKeyRotation: key,
  Encapsulate: key,
  EnableKey: key,
  EnableKeyRotation: key,
  Encrypt: key,
  "Encrypt, by an alias": key,
  GenerateDataKey: key,
  GenerateDataKeyPair: key,
  GenerateDataKeyPairWithoutPlaintext: key,
  GenerateDataKeyWithoutPlaintext: key,
  GenerateMac: key,
  GenerateRandom: [["GenerateRandom", "*"]],
  GetKeyLastUsage: key,
  GetKeyPolicy: key,
  GetKeyRotationStatus: key,
  GetParametersForImport: key,
  GetPublicKey: key,
  ImportKeyMaterial: key,
  ListAliases: [["ListAliases", "*"]],
  "ListAliases of all": [["ListAliases", "*"]],
  ListGrants: key,
  ListKeyPolicies: key,
  ListKeyRotations: key,
  ListKeys: [["ListKeys", "*"]],
  ListResourceTags: key,
  ListRetirableGrants: [["ListRetirableGrants", "root"]],
  PutKeyPolicy: key,
  "ReEncrypt from it": [["ReEncryptFrom", "ciphertext"], ["ReEncryptTo", "other key"]],
  "ReEncrypt to it": [["ReEncryptFrom", "other ciphertext"], ["ReEncryptTo", "key"]],
  "ReEncrypt, named": [["ReEncryptFrom", "key"], ["ReEncryptTo", "other key"]],
  RetireGrant: key,
  "RetireGrant, named": key,
  RevokeGrant: key,
  RotateKeyOnDemand: key,
  ScheduleKeyDeletion: key,
  Sign: key,
  TagResource: key,
  UntagResource: key,
  "UpdateAlias away from it": [["UpdateAlias", "alias"], ["UpdateAlias", "key"], ["UpdateAlias", "other key"]],
  "UpdateAlias to it": [["UpdateAlias", "other alias"], ["UpdateAlias", "other key"], ["UpdateAlias", "key"]],
  UpdateKeyDescription: key,
  Verify: key,
  VerifyMac: key,
};

export const PERMISSION_TRIALS: ReadonlyMap<string, PermissionTrial> = new Map(
  Object.entries(RIGHTS).map(([name, rights]) => {
    const trial = OWN[name] ?? TRIALS[name];
    if (trial === undefined) throw new Error(`there is no trial ${name}`);
    return [name, { ...trial, rights: rights ?? [[trial.operation, "key"]] }];
  }),
);

/** Source: KMS developer guide, "Allowing users in other accounts to use a KMS key". */
export const ACROSS_ACCOUNTS: readonly string[] = [
  ...["CreateGrant", "Decapsulate", "Decrypt", "DeriveSharedSecret", "DescribeKey", "Encapsulate", "Encrypt", "GenerateDataKey"],
  ...["GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext", "GenerateDataKeyWithoutPlaintext", "GenerateMac"],
  ...["GetKeyRotationStatus", "GetPublicKey", "ListGrants", "ReEncrypt", "RevokeGrant", "Sign", "Verify", "VerifyMac"],
];

/** The operation of which no key policy has a say. */
export const BY_THE_GRANT = "RetireGrant";

const subjectOf = ({ of }: PermissionTrial, given: Given): string => (of === undefined ? given : given.kinds[of]).KeyId;

/** The id of the key that a permission is on; undefined: it is on no key. */
export function keyOf(on: On, trial: PermissionTrial, given: Given): string | undefined {
  if (on === "key" || on === "ciphertext") return subjectOf(trial, given);
  return on === "other key" || on === "other ciphertext" ? given.other.KeyId : undefined;
}

/** The resource of a permission, as a policy names it. */
export function arnOf(on: On, trial: PermissionTrial, given: Given, account: string): string {
  if (on === "*" || on === "unnamed") return "*";
  if (on === "root") return given.root;
  const id = keyOf(on, trial, given);
  if (id !== undefined) return `arn:aws:kms:us-east-1:${account}:key/${id}`;
  const aliases = { alias: given.alias, "other alias": given.other.alias, "new alias": "alias/new" };
  return `arn:aws:kms:us-east-1:${account}:${aliases[on as keyof typeof aliases]}`;
}

/** The resource of a permission, as a refusal names it. */
export function wordsOf(on: On, arn: string): string {
  if (on === "unnamed") return "";
  return on === "ciphertext" || on === "other ciphertext"
    ? " on the resource associated with this ciphertext"
    : ` on resource: ${arn}`;
}
