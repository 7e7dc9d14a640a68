// Trials of the keys that every check has, or every check of a key: what the key is, who calls, when and from where.

import { PLAINTEXT } from "../support/new-key.ts";
import { type Members, type Stage, TAGS, type Trial } from "./condition-trials.ts";

const describing =
  (kind: keyof Stage["keys"]) =>
  ({ keys }: Stage): Members => ({ KeyId: keys[kind] });
const DESCRIBE = { operation: "DescribeKey", input: describing("cipher") };

type Property = readonly [key: string, value: string, other: string, kind: keyof Stage["keys"]];

const OF_A_KEY: readonly Property[] = [
  ["kms:KeySpec", "SYMMETRIC_DEFAULT", "HMAC_256", "cipher"],
  ["kms:KeySpec", "HMAC_256", "SYMMETRIC_DEFAULT", "mac"],
  ["kms:CustomerMasterKeySpec", "RSA_2048", "SYMMETRIC_DEFAULT", "rsa"],
  ["kms:KeyUsage", "ENCRYPT_DECRYPT", "SIGN_VERIFY", "cipher"],
  ["kms:KeyUsage", "KEY_AGREEMENT", "SIGN_VERIFY", "agreement"],
  ["kms:CustomerMasterKeyUsage", "SIGN_VERIFY", "ENCRYPT_DECRYPT", "signing"],
  ["kms:KeyOrigin", "AWS_KMS", "EXTERNAL", "cipher"],
  ["kms:KeyOrigin", "EXTERNAL", "AWS_KMS", "external"],
  ["kms:MultiRegion", "false", "true", "cipher"],
];
const PROPERTIES = [...new Set(OF_A_KEY.map(([key]) => key)), "kms:MultiRegionKeyType"];
const ALIASES = ["alias/cipher", "alias/second"];

const KEYS: readonly Trial[] = [
  ...OF_A_KEY.map(([key, value, other, kind]) => ({
    ...{ operation: "DescribeKey", key, value, other, input: describing(kind), why: `of the ${kind} key` },
  })),
  { ...DESCRIBE, key: "kms:MultiRegionKeyType", other: "PRIMARY" },
  { ...DESCRIBE, key: "kms:ResourceAliases", value: ALIASES, other: "alias/mac" },
  { ...DESCRIBE, key: "kms:ResourceAliases", input: describing("bare"), other: "alias/cipher", why: "of the bare key" },
  ...Object.entries(TAGS).map(([name, value]) => ({ ...DESCRIBE, key: `aws:ResourceTag/${name}`, value, other: "Blue" })),
  { ...DESCRIBE, key: "aws:ResourceTag/team", value: "blue", other: "Blue", why: "whatever the case of its name" },
  { ...DESCRIBE, key: "aws:ResourceTag/Team", input: describing("bare"), other: "blue", why: "of the bare key" },
  { ...DESCRIBE, key: "kms:CallerAccount", value: ({ account }) => account, other: "111122223333" },
  // Nothing of the key where the check is about none.
  ...["ListKeys", "ListAliases", "GenerateRandom"].flatMap((operation) =>
    [...PROPERTIES, "kms:ResourceAliases", "aws:ResourceTag/Team", "kms:CallerAccount"].map((key) => ({
      ...{ operation, key, input: operation === "GenerateRandom" ? { NumberOfBytes: 8 } : {} },
    })),
  ),
  // RetireGrant sees what the grant is bound to, and not what kind of key it is of.
  ...PROPERTIES.map((key) => ({
    ...{ operation: "RetireGrant", key, fails: "DryRunOperationException", input: ({ grant }: Stage) => grant() },
  })),
  ...(
    [
      ["kms:CallerAccount", ({ account }: Stage) => account],
      ["kms:ResourceAliases", ALIASES],
      ["aws:ResourceTag/Team", "blue"],
    ] as const
  ).map(([key, value]) => ({
    ...{ operation: "RetireGrant", key, value, fails: "DryRunOperationException", input: ({ grant }: Stage) => grant() },
  })),
  ...(
    [
      ["CreateAlias", ({ keys }: Stage) => ({ AliasName: "alias/new", TargetKeyId: keys.bare })],
      ["UpdateAlias", ({ keys }: Stage) => ({ AliasName: "alias/new", TargetKeyId: keys.bare })],
      ["DeleteAlias", () => ({ AliasName: "alias/new" })],
    ] as const
  ).map(([operation, input]) => ({ operation, input, key: "kms:CallerAccount", value: ({ account }: Stage) => account })),
];

const LOCAL = "192.0.2.7";
const [FUTURE, PAST] = ["2999-01-01T00:00:00Z", "2020-01-01T00:00:00Z"];

const CALLS: readonly Trial[] = [
  { ...DESCRIBE, key: "aws:CurrentTime", operator: "DateLessThan", value: FUTURE, other: PAST, why: "before" },
  { ...DESCRIBE, key: "aws:CurrentTime", operator: "DateGreaterThan", value: PAST, other: FUTURE, why: "behind" },
  { ...DESCRIBE, key: "aws:CurrentTime", operator: "StringLike", value: "20??-??-??T??:??:??.???Z", why: "in ISO 8601" },
  { ...DESCRIBE, key: "aws:EpochTime", operator: "NumericLessThan", value: "9000000000", other: "1000000000" },
  { ...DESCRIBE, key: "aws:EpochTime", operator: "DateGreaterThan", value: PAST, other: FUTURE },
  { ...DESCRIBE, key: "aws:PrincipalIsAWSService", value: "false", other: "true" },
  { ...DESCRIBE, key: "aws:RequestedRegion", value: "us-east-1", other: "eu-west-1" },
  { ...DESCRIBE, key: "aws:ResourceAccount", value: ({ account }) => account, other: "111122223333" },
  { operation: "ListKeys", key: "aws:ResourceAccount", value: ({ account }) => account, other: "111122223333" },
  { ...DESCRIBE, key: "aws:SecureTransport", operator: "Bool", value: "true", other: "false" },
  {
    ...{ ...DESCRIBE, key: "aws:SourceIp", headers: { "cf-connecting-ip": LOCAL } },
    ...{ operator: "IpAddress", value: "192.0.2.0/24", other: "198.51.100.0/24" },
  },
  {
    ...DESCRIBE,
    key: "aws:SourceIp",
    headers: { "x-forwarded-for": LOCAL },
    other: LOCAL,
    why: "by a header that anybody sends",
  },
  { ...DESCRIBE, key: "aws:UserAgent", headers: { "user-agent": "a client" }, value: "a client" },
  { ...DESCRIBE, key: "aws:UserAgent", other: "a client", why: "where none is sent" },
  { ...DESCRIBE, key: "aws:ViaAWSService", value: "false", other: "true" },
];

const CALLERS: readonly Trial[] = [
  ...(["user", "session", "root"] as const).flatMap((by): Trial[] => {
    const [resource, id, type] = {
      user: ["user/ann", "AIDAANNXXXXXXXXXXXXX", "User"],
      session: ["role/worker", "AROAWORKERXXXXXXXXXX:one", "AssumedRole"],
      root: ["root", undefined, "Account"],
    }[by] as [string, string | undefined, string];
    return [
      { ...DESCRIBE, by, key: "aws:PrincipalAccount", value: ({ account }) => account, other: "111122223333" },
      { ...DESCRIBE, by, key: "aws:PrincipalArn", value: ({ account }) => `arn:aws:iam::${account}:${resource}` },
      { ...DESCRIBE, by, key: "aws:PrincipalType", value: type },
      { ...DESCRIBE, by, key: "aws:userid", value: ({ account }) => id ?? account },
    ];
  }),
  { ...DESCRIBE, key: "aws:username", value: "ann" },
  { ...DESCRIBE, by: "session", key: "aws:username", other: "one" },
  { ...DESCRIBE, by: "root", key: "aws:username", other: "root" },
  { ...DESCRIBE, key: "aws:PrincipalTag/team", value: "red", other: "blue" },
  { ...DESCRIBE, key: "aws:PrincipalTag/Owner", other: "red" },
  { ...DESCRIBE, by: "session", key: "aws:PrincipalTag/Team", other: "red" },
  { ...DESCRIBE, by: "session", key: "aws:MultiFactorAuthPresent", operator: "Bool", value: "false", other: "true" },
  { ...DESCRIBE, by: "user", key: "aws:MultiFactorAuthPresent", other: "false" },
  { ...DESCRIBE, by: "root", key: "aws:MultiFactorAuthPresent", other: "false" },
];

/** What no call has: nobody calls on another's behalf, there are no organizations, networks of AWS's or enclaves. */
const NEVER =
  "kms:ViaService kms:RecipientAttestation:ImageSha384 kms:RecipientAttestation:PCR0 aws:CalledVia aws:CalledViaFirst aws:CalledViaLast " +
  "aws:SourceArn aws:SourceAccount aws:SourceOrgID aws:SourceVpc aws:SourceVpce aws:VpcSourceIp aws:PrincipalOrgID aws:PrincipalOrgPaths " +
  "aws:PrincipalServiceName aws:ResourceOrgID aws:ResourceOrgPaths aws:MultiFactorAuthAge aws:TokenIssueTime aws:FederatedProvider " +
  "aws:SourceIdentity aws:referer aws:PrincipalTag/ kms:EncryptionContext: toString constructor __proto__";

const ENCRYPT = { operation: "Encrypt", input: ({ keys }: Stage) => ({ KeyId: keys.cipher, Plaintext: PLAINTEXT }) };

export const OF_CHECKS: readonly Trial[] = [
  ...[...KEYS, ...CALLS, ...CALLERS],
  ...NEVER.split(" ").map((key) => ({ ...ENCRYPT, key, why: "since there is none" })),
];
