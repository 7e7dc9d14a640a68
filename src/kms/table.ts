// Every operation of the service, a row each, with everything the pipeline must know to guard it. A diff of this file is a diff of the
// attack surface: read down a column. What a record keeps of each operation stands in records.ts. Sources: KMS API reference ("Required
// permissions", "Cross-account use"), developer guide ("Key states of AWS KMS keys", "Condition keys for AWS KMS", "Request quotas").

import {
  agreement,
  aliased,
  called,
  cipher,
  creation,
  expiry,
  granted,
  granting,
  keyPair,
  lockout,
  macs,
  period,
  primary,
  recrypt,
  replica,
  retiring,
  signature,
  tagged,
  untagged,
  unused,
  window,
  wrapping,
} from "./condition-keys.ts";
import { type Decider, type KeysOf, type Operation, planned, row, type States } from "./operation.ts";
import { deriveSharedSecret } from "./operations/agreement.ts";
import { createAlias, deleteAlias, listAliases, updateAlias } from "./operations/aliases.ts";
import {
  generateDataKey,
  generateDataKeyPair,
  generateDataKeyPairWithoutPlaintext,
  generateDataKeyWithoutPlaintext,
  generateRandom,
} from "./operations/data-keys.ts";
import { decapsulate, encapsulate } from "./operations/encapsulation.ts";
import { decrypt, encrypt, reEncrypt } from "./operations/encryption.ts";
import { createGrant, listGrants, listRetirableGrants, retireGrant, revokeGrant } from "./operations/grants.ts";
import { deleteImportedKeyMaterial, getParametersForImport, importKeyMaterial } from "./operations/imports.ts";
import {
  createKey,
  describeKey,
  disableKey,
  enableKey,
  getPublicKey,
  listKeys,
  updateKeyDescription,
} from "./operations/keys.ts";
import { getKeyLastUsage } from "./operations/last-use.ts";
import { cancelKeyDeletion, scheduleKeyDeletion } from "./operations/lifecycle.ts";
import { generateMac, verifyMac } from "./operations/macs.ts";
import { getKeyPolicy, listKeyPolicies, putKeyPolicy } from "./operations/policies.ts";
import {
  disableKeyRotation,
  enableKeyRotation,
  getKeyRotationStatus,
  listKeyRotations,
  rotateKeyOnDemand,
} from "./operations/rotation.ts";
import { sign, verify } from "./operations/signing.ts";
import { listResourceTags, tagResource, untagResource } from "./operations/tags.ts";
import {
  alias,
  aliasAndKey,
  allOfKey,
  bothKeys,
  ciphertext,
  everything,
  key,
  keyOrAlias,
  keyToBe,
  newAlias,
  principal,
  retirable,
} from "./resources.ts";

/** A column that asks for nothing: every state, every key, no condition key of its own. */
const _ = undefined;

// Deciders.
const [account, owner, neighbour, grantee, retirer] = [
  "account",
  "owner",
  "neighbour",
  "grantee",
  "retirer",
] as const satisfies Decider[];

// Key states that an operation accepts.
const enabled: States = ["Enabled"];
const usable: States = ["Enabled", "Updating"];
const grantable: States = [...usable, "Unavailable"];
const switchable: States = ["Enabled", "Disabled", "Unavailable"];
const importable: States = ["Enabled", "Disabled", "PendingImport"];
const importableOrUpdating: States = [...importable, "Updating"];
const doomed: States = ["PendingDeletion", "PendingReplicaDeletion"];
const withMaterial: States = [...importable, ...doomed];
const alive: States = ["Creating", "Enabled", "Disabled", "PendingImport", "Unavailable", "Updating"];
const deletable: States = ["Creating", "Enabled", "Disabled", "PendingImport", "Unavailable"];

// Keys that an operation takes: of a usage; a pair; of an origin; or such as rotate by the calendar, or at all.
const CIPHER: KeysOf = { usage: "ENCRYPT_DECRYPT" };
const SIGNING: KeysOf = { usage: "SIGN_VERIFY" };
const MAC: KeysOf = { usage: "GENERATE_VERIFY_MAC" };
const AGREEMENT: KeysOf = { usage: "KEY_AGREEMENT" };
const ENCAPSULATION: KeysOf = { usage: "ENCAPSULATE_DECAPSULATE" };
const PAIR: KeysOf = { kind: { isPair: true, beforeState: true } };
const imported: KeysOf = { kind: { origins: ["EXTERNAL"], beforeState: true } };
const ownOrigin: KeysOf = { kind: { origins: ["AWS_KMS"] } };
const calendarFirst: KeysOf = { kind: { origins: ["AWS_KMS"], spec: "SYMMETRIC_DEFAULT", beforeState: true } };
const rotatable: KeysOf = { kind: { origins: ["AWS_KMS", "EXTERNAL"], spec: "SYMMETRIC_DEFAULT" } };

// Effects.
const [read, write, takeAway] = ["read", "write", "takeAway"] as const;

// Request-rate classes.
const [crypto, pair, making, describe, status] = ["crypto", "pair", "creation", "describe", "status"] as const;
const [list, listOfKey] = ["list", "listOfKey"] as const;
const [grant, ungrant, change, tag, manage, importing] = ["grant", "ungrant", "change", "tag", "manage", "importing"] as const;

// biome-ignore format: one operation, one row; the columns are the point.
export const OPERATIONS = {
  //                                           schema, handler                      acts on      decider    in states             of keys        conditions effect    rate
  CancelKeyDeletion:                   row(    cancelKeyDeletion,                   key,         owner,     doomed,               _,             _,         write,    manage),
  ConnectCustomKeyStore:               planned(                                     _,           account,   _,                    _,             called,    write,    manage),
  CreateAlias:                         row(    createAlias,                         newAlias,    owner,     alive,                _,             called,    write,    manage),
  CreateCustomKeyStore:                planned(                                     _,           account,   _,                    _,             called,    write,    manage),
  CreateGrant:                         row(    createGrant,                         key,         grantee,   grantable,            _,             granting,  write,    grant),
  CreateKey:                           row(    createKey,                           keyToBe,     account,   _,                    _,             creation,  write,    making),
  Decapsulate:                         row(    decapsulate,                         keyOrAlias,  grantee,   usable,               ENCAPSULATION, aliased,   read,     crypto),
  Decrypt:                             row(    decrypt,                             ciphertext,  grantee,   usable,               CIPHER,        cipher,    read,     crypto),
  DeleteAlias:                         row(    deleteAlias,                         alias,       owner,     _,                    _,             called,    write,    change),
  DeleteCustomKeyStore:                planned(                                     _,           account,   _,                    _,             called,    write,    manage),
  DeleteImportedKeyMaterial:           row(    deleteImportedKeyMaterial,           key,         owner,     withMaterial,         imported,      _,         takeAway, manage),
  DeriveSharedSecret:                  row(    deriveSharedSecret,                  keyOrAlias,  grantee,   usable,               AGREEMENT,     agreement, read,     crypto),
  DescribeCustomKeyStores:             planned(                                     _,           account,   _,                    _,             called,    read,     manage),
  DescribeKey:                         row(    describeKey,                         keyOrAlias,  grantee,   _,                    _,             aliased,   read,     describe),
  DisableKey:                          row(    disableKey,                          key,         owner,     switchable,           _,             unused,    takeAway, manage),
  DisableKeyRotation:                  row(    disableKeyRotation,                  key,         owner,     usable,               calendarFirst, _,         write,    manage),
  DisconnectCustomKeyStore:            planned(                                     _,           account,   _,                    _,             called,    takeAway, manage),
  Encapsulate:                         row(    encapsulate,                         keyOrAlias,  grantee,   usable,               ENCAPSULATION, aliased,   read,     crypto),
  EnableKey:                           row(    enableKey,                           key,         owner,     switchable,           _,             _,         write,    manage),
  EnableKeyRotation:                   row(    enableKeyRotation,                   key,         owner,     usable,               calendarFirst, period,    write,    change),
  Encrypt:                             row(    encrypt,                             keyOrAlias,  grantee,   usable,               CIPHER,        cipher,    read,     crypto),
  GenerateDataKey:                     row(    generateDataKey,                     keyOrAlias,  grantee,   usable,               CIPHER,        cipher,    read,     crypto),
  GenerateDataKeyPair:                 row(    generateDataKeyPair,                 keyOrAlias,  grantee,   usable,               CIPHER,        keyPair,   read,     pair),
  GenerateDataKeyPairWithoutPlaintext: row(    generateDataKeyPairWithoutPlaintext, keyOrAlias,  grantee,   usable,               CIPHER,        keyPair,   read,     pair),
  GenerateDataKeyWithoutPlaintext:     row(    generateDataKeyWithoutPlaintext,     keyOrAlias,  grantee,   usable,               CIPHER,        cipher,    read,     crypto),
  GenerateMac:                         row(    generateMac,                         keyOrAlias,  grantee,   usable,               MAC,           macs,      read,     crypto),
  GenerateRandom:                      row(    generateRandom,                      everything,  account,   _,                    _,             _,         read,     crypto),
  GetKeyLastUsage:                     row(    getKeyLastUsage,                     key,         owner,     _,                    _,             _,         read,     status),
  GetKeyPolicy:                        row(    getKeyPolicy,                        key,         owner,     _,                    _,             _,         read,     status),
  GetKeyRotationStatus:                row(    getKeyRotationStatus,                key,         neighbour, _,                    ownOrigin,     _,         read,     status),
  GetParametersForImport:              row(    getParametersForImport,              key,         owner,     importable,           imported,      wrapping,  read,     importing),
  GetPublicKey:                        row(    getPublicKey,                        keyOrAlias,  grantee,   usable,               PAIR,          aliased,   read,     describe),
  ImportKeyMaterial:                   row(    importKeyMaterial,                   key,         owner,     importableOrUpdating, imported,      expiry,    write,    manage),
  ListAliases:                         row(    listAliases,                         allOfKey,    account,   _,                    _,             _,         read,     list),
  ListGrants:                          row(    listGrants,                          key,         neighbour, _,                    _,             granted,   read,     listOfKey),
  ListKeyPolicies:                     row(    listKeyPolicies,                     key,         owner,     _,                    _,             _,         read,     listOfKey),
  ListKeyRotations:                    row(    listKeyRotations,                    key,         owner,     _,                    rotatable,     _,         read,     listOfKey),
  ListKeys:                            row(    listKeys,                            everything,  account,   _,                    _,             _,         read,     list),
  ListResourceTags:                    row(    listResourceTags,                    key,         owner,     _,                    _,             _,         read,     describe),
  ListRetirableGrants:                 row(    listRetirableGrants,                 principal,   account,   _,                    _,             _,         read,     listOfKey),
  PutKeyPolicy:                        row(    putKeyPolicy,                        key,         owner,     _,                    _,             lockout,   takeAway, change),
  ReEncrypt:                           row(    reEncrypt,                           bothKeys,    grantee,   usable,               CIPHER,        recrypt,   read,     crypto),
  ReplicateKey:                        planned(                                     _,           owner,     enabled,              _,             replica,   write,    manage),
  RetireGrant:                         row(    retireGrant,                         retirable,   retirer,   _,                    _,             retiring,  takeAway, ungrant),
  RevokeGrant:                         row(    revokeGrant,                         key,         neighbour, _,                    _,             granted,   takeAway, ungrant),
  RotateKeyOnDemand:                   row(    rotateKeyOnDemand,                   key,         owner,     enabled,              rotatable,     _,         write,    manage),
  ScheduleKeyDeletion:                 row(    scheduleKeyDeletion,                 key,         owner,     deletable,            _,             window,    takeAway, change),
  Sign:                                row(    sign,                                keyOrAlias,  grantee,   usable,               SIGNING,       signature, read,     crypto),
  TagResource:                         row(    tagResource,                         key,         owner,     alive,                _,             tagged,    write,    tag),
  UntagResource:                       row(    untagResource,                       key,         owner,     alive,                _,             untagged,  write,    manage),
  UpdateAlias:                         row(    updateAlias,                         aliasAndKey, owner,     alive,                _,             called,    write,    manage),
  UpdateCustomKeyStore:                planned(                                     _,           account,   _,                    _,             called,    write,    manage),
  UpdateKeyDescription:                row(    updateKeyDescription,                key,         owner,     alive,                _,             _,         write,    manage),
  UpdatePrimaryRegion:                 planned(                                     _,           owner,     usable,               _,             primary,   write,    manage),
  Verify:                              row(    verify,                              keyOrAlias,  grantee,   usable,               SIGNING,       signature, read,     crypto),
  VerifyMac:                           row(    verifyMac,                           keyOrAlias,  grantee,   usable,               MAC,           macs,      read,     crypto),
} satisfies Record<string, Operation>;

export type OperationName = keyof typeof OPERATIONS;

/** The row of an operation. A name from outside selects; it never reaches a prototype. */
export function operation(name: string): Operation | undefined {
  return Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name as OperationName] : undefined;
}
