// Trials of the keys that operations other than those with a key's material add: of CreateKey, policies, grants, imports, tags and a key's end.

import { PLAINTEXT } from "../support/new-key.ts";
import { DAY_MS, type Members, type Stage, type Trial } from "./condition-trials.ts";

const BYPASS = "kms:BypassPolicyLockoutSafetyCheck";
const TAG_LIST = [
  { TagKey: "Team", TagValue: "blue" },
  { TagKey: "a/b:c", TagValue: "deep" },
];

/** Of CreateKey: each key, what it is by default, and what a request makes of it. */
const OF_KEYS_TO_BE: readonly (readonly [key: string, member: string, byDefault: string, given: string, more?: Members])[] = [
  ["kms:KeySpec", "KeySpec", "SYMMETRIC_DEFAULT", "HMAC_256", { KeyUsage: "GENERATE_VERIFY_MAC" }],
  ["kms:KeySpec", "CustomerMasterKeySpec", "SYMMETRIC_DEFAULT", "ECC_NIST_P256", { KeyUsage: "SIGN_VERIFY" }],
  ["kms:CustomerMasterKeySpec", "KeySpec", "SYMMETRIC_DEFAULT", "HMAC_256", { KeyUsage: "GENERATE_VERIFY_MAC" }],
  ["kms:KeyUsage", "KeyUsage", "ENCRYPT_DECRYPT", "SIGN_VERIFY", { KeySpec: "ECC_NIST_P256" }],
  ["kms:CustomerMasterKeyUsage", "KeyUsage", "ENCRYPT_DECRYPT", "SIGN_VERIFY", { KeySpec: "ECC_NIST_P256" }],
  ["kms:KeyOrigin", "Origin", "AWS_KMS", "EXTERNAL"],
];

const CREATION: readonly Trial[] = [
  ...OF_KEYS_TO_BE.flatMap(([key, member, byDefault, given, more = {}]): Trial[] => [
    { operation: "CreateKey", key, value: byDefault, other: given, why: `without ${member}` },
    { operation: "CreateKey", key, input: { [member]: given, ...more }, value: given, other: byDefault, why: `by ${member}` },
  ]),
  { operation: "CreateKey", key: "kms:MultiRegion", value: "false", other: "true" },
  {
    ...{ operation: "CreateKey", key: "kms:MultiRegion", value: "true", other: "false" },
    ...{ input: { MultiRegion: true }, fails: "UnsupportedOperationException" },
  },
  { operation: "CreateKey", key: "kms:MultiRegionKeyType", other: "PRIMARY" },
  { operation: "CreateKey", key: "kms:CallerAccount", value: ({ account }) => account },
  { operation: "CreateKey", key: "kms:ResourceAliases", other: "alias/cipher" },
  { operation: "CreateKey", key: BYPASS, other: "false", why: "where it is not sent" },
  { operation: "CreateKey", key: BYPASS, input: { BypassPolicyLockoutSafetyCheck: false }, value: "false", other: "true" },
  { operation: "CreateKey", key: BYPASS, input: { BypassPolicyLockoutSafetyCheck: true }, value: "true", other: "false" },
  ...["CreateKey", "TagResource"].flatMap((on): Trial[] => {
    const trial = { operation: "CreateKey", on, input: { Tags: TAG_LIST } };
    return [
      { ...trial, key: "aws:RequestTag/Team", value: "blue", other: "Blue" },
      { ...trial, key: "aws:RequestTag/a/b:c", value: "deep" },
      { ...trial, key: "aws:RequestTag/Owner", other: "blue" },
      { ...trial, key: "aws:ResourceTag/Team", value: "blue", other: "Blue" },
      { ...trial, key: "aws:TagKeys", value: ["Team", "a/b:c"], other: "team" },
    ];
  }),
  { operation: "CreateKey", key: "aws:TagKeys", other: "Team", why: "without tags" },
  { operation: "CreateKey", key: "aws:RequestTag/Team", other: "blue", why: "without tags" },
  { operation: "CreateKey", key: "aws:ResourceTag/Team", other: "blue", why: "without tags" },
];

const onCipher = ({ keys }: Stage): Members => ({ KeyId: keys.cipher });
const cipherWith =
  (more: Members) =>
  (stage: Stage): Members => ({ ...onCipher(stage), ...more });

const policyInput =
  (more: Members) =>
  async ({ call, keys }: Stage): Promise<Members> => ({
    ...{ KeyId: keys.cipher, Policy: (await call("GetKeyPolicy", { KeyId: keys.cipher })).json["Policy"] },
    ...more,
  });

const POLICIES: readonly Trial[] = [
  { operation: "PutKeyPolicy", key: BYPASS, input: policyInput({}), other: "false", why: "where it is not sent" },
  {
    ...{ operation: "PutKeyPolicy", key: BYPASS, value: "true", other: "false" },
    input: policyInput({ BypassPolicyLockoutSafetyCheck: true }),
  },
  {
    ...{ operation: "PutKeyPolicy", key: BYPASS, value: "false", other: "true" },
    input: policyInput({ BypassPolicyLockoutSafetyCheck: false }),
  },
];

const PAIRS = { Team: "blue", Stage: "one" };
const CONSTRAINTS = ["EncryptionContextEquals", "EncryptionContextSubset"] as const;

const granting =
  (more: Members = {}) =>
  ({ keys, root }: Stage): Members => ({
    ...{ KeyId: keys.cipher, GranteePrincipal: root, Operations: ["Encrypt", "Decrypt"] },
    ...more,
  });

const bound = (operation: string, fails: string | undefined, input: (constraints?: Members) => Trial["input"] & {}): Trial[] => {
  const trial = { operation, ...(fails === undefined ? {} : { fails }) };
  return [
    ...CONSTRAINTS.flatMap((type, at): Trial[] => {
      const given = { ...trial, input: input({ [type]: PAIRS }), why: `of ${type}` };
      return [
        { ...given, key: "kms:GrantConstraintType", value: type, other: CONSTRAINTS[1 - at] ?? "" },
        { ...given, key: "kms:EncryptionContext:team", value: "blue", other: "green" },
        { ...given, key: "kms:EncryptionContext:Owner", other: "blue" },
        { ...given, key: "kms:EncryptionContextKeys", value: ["Team", "Stage"], other: "team" },
      ];
    }),
    ...["kms:GrantConstraintType", "kms:EncryptionContext:Team", "kms:EncryptionContextKeys"].map((key) => ({
      ...{ ...trial, key, input: input(), other: "Team", why: "without a constraint" },
    })),
  ];
};

const GRANTS: readonly Trial[] = [
  ...bound("CreateGrant", undefined, (Constraints) => granting(Constraints === undefined ? {} : { Constraints })),
  ...bound(
    "RetireGrant",
    "DryRunOperationException",
    (constraints) =>
      ({ grant }) =>
        grant(constraints),
  ),
  { operation: "CreateGrant", key: "kms:GranteePrincipal", input: granting(), value: ({ root }) => root },
  { operation: "CreateGrant", key: "kms:GrantOperations", input: granting(), value: ["Encrypt", "Decrypt"], other: "Sign" },
  { operation: "CreateGrant", key: "kms:RetiringPrincipal", input: granting(), other: "arn:aws:iam::111122223333:root" },
  {
    ...{ operation: "CreateGrant", key: "kms:RetiringPrincipal", value: ({ root }) => root },
    input: (stage) => ({ ...granting()(stage), RetiringPrincipal: stage.root }),
  },
  ...["kms:GranteeServicePrincipal", "kms:RetiringServicePrincipal", "kms:GrantConstraintSourceArn"].map((key) => ({
    ...{ operation: "CreateGrant", key, input: granting() },
  })),
  { operation: "CreateGrant", key: "kms:GrantIsForAWSResource", input: granting(), value: "false", other: "true" },
  { operation: "ListGrants", key: "kms:GrantIsForAWSResource", input: onCipher, value: "false", other: "true" },
  {
    ...{ operation: "RevokeGrant", key: "kms:GrantIsForAWSResource", value: "false", other: "true" },
    ...{ input: ({ grant }) => grant(), fails: "DryRunOperationException" },
  },
];

const seconds = (days: number): number => Math.floor((Date.now() + days * DAY_MS) / 1000);
const importing =
  (more: (days: number) => Members) =>
  ({ keys }: Stage): Members => ({ KeyId: keys.external, ImportToken: PLAINTEXT, EncryptedKeyMaterial: PLAINTEXT, ...more(9) });
const [EXPIRES, STAYS] = ["KEY_MATERIAL_EXPIRES", "KEY_MATERIAL_DOES_NOT_EXPIRE"];
const IMPORT = { operation: "ImportKeyMaterial", fails: "InvalidImportTokenException" };
const inNineDays = (days: number): Members => ({ ValidTo: seconds(days) });

const IMPORTS: readonly Trial[] = [
  { ...IMPORT, key: "kms:ExpirationModel", input: importing(inNineDays), other: EXPIRES, why: "where it is not sent" },
  { ...IMPORT, key: "kms:ExpirationModel", input: importing(() => ({ ExpirationModel: STAYS })), value: STAYS, other: EXPIRES },
  {
    ...{ ...IMPORT, key: "kms:ExpirationModel", value: EXPIRES, other: STAYS },
    input: importing((days) => ({ ExpirationModel: EXPIRES, ...inNineDays(days) })),
  },
  { ...IMPORT, key: "kms:ValidTo", input: importing(() => ({ ExpirationModel: STAYS })), other: "1" },
  ...(["NumericLessThan", "DateLessThan"] as const).map((operator) => ({
    ...{ ...IMPORT, key: "kms:ValidTo", operator, input: importing(inNineDays), why: `by ${operator}` },
    ...{ value: () => String(seconds(10)), other: "1000000000" },
  })),
  ...(["NumericGreaterThan", "DateGreaterThan"] as const).map((operator) => ({
    ...{ ...IMPORT, key: "kms:ValidTo", operator, input: importing(inNineDays), why: `by ${operator}` },
    ...{ value: () => String(seconds(8)), other: "9000000000" },
  })),
  ...(
    [
      ["kms:WrappingAlgorithm", "RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1"],
      ["kms:WrappingKeySpec", "RSA_2048", "RSA_4096"],
    ] as const
  ).map(([key, value, other]) => ({
    ...{ operation: "GetParametersForImport", key, value, other },
    input: ({ keys }: Stage) => ({ KeyId: keys.external, WrappingAlgorithm: "RSAES_OAEP_SHA_256", WrappingKeySpec: "RSA_2048" }),
  })),
];

const TAGGING: readonly Trial[] = [
  {
    operation: "TagResource",
    key: "aws:TagKeys",
    input: cipherWith({ Tags: TAG_LIST }),
    value: ["Team", "a/b:c"],
    other: "team",
  },
  { operation: "TagResource", key: "aws:RequestTag/team", input: cipherWith({ Tags: TAG_LIST }), value: "blue", other: "Blue" },
  { operation: "TagResource", key: "aws:RequestTag/Owner", input: cipherWith({ Tags: TAG_LIST }), other: "blue" },
  {
    operation: "UntagResource",
    key: "aws:TagKeys",
    input: cipherWith({ TagKeys: ["X", "Y"] }),
    value: ["X", "Y"],
    other: "Team",
  },
  { operation: "UntagResource", key: "aws:RequestTag/X", input: cipherWith({ TagKeys: ["X"] }), other: "" },
  {
    operation: "EnableKeyRotation",
    key: "kms:RotationPeriodInDays",
    input: onCipher,
    value: "365",
    other: "90",
    why: "by default",
  },
  {
    ...{ operation: "EnableKeyRotation", key: "kms:RotationPeriodInDays", value: "90", other: "365" },
    input: cipherWith({ RotationPeriodInDays: 90 }),
  },
];

const WINDOW = "kms:ScheduleKeyDeletionPendingWindowInDays";
const used = async ({ agedKey, encrypted }: Stage): Promise<Members> => {
  const KeyId = await agedKey(10);
  await encrypted(KeyId);
  return { KeyId };
};

const ENDS: readonly Trial[] = [
  {
    ...{ operation: "ScheduleKeyDeletion", key: WINDOW, value: "30", other: "7", why: "by default" },
    input: async ({ keyOf }) => ({ KeyId: await keyOf() }),
  },
  {
    ...{ operation: "ScheduleKeyDeletion", key: WINDOW, value: "7", other: "30" },
    input: async ({ keyOf }) => ({ KeyId: await keyOf(), PendingWindowInDays: 7 }),
  },
  ...["DisableKey", "ScheduleKeyDeletion"].flatMap((operation): Trial[] => {
    const trial = { operation, key: "kms:TrailingDaysWithoutKeyUsage" };
    const never = async ({ agedKey }: Stage) => ({ KeyId: await agedKey(10) });
    return [
      { ...trial, input: never, value: "10", other: "0", why: "of a key that nobody has used in the ten days of its life" },
      { ...trial, input: used, value: "0", other: "10", why: "of a key that was used today" },
      { ...trial, input: never, operator: "NumericGreaterThan", value: "9", other: "10", why: "by NumericGreaterThan" },
    ];
  }),
  { operation: "EnableKey", key: "kms:TrailingDaysWithoutKeyUsage", input: onCipher, other: "0" },
];

export const OF_MANAGEMENT: readonly Trial[] = [...CREATION, ...POLICIES, ...GRANTS, ...IMPORTS, ...TAGGING, ...ENDS];
