// What a case of test/vectors/authz.jsonl asks of KMS: the operation, its key, and the request whose context is the case's.

import type { Case } from "../support/authz-cases.ts";
import type { Answer } from "../support/client.ts";
import { PLAINTEXT } from "../support/new-key.ts";

type Input = Record<string, unknown>;

export interface Setting {
  /** Their ids, in the order in which the case has them. */
  readonly keys: readonly string[];
  readonly asRoot: (operation: string, input: Input) => Promise<Answer>;
}

/** The operation of a case's first check. */
export function operationOf({ kind, checks = [] }: Case): string {
  if (kind !== "authorize") return kind === "validate" ? "PutKeyPolicy" : "RetireGrant";
  const [, name = ""] = checks[0]?.action.split(":") ?? [];
  return name === "ReEncryptFrom" ? "ReEncrypt" : name;
}

const textOf = ({ context }: Case, name: string): string | undefined => {
  const value = context[name];
  return value === undefined ? undefined : String(value);
};

/** What the keys of a case are made of, so that its call can be meant. */
export function materialOf(given: Case): Input {
  const operation = operationOf(given);
  if (operation === "Sign" || operation === "Verify") {
    const isCurve = textOf(given, "kms:SigningAlgorithm")?.startsWith("ECDSA") ?? operation === "Verify";
    return { KeySpec: isCurve ? "ECC_NIST_P256" : "RSA_2048", KeyUsage: "SIGN_VERIFY" };
  }
  const isAsymmetric = textOf(given, "kms:EncryptionAlgorithm")?.startsWith("RSAES") ?? false;
  return isAsymmetric ? { KeySpec: "RSA_2048", KeyUsage: "ENCRYPT_DECRYPT" } : {};
}

const digits = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));
const MESSAGE = new Uint8Array(32).toBase64();

/** Of each operation, what it is sent besides its key. */
const OWN: Readonly<Record<string, (given: Case, setting: Setting) => Input | Promise<Input>>> = {
  CreateGrant: ({ context, newGrant }) => ({
    ...{ GranteePrincipal: context["kms:GranteePrincipal"], Operations: newGrant?.Operations ?? context["kms:GrantOperations"] },
    Constraints: newGrant?.Constraints,
  }),
  CreateKey: (given) => ({
    ...{ KeyId: undefined, MultiRegion: textOf(given, "kms:MultiRegion") === "true" },
    BypassPolicyLockoutSafetyCheck: textOf(given, "kms:BypassPolicyLockoutSafetyCheck") === "true",
    Tags: tagsOf(given),
  }),
  Decrypt: async ({ encryptionContext: EncryptionContext }, setting) => ({
    EncryptionContext,
    CiphertextBlob: await sealed(setting, EncryptionContext),
  }),
  EnableKeyRotation: (given) => ({ RotationPeriodInDays: digits(textOf(given, "kms:RotationPeriodInDays")) }),
  Encrypt: (given) => ({
    ...{ Plaintext: PLAINTEXT, EncryptionContext: given.encryptionContext },
    EncryptionAlgorithm: textOf(given, "kms:EncryptionAlgorithm"),
  }),
  GenerateDataKey: ({ encryptionContext: EncryptionContext }) => ({ KeySpec: "AES_256", EncryptionContext }),
  GenerateDataKeyPair: (given) => ({ KeyPairSpec: textOf(given, "kms:DataKeyPairSpec") }),
  GenerateDataKeyWithoutPlaintext: () => ({ KeySpec: "AES_256" }),
  GenerateRandom: () => ({ KeyId: undefined, NumberOfBytes: 1 }),
  GetCallerIdentity: () => ({}),
  ListKeys: () => ({ KeyId: undefined }),
  PutKeyPolicy: (given) => ({
    Policy: given.policyText ?? JSON.stringify(Object.values(given.keys ?? {})[0]?.policy),
    BypassPolicyLockoutSafetyCheck: given.bypass ?? textOf(given, "kms:BypassPolicyLockoutSafetyCheck") === "true",
  }),
  ReEncrypt: async (_, setting) => ({
    ...{ KeyId: undefined, SourceKeyId: setting.keys[0], DestinationKeyId: setting.keys[1] },
    CiphertextBlob: await sealed(setting),
  }),
  ScheduleKeyDeletion: (given) => ({ PendingWindowInDays: digits(textOf(given, "kms:ScheduleKeyDeletionPendingWindowInDays")) }),
  Sign: (given) => ({
    ...{ Message: MESSAGE, MessageType: textOf(given, "kms:MessageType") ?? "RAW" },
    SigningAlgorithm: textOf(given, "kms:SigningAlgorithm") ?? "RSASSA_PSS_SHA_256",
  }),
  TagResource: (given) => ({ Tags: tagsOf(given).length === 0 ? [{ TagKey: "a", TagValue: "b" }] : tagsOf(given) }),
  Verify: async (_, { asRoot, keys: [KeyId] }) => {
    const signing = { KeyId, Message: MESSAGE, SigningAlgorithm: "ECDSA_SHA_256" };
    const { json } = await asRoot("Sign", signing);
    return { ...signing, Signature: json["Signature"] };
  },
};

function tagsOf({ context }: Case): { TagKey: string; TagValue: string }[] {
  const prefix = "aws:RequestTag/";
  return Object.entries(context).flatMap(([name, value]) =>
    name.startsWith(prefix) ? [{ TagKey: name.slice(prefix.length), TagValue: String(value) }] : [],
  );
}

async function sealed({ asRoot, keys: [KeyId] }: Setting, EncryptionContext?: unknown): Promise<unknown> {
  return (await asRoot("Encrypt", { KeyId, Plaintext: PLAINTEXT, EncryptionContext })).json["CiphertextBlob"];
}

/** Whether a case has names for keys, which are the account's and no other case's. */
export const isOfAlias = ({ checks = [], context }: Case): boolean =>
  checks.some(({ action }) => action.endsWith("Alias")) || "kms:RequestAlias" in context || "kms:ResourceAliases" in context;

/** Names the key as the case has it named. @returns what the call names. */
async function named(given: Case, { asRoot, keys: [first, second] }: Setting): Promise<Input> {
  const aliasOf = (arn: string): string => arn.slice(arn.indexOf(":alias/") + 1);
  const asked = textOf(given, "kms:RequestAlias");
  const others = (given.context["kms:ResourceAliases"] ?? []) as readonly string[];
  for (const AliasName of new Set([...others, ...(asked === undefined ? [] : [asked])]))
    await asRoot("CreateAlias", { AliasName, TargetKeyId: first });
  const operation = operationOf(given);
  if (!operation.endsWith("Alias")) return { KeyId: asked ?? first };
  const AliasName = aliasOf(given.checks?.[0]?.resource ?? "");
  if (operation !== "CreateAlias") await asRoot("CreateAlias", { AliasName, TargetKeyId: first });
  return { AliasName, ...(operation === "DeleteAlias" ? {} : { TargetKeyId: operation === "UpdateAlias" ? second : first }) };
}

/** The request of a case whose texts are the account's. Root prepares what it takes. */
export async function inputOf(given: Case, setting: Setting): Promise<Input> {
  const names = setting.keys.length === 0 ? {} : await named(given, setting);
  return { ...names, ...(await OWN[operationOf(given)]?.(given, setting)) };
}
