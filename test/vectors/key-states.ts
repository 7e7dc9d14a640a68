// In which key states each operation acts: the one matrix that judges the operation table, the answers over HTTP, and the model of a
// key's life. Source: KMS developer guide, "Key states of AWS KMS keys". Nothing here is taken from src/kms/table.ts.

import { KEY_STATES, type KeyState } from "../../src/keyring/key.ts";

/**
 * In the order of KEY_STATES: Creating, Enabled, Disabled, PendingDeletion, PendingImport, PendingReplicaDeletion, Unavailable, Updating.
 * `+` acts, `-` is refused, `.` is decided by the key's origin. null: no key's state is asked for.
 */
export const KEY_STATE_MATRIX: Readonly<Record<string, string | null>> = {
  CancelKeyDeletion: "---+-+--",
  ConnectCustomKeyStore: null,
  CreateAlias: "+++-+-++",
  CreateCustomKeyStore: null,
  CreateGrant: "-+----++",
  CreateKey: null,
  Decapsulate: "-+----.+",
  Decrypt: "-+-----+",
  DeleteAlias: "++++++++",
  DeleteCustomKeyStore: null,
  DeleteImportedKeyMaterial: "-+++++.-",
  DeriveSharedSecret: "-+----.+",
  DescribeCustomKeyStores: null,
  DescribeKey: "++++++++",
  DisableKey: "-++---+-",
  DisableKeyRotation: "-+--.-.+",
  DisconnectCustomKeyStore: null,
  Encapsulate: "-+----.+",
  EnableKey: "-++---+-",
  EnableKeyRotation: "-+--.-.+",
  Encrypt: "-+-----+",
  GenerateDataKey: "-+-----+",
  GenerateDataKeyPair: "-+-----+",
  GenerateDataKeyPairWithoutPlaintext: "-+-----+",
  GenerateDataKeyWithoutPlaintext: "-+-----+",
  GenerateMac: "-+----.+",
  GenerateRandom: null,
  GetKeyLastUsage: "++++++++",
  GetKeyPolicy: "++++++++",
  GetKeyRotationStatus: "++++.+.+",
  GetParametersForImport: "-++-+-.-",
  GetPublicKey: "-+----.+",
  ImportKeyMaterial: "-++-+-.+",
  ListAliases: null,
  ListGrants: "++++++++",
  ListKeyPolicies: "++++++++",
  ListKeyRotations: "++++++.+",
  ListKeys: null,
  ListResourceTags: "++++++++",
  ListRetirableGrants: null,
  PutKeyPolicy: "++++++++",
  ReEncrypt: "-+-----+",
  ReplicateKey: "-+----.-",
  RetireGrant: "++++++++",
  RevokeGrant: "++++++++",
  RotateKeyOnDemand: "-+------",
  ScheduleKeyDeletion: "+++-+-+-",
  Sign: "-+----.+",
  TagResource: "+++-+-++",
  UntagResource: "+++-+-++",
  UpdateAlias: "+++-+-++",
  UpdateCustomKeyStore: null,
  UpdateKeyDescription: "+++-+-++",
  UpdatePrimaryRegion: "-+----.+",
  Verify: "-+----.+",
  VerifyMac: "-+----.+",
};

/** Why a key in each state is refused; the letters are explained in test/kms/key-state-trials.ts. */
const REFUSED: Readonly<Record<KeyState, string>> = {
  Creating: "C",
  Enabled: "N",
  Disabled: "D",
  PendingDeletion: "P",
  PendingImport: "I",
  PendingReplicaDeletion: "P",
  Unavailable: "U",
  Updating: "Up",
};

/** The origin that a key in a state must have refuses it: only imported keys are pending import, only custom key stores are away. */
const BY_ORIGIN: Readonly<Partial<Record<KeyState, string>>> = { PendingImport: "O", Unavailable: "X" };

/** `+`, or the letter of the refusal. */
export function answerIn(operation: string, state: KeyState): string {
  const row = KEY_STATE_MATRIX[operation] ?? "++++++++";
  const entry = row[KEY_STATES.indexOf(state)];
  if (entry === "+") return "+";
  if (entry === ".") return BY_ORIGIN[state] ?? "+";
  const acts = (other: KeyState): boolean => row[KEY_STATES.indexOf(other)] === "+";
  return acts("PendingDeletion") && !acts("Enabled") ? "N" : REFUSED[state]; // N: it was to be pending deletion
}
