// Every operation of the service, a row each, with everything the pipeline must know to guard and record it. A diff of this file is a
// diff of the attack surface: read down a column. Sources: KMS API reference ("Required permissions", "Cross-account use"), developer
// guide ("Key states of AWS KMS keys", "Condition keys for AWS KMS", "Request quotas"), CloudTrail's log entries of KMS.

import { parse } from "../keyring/ciphertext.ts";
import type { KeyState } from "../keyring/key.ts";
import type { Bytes } from "../wire/bytes.ts";
import { type Operation, planned, type Resource, row } from "./operation.ts";
import * as aliases from "./operations/aliases.ts";
import * as dataKeys from "./operations/data-keys.ts";
import * as encryption from "./operations/encryption.ts";
import * as keys from "./operations/keys.ts";
import * as usage from "./operations/last-use.ts";
import * as lifecycle from "./operations/lifecycle.ts";
import * as policies from "./operations/policies.ts";
import * as rotation from "./operations/rotation.ts";
import * as tags from "./operations/tags.ts";

// Key states that an operation accepts; none named: all.
const usable: readonly KeyState[] = ["Enabled", "Updating"];
const switchable: readonly KeyState[] = ["Enabled", "Disabled", "Unavailable"];
const importable: readonly KeyState[] = ["Enabled", "Disabled", "PendingImport"];
const doomed: readonly KeyState[] = ["PendingDeletion", "PendingReplicaDeletion"];
const alive: readonly KeyState[] = ["Creating", "Enabled", "Disabled", "PendingImport", "Unavailable", "Updating"];
const deletable: readonly KeyState[] = ["Creating", "Enabled", "Disabled", "PendingImport", "Unavailable"];

// Kinds of keys that rotate: by the calendar, and at all.
const calendar: Operation["kind"] = { origins: ["AWS_KMS"], spec: "SYMMETRIC_DEFAULT" };
const calendarFirst: Operation["kind"] = { ...calendar, beforeState: true };
const rotatable: Operation["kind"] = { origins: ["AWS_KMS", "EXTERNAL"], spec: "SYMMETRIC_DEFAULT" };

const words = (text: string): readonly string[] => text.split(" ").filter((word) => word !== "");

// Condition keys that an operation adds to those every operation on a key has (authz/conditions.ts).
const aliased = words("kms:RequestAlias");
const cipher = words("kms:EncryptionAlgorithm kms:EncryptionContext: kms:EncryptionContextKeys kms:RequestAlias");
const pair = [...cipher, "kms:DataKeyPairSpec"];
const recrypt = [...cipher, "kms:ReEncryptOnSameKey"];
const signature = words("kms:SigningAlgorithm kms:MessageType kms:RequestAlias");
const mac = words("kms:MacAlgorithm kms:RequestAlias");
const agreement = words("kms:KeyAgreementAlgorithm kms:RequestAlias");
const creation = words(
  "kms:BypassPolicyLockoutSafetyCheck kms:KeySpec kms:KeyUsage kms:KeyOrigin kms:MultiRegion kms:MultiRegionKeyType aws:RequestTag/ aws:TagKeys",
);
const grant = words(
  "kms:GrantConstraintType kms:GranteePrincipal kms:GrantIsForAWSResource kms:GrantOperations kms:RetiringPrincipal kms:EncryptionContext: kms:EncryptionContextKeys",
);
const granted = words("kms:GrantIsForAWSResource");
const wrapping = words("kms:WrappingAlgorithm kms:WrappingKeySpec");
const expiry = words("kms:ExpirationModel kms:ValidTo");
const lockout = words("kms:BypassPolicyLockoutSafetyCheck");
const tagged = words("aws:RequestTag/ aws:TagKeys");
const untagged = words("aws:TagKeys");
const period = words("kms:RotationPeriodInDays");
const window = words("kms:ScheduleKeyDeletionPendingWindowInDays");
const replica = words("kms:ReplicaRegion");
const primary = words("kms:PrimaryRegion");

// What an operation acts on. These bear absent members.
const nothing = (): Resource[] => [];
const key = ({ KeyId }: { KeyId: string }): Resource[] => [{ kind: "key", id: KeyId, aliases: false }];
const keyOrAlias = ({ KeyId }: { KeyId: string }): Resource[] => [{ kind: "key", id: KeyId, aliases: true }];

const keyIfNamed = ({ KeyId }: { KeyId?: string }): Resource[] => (KeyId === undefined ? [] : key({ KeyId }));
const alias = ({ AliasName }: { AliasName: string }): Resource[] => [{ kind: "alias", name: AliasName, isNew: false }];
const aliasAndKey = ({ AliasName, TargetKeyId }: { AliasName: string; TargetKeyId: string }): Resource[] => [
  ...alias({ AliasName }),
  ...key({ KeyId: TargetKeyId }),
];
const newAlias = ({ AliasName, TargetKeyId }: { AliasName: string; TargetKeyId: string }): Resource[] => [
  { kind: "alias", name: AliasName, isNew: true },
  ...key({ KeyId: TargetKeyId }),
];

interface Ciphered {
  readonly CiphertextBlob?: Bytes;
  readonly DryRunModifiers?: readonly string[];
}

/** A ciphertext names its key by itself, unless it is an asymmetric one or was left out of a dry run. */
function source(
  { CiphertextBlob, DryRunModifiers = [] }: Ciphered,
  id: string | undefined,
  algorithm: string,
  action?: string,
): Resource {
  const named = algorithm !== "SYMMETRIC_DEFAULT" || DryRunModifiers.includes("IGNORE_CIPHERTEXT");
  const asked = action === undefined ? {} : { action };
  if (named && id !== undefined) return { kind: "key", id, aliases: true, ...asked };
  return { kind: "ciphertext", ciphertext: CiphertextBlob === undefined ? undefined : parse(CiphertextBlob), id, ...asked };
}

const ciphertext = (input: Ciphered & { KeyId?: string; EncryptionAlgorithm: string }): Resource[] => [
  source(input, input.KeyId, input.EncryptionAlgorithm),
];
const bothKeys = (
  input: Ciphered & { SourceKeyId?: string; SourceEncryptionAlgorithm: string; DestinationKeyId: string },
): Resource[] => [
  source(input, input.SourceKeyId, input.SourceEncryptionAlgorithm, "ReEncryptFrom"),
  { kind: "key", id: input.DestinationKeyId, aliases: true, action: "ReEncryptTo" },
];

// biome-ignore format: one operation, one row; the columns are the point.
export const OPERATIONS = {
  CancelKeyDeletion:                   row(lifecycle.cancelKeyDeletion,              { on: key,         decider: "owner",     states: doomed,                                                                             effect: "write", rate: "manage", keep: words("KeyId"), keepAnswer: words("KeyId") }),
  ConnectCustomKeyStore:               planned(                                      {                  decider: "account",                                                                                               effect: "write", rate: "manage", keep: words("CustomKeyStoreId") }),
  CreateAlias:                         row(aliases.createAlias,                      { on: newAlias,    decider: "owner",     states: alive,                                                                              effect: "write", rate: "manage", keep: words("AliasName TargetKeyId") }),
  CreateCustomKeyStore:                planned(                                      {                  decider: "account",                                                                                               effect: "write", rate: "manage", keep: words("CustomKeyStoreName CustomKeyStoreType CloudHsmClusterId XksProxyUriEndpoint XksProxyUriPath XksProxyConnectivity XksProxyVpcEndpointServiceName"), keepAnswer: words("CustomKeyStoreId") }),
  CreateGrant:                         planned(                                      {                  decider: "grantee",   states: [...usable, "Unavailable"],  conditions: grant,                                     effect: "write", rate: "grant", keep: words("KeyId GranteePrincipal Operations Constraints RetiringPrincipal Name"), keepAnswer: words("GrantId") }),
  CreateKey:                           row(keys.createKey,                           { on: nothing,     decider: "account",                                        conditions: creation,                                  effect: "write", rate: "manage", keep: words("Policy Description Origin KeySpec CustomerMasterKeySpec KeyUsage BypassPolicyLockoutSafetyCheck MultiRegion Tags CustomKeyStoreId XksKeyId"), keepAnswer: words("KeyMetadata"), fill: keys.filled }),
  Decapsulate:                         planned(                                      {                  decider: "grantee",   states: usable,                      usage: "ENCAPSULATE_DECAPSULATE", conditions: aliased, effect: "read",  rate: "crypto", keep: words("KeyId EncapsulationAlgorithm") }),
  Decrypt:                             row(encryption.decrypt,                       { on: ciphertext,  decider: "grantee",   states: usable,                      usage: "ENCRYPT_DECRYPT", conditions: cipher,          effect: "read",  rate: "crypto", keep: words("EncryptionAlgorithm KeyId EncryptionContext") }),
  DeleteAlias:                         row(aliases.deleteAlias,                      { on: alias,       decider: "owner",                                                                                                 effect: "write", rate: "change", keep: words("AliasName") }),
  DeleteCustomKeyStore:                planned(                                      {                  decider: "account",                                                                                               effect: "write", rate: "manage", keep: words("CustomKeyStoreId") }),
  DeleteImportedKeyMaterial:           planned(                                      {                  decider: "owner",     states: [...importable, ...doomed],                                                         effect: "takeAway", rate: "manage", keep: words("KeyId KeyMaterialId"), keepAnswer: words("KeyId KeyMaterialId") }),
  DeriveSharedSecret:                  planned(                                      {                  decider: "grantee",   states: usable,                      usage: "KEY_AGREEMENT", conditions: agreement,         effect: "read",  rate: "crypto", keep: words("KeyId KeyAgreementAlgorithm") }),
  DescribeCustomKeyStores:             planned(                                      {                  decider: "account",                                                                                               effect: "read",  rate: "manage", keep: words("CustomKeyStoreId CustomKeyStoreName Limit Marker") }),
  DescribeKey:                         row(keys.describeKey,                         { on: keyOrAlias,  decider: "grantee",                                        conditions: aliased,                                   effect: "read",  rate: "describe", keep: words("KeyId") }),
  DisableKey:                          row(keys.disableKey,                          { on: key,         decider: "owner",     states: switchable,                                                                         effect: "takeAway", rate: "manage", keep: words("KeyId") }),
  DisableKeyRotation:                  row(rotation.disableKeyRotation,              { on: key,         decider: "owner",     states: usable,                                                                             effect: "write", rate: "manage", kind: calendarFirst, keep: words("KeyId") }),
  DisconnectCustomKeyStore:            planned(                                      {                  decider: "account",                                                                                               effect: "takeAway", rate: "manage", keep: words("CustomKeyStoreId") }),
  Encapsulate:                         planned(                                      {                  decider: "grantee",   states: usable,                      usage: "ENCAPSULATE_DECAPSULATE", conditions: aliased, effect: "read",  rate: "crypto", keep: words("KeyId EncapsulationAlgorithm") }),
  EnableKey:                           row(keys.enableKey,                           { on: key,         decider: "owner",     states: switchable,                                                                         effect: "write", rate: "manage", keep: words("KeyId") }),
  EnableKeyRotation:                   row(rotation.enableKeyRotation,               { on: key,         decider: "owner",     states: usable,                      conditions: period,                                    effect: "write", rate: "change", kind: calendarFirst, keep: words("KeyId RotationPeriodInDays") }),
  Encrypt:                             row(encryption.encrypt,                       { on: keyOrAlias,  decider: "grantee",   states: usable,                      usage: "ENCRYPT_DECRYPT", conditions: cipher,          effect: "read",  rate: "crypto", keep: words("KeyId EncryptionAlgorithm EncryptionContext") }),
  GenerateDataKey:                     row(dataKeys.generateDataKey,                 { on: keyOrAlias,  decider: "grantee",   states: usable,                      usage: "ENCRYPT_DECRYPT", conditions: cipher,          effect: "read",  rate: "crypto", keep: words("KeyId KeySpec NumberOfBytes EncryptionContext") }),
  GenerateDataKeyPair:                 planned(                                      {                  decider: "grantee",   states: usable,                      usage: "ENCRYPT_DECRYPT", conditions: pair,            effect: "read",  rate: "pair", keep: words("KeyId KeyPairSpec EncryptionContext") }),
  GenerateDataKeyPairWithoutPlaintext: planned(                                      {                  decider: "grantee",   states: usable,                      usage: "ENCRYPT_DECRYPT", conditions: pair,            effect: "read",  rate: "pair", keep: words("KeyId KeyPairSpec EncryptionContext") }),
  GenerateDataKeyWithoutPlaintext:     row(dataKeys.generateDataKeyWithoutPlaintext, { on: keyOrAlias,  decider: "grantee",   states: usable,                      usage: "ENCRYPT_DECRYPT", conditions: cipher,          effect: "read",  rate: "crypto", keep: words("KeyId KeySpec NumberOfBytes EncryptionContext") }),
  GenerateMac:                         planned(                                      {                  decider: "grantee",   states: usable,                      usage: "GENERATE_VERIFY_MAC", conditions: mac,         effect: "read",  rate: "crypto", keep: words("KeyId MacAlgorithm") }),
  GenerateRandom:                      row(dataKeys.generateRandom,                  { on: nothing,     decider: "account",                                                                                               effect: "read",  rate: "crypto", keep: words("") }),
  GetKeyLastUsage:                     row(usage.getKeyLastUsage,                    { on: key,         decider: "owner",                                                                                                 effect: "read",  rate: "status", keep: words("KeyId") }),
  GetKeyPolicy:                        row(policies.getKeyPolicy,                    { on: key,         decider: "owner",                                                                                                 effect: "read",  rate: "status", keep: words("KeyId PolicyName") }),
  GetKeyRotationStatus:                row(rotation.getKeyRotationStatus,            { on: key,         decider: "neighbour",                                                                                             effect: "read",  rate: "status", kind: calendar, keep: words("KeyId") }),
  GetParametersForImport:              planned(                                      {                  decider: "owner",     states: importable,                  conditions: wrapping,                                  effect: "read",  rate: "importing", keep: words("KeyId WrappingAlgorithm WrappingKeySpec") }),
  GetPublicKey:                        planned(                                      {                  decider: "grantee",   states: usable,                      conditions: aliased,                                   effect: "read",  rate: "describe", keep: words("KeyId") }),
  ImportKeyMaterial:                   planned(                                      {                  decider: "owner",     states: [...importable, "Updating"], conditions: expiry,                                    effect: "write", rate: "manage", keep: words("KeyId ValidTo ExpirationModel ImportType KeyMaterialDescription KeyMaterialId"), keepAnswer: words("KeyId KeyMaterialId") }),
  ListAliases:                         row(aliases.listAliases,                      { on: keyIfNamed,  decider: "account",                                                                                               effect: "read",  rate: "list", keep: words("KeyId Limit Marker") }),
  ListGrants:                          planned(                                      {                  decider: "neighbour",                                      conditions: granted,                                   effect: "read",  rate: "listOfKey", keep: words("KeyId Limit Marker GrantId GranteePrincipal") }),
  ListKeyPolicies:                     row(policies.listKeyPolicies,                 { on: key,         decider: "owner",                                                                                                 effect: "read",  rate: "listOfKey", keep: words("KeyId Limit Marker") }),
  ListKeyRotations:                    row(rotation.listKeyRotations,                { on: key,         decider: "owner",                                                                                                 effect: "read",  rate: "listOfKey", kind: rotatable, keep: words("KeyId IncludeKeyMaterial Limit Marker") }),
  ListKeys:                            row(keys.listKeys,                            { on: nothing,     decider: "account",                                                                                               effect: "read",  rate: "list", keep: words("Limit Marker") }),
  ListResourceTags:                    row(tags.listResourceTags,                    { on: key,         decider: "owner",                                                                                                 effect: "read",  rate: "describe", keep: words("KeyId Limit Marker") }),
  ListRetirableGrants:                 planned(                                      {                  decider: "account",                                                                                               effect: "read",  rate: "listOfKey", keep: words("RetiringPrincipal Limit Marker") }),
  PutKeyPolicy:                        row(policies.putKeyPolicy,                    { on: key,         decider: "owner",                                          conditions: lockout,                                   effect: "takeAway", rate: "change", keep: words("KeyId PolicyName Policy BypassPolicyLockoutSafetyCheck") }),
  ReEncrypt:                           row(encryption.reEncrypt,                     { on: bothKeys,    decider: "grantee",   states: usable,                      usage: "ENCRYPT_DECRYPT", conditions: recrypt,         effect: "read",  rate: "crypto", keep: words("SourceEncryptionAlgorithm SourceEncryptionContext SourceKeyId DestinationEncryptionAlgorithm DestinationEncryptionContext DestinationKeyId") }),
  ReplicateKey:                        planned(                                      {                  decider: "owner",     states: ["Enabled"],                 conditions: replica,                                   effect: "write", rate: "manage", keep: words("KeyId ReplicaRegion BypassPolicyLockoutSafetyCheck Description Tags Policy"), keepAnswer: words("ReplicaKeyMetadata ReplicaPolicy") }),
  RetireGrant:                         planned(                                      {                  decider: "retirer",                                                                                               effect: "takeAway", rate: "ungrant", keep: words("KeyId GrantId") }),
  RevokeGrant:                         planned(                                      {                  decider: "neighbour",                                      conditions: granted,                                   effect: "takeAway", rate: "ungrant", keep: words("KeyId GrantId") }),
  RotateKeyOnDemand:                   row(rotation.rotateKeyOnDemand,               { on: key,         decider: "owner",     states: ["Enabled"],                                                                        effect: "write", rate: "manage", kind: rotatable, keep: words("KeyId"), keepAnswer: words("KeyId") }),
  ScheduleKeyDeletion:                 row(lifecycle.scheduleKeyDeletion,            { on: key,         decider: "owner",     states: deletable,                   conditions: window,                                    effect: "takeAway", rate: "change", keep: words("KeyId PendingWindowInDays"), keepAnswer: words("KeyId KeyState DeletionDate PendingWindowInDays") }),
  Sign:                                planned(                                      {                  decider: "grantee",   states: usable,                      usage: "SIGN_VERIFY", conditions: signature,           effect: "read",  rate: "crypto", keep: words("KeyId MessageType SigningAlgorithm") }),
  TagResource:                         row(tags.tagResource,                         { on: key,         decider: "owner",     states: alive,                       conditions: tagged,                                    effect: "write", rate: "tag", keep: words("KeyId Tags") }),
  UntagResource:                       row(tags.untagResource,                       { on: key,         decider: "owner",     states: alive,                       conditions: untagged,                                  effect: "write", rate: "manage", keep: words("KeyId TagKeys") }),
  UpdateAlias:                         row(aliases.updateAlias,                      { on: aliasAndKey, decider: "owner",     states: alive,                                                                              effect: "write", rate: "manage", keep: words("AliasName TargetKeyId") }),
  UpdateCustomKeyStore:                planned(                                      {                  decider: "account",                                                                                               effect: "write", rate: "manage", keep: words("CustomKeyStoreId NewCustomKeyStoreName CloudHsmClusterId XksProxyUriEndpoint XksProxyUriPath XksProxyConnectivity XksProxyVpcEndpointServiceName") }),
  UpdateKeyDescription:                row(keys.updateKeyDescription,                { on: key,         decider: "owner",     states: alive,                                                                              effect: "write", rate: "manage", keep: words("KeyId Description") }),
  UpdatePrimaryRegion:                 planned(                                      {                  decider: "owner",     states: usable,                      conditions: primary,                                   effect: "write", rate: "manage", keep: words("KeyId PrimaryRegion") }),
  Verify:                              planned(                                      {                  decider: "grantee",   states: usable,                      usage: "SIGN_VERIFY", conditions: signature,           effect: "read",  rate: "crypto", keep: words("KeyId MessageType SigningAlgorithm") }),
  VerifyMac:                           planned(                                      {                  decider: "grantee",   states: usable,                      usage: "GENERATE_VERIFY_MAC", conditions: mac,         effect: "read",  rate: "crypto", keep: words("KeyId MacAlgorithm") }),
} satisfies Record<string, Operation>;

export type OperationName = keyof typeof OPERATIONS;

/** The row of an operation. A name from outside selects; it never reaches a prototype. */
export function operation(name: string): Operation | undefined {
  return Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name as OperationName] : undefined;
}
