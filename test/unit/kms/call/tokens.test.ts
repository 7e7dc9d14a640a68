// Request rates: AWS's numbers, what each operation costs, and the buckets. Source of the numbers: KMS developer guide, "Request quotas".

import { describe, expect, it } from "vitest";
import { type Token, tokenBuckets } from "../../../../src/durable/token-buckets.ts";
import type { Key } from "../../../../src/keyring/key.ts";
import { tokensOf } from "../../../../src/kms/call/tokens.ts";
import type { Operation, Request } from "../../../../src/kms/operation.ts";
import { OPERATIONS } from "../../../../src/kms/table.ts";
import { parseRates, type RateName } from "../../../../src/limits/rates.ts";

const ACCOUNT = "111122223333";
const OTHER = "444455556666";

const aws = (region = "us-east-1") => {
  const rates = parseRates("aws", region);
  if (rates === undefined) throw new Error("no rates");
  return rates;
};

describe("RATES", () => {
  it.each(["off"])("%s limits nothing", (text) => {
    expect(parseRates(text, "us-east-1")).toBeUndefined();
  });

  it.each([undefined, "", "aws"])("%o is as AWS", (text) => {
    expect(parseRates(text, "us-east-1")).toEqual(aws());
  });

  it("changes what it names, and nothing else", () => {
    const { calls, ...changed } = { ...aws(), manage: 20, symmetric: 0.5 };
    expect(parseRates('{"manage": 20, "symmetric": 0.5}', "us-east-1")).toMatchObject(changed);
    expect(parseRates(`{"calls": ${calls - 1}}`, "us-east-1")).toEqual({ ...aws(), calls: calls - 1 });
  });

  it("moves the bound on all calls along with what it names", () => {
    expect(parseRates('{"symmetric": 200000}', "us-east-1")?.calls).toBeGreaterThan(200_000);
    expect(parseRates('{"manage": 10000}', "us-east-1")?.calls).toBeGreaterThan(20 * 10_000);
  });

  it.each([
    ...['{"crypto": 5}', '{"toString": 5}', '{"manage": 0}', '{"manage": -1}', '{"manage": "5"}', '{"manage": null}'],
    ...['{"manage": 1e999}', "all", "[]", "5", "true", '""', "{"],
  ])("%s is refused", (text) => {
    expect(() => parseRates(text, "us-east-1")).toThrow(TypeError);
  });

  it.each([
    ["us-east-1", 50_000],
    ["us-west-2", 50_000],
    ["eu-west-1", 50_000],
    ["us-east-2", 10_000],
    ["eu-central-1", 10_000],
    ["eu-west-2", 10_000],
    ["ap-northeast-1", 10_000],
    ["ap-southeast-1", 10_000],
    ["ap-southeast-2", 10_000],
    ["eu-north-1", 5_500],
    ["sa-east-1", 5_500],
  ])("%s does %i symmetric operations a second", (region, rate) => {
    expect(aws(region).symmetric).toBe(rate);
  });

  it("a call of any kind is bounded above all that the quotas allow together", () => {
    const { calls, refusals, symmetric, ...others } = aws("eu-north-1");
    const each = Object.entries(OPERATIONS).flatMap(([, { rate }]: [string, Operation]) =>
      rate === "crypto" || rate === "pair" ? [] : [others[rate === "creation" ? "manage" : rate]],
    );
    const together = [symmetric, refusals, others.rsa, others.ecc, others.postQuantum, ...each];
    expect(calls).toBeGreaterThan(together.reduce((sum, rate) => sum + rate, 0));
  });
});

describe("what an admitted call costs", () => {
  const request = (recorded: Request["recorded"]): Request => ({
    recorded,
    given: recorded,
    resources: [],
    dryRun: false,
    run: () => ({ output: {} }),
  });
  const keyOf = (spec: string): Key => ({ spec }) as Key;
  const costOf = (name: keyof typeof OPERATIONS, specs: readonly string[] = [], recorded: Request["recorded"] = {}) =>
    tokensOf(name, OPERATIONS[name], request(recorded), specs.map(keyOf)).map(({ bucket, rate }) => [bucket, aws()[rate]]);

  it.each([
    ["SYMMETRIC_DEFAULT", "symmetric", 50_000],
    ["HMAC_256", "symmetric", 50_000],
    ["RSA_2048", "rsa", 500],
    ["ECC_NIST_P256", "ecc", 300],
    ["ECC_SECG_P256K1", "ecc", 300],
    ["ML_DSA_44", "postQuantum", 1000],
  ])("with a key of %s, one of those that its kind shares", (spec, bucket, rate) => {
    expect(costOf("Encrypt", [spec])).toEqual([[bucket, rate]]);
    expect(costOf("Sign", [spec])).toEqual([[bucket, rate]]);
  });

  it("without a key, one of the symmetric", () => {
    expect(costOf("GenerateRandom")).toEqual([["symmetric", 50_000]]);
  });

  it("ReEncrypt takes two, of whatever its keys are", () => {
    expect(costOf("ReEncrypt", ["SYMMETRIC_DEFAULT", "SYMMETRIC_DEFAULT"])).toEqual(Array(2).fill(["symmetric", 50_000]));
    expect(costOf("ReEncrypt", ["RSA_2048", "SYMMETRIC_DEFAULT"]).map(([bucket]) => bucket)).toEqual(["rsa", "symmetric"]);
  });

  it.each([
    ["RSA_2048", 1],
    ["RSA_3072", 0.5],
    ["RSA_4096", 0.1],
    ["ECC_NIST_P256", 25],
    ["ECC_NIST_P384", 10],
    ["ECC_NIST_P521", 5],
    ["ECC_SECG_P256K1", 25],
    ["ECC_NIST_EDWARDS25519", 25],
    ["ML_KEM_512", 25],
    ["ML_KEM_768", 25],
    ["ML_KEM_1024", 25],
    ["SM2", 25],
  ])("a data key pair of %s, one of its own %d", (KeyPairSpec, rate) => {
    const names = ["GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext"] as const;
    for (const name of names)
      expect(costOf(name, ["SYMMETRIC_DEFAULT"], { KeyPairSpec })).toEqual([[`pairs/${KeyPairSpec}`, rate]]);
  });

  it("CreateKey, one of its own, and where the key takes as long to make as a pair of RSA, one of those pairs'", () => {
    for (const [KeySpec, rate] of [
      ["RSA_2048", 1],
      ["RSA_4096", 0.1],
    ] as const)
      expect(costOf("CreateKey", [], { KeySpec })).toEqual([
        ["CreateKey", 5],
        [`pairs/${KeySpec}`, rate],
      ]);
    expect(costOf("CreateKey", [], { KeySpec: "RSA_4096", Origin: "EXTERNAL" })).toEqual([["CreateKey", 5]]); // nothing is made
    for (const KeySpec of ["SYMMETRIC_DEFAULT", "ECC_NIST_P256", "ML_DSA_44", "SM2"])
      expect(costOf("CreateKey", [], { KeySpec })).toEqual([["CreateKey", 5]]);
  });

  it.each([
    ["DescribeKey GetPublicKey ListResourceTags", 2000],
    ["GetKeyPolicy GetKeyRotationStatus", 1000],
    ["ListAliases ListKeys", 500],
    ["ListGrants ListKeyPolicies ListRetirableGrants", 100],
    ["CreateGrant", 50],
    ["RetireGrant RevokeGrant", 30],
    ["DeleteAlias EnableKeyRotation PutKeyPolicy ScheduleKeyDeletion", 15],
    ["TagResource", 10],
    [
      "CancelKeyDeletion ConnectCustomKeyStore CreateAlias CreateCustomKeyStore CreateKey DeleteCustomKeyStore " +
        "DeleteImportedKeyMaterial DescribeCustomKeyStores DisableKey DisableKeyRotation DisconnectCustomKeyStore EnableKey " +
        "ImportKeyMaterial ReplicateKey UntagResource UpdateAlias UpdateCustomKeyStore UpdateKeyDescription UpdatePrimaryRegion",
      5,
    ],
    ["GetParametersForImport", 0.25],
  ])("%s: one of the operation's own %d", (names, rate) => {
    for (const name of names.split(" ") as (keyof typeof OPERATIONS)[])
      expect(costOf(name, ["RSA_2048"])).toEqual([[name, rate]]);
  });
});

describe("a bucket", () => {
  const one: Token<RateName> = { bucket: "CreateKey", rate: "manage" };
  const setUp = (manage: number) => {
    const clock = { now: 1_000_000 };
    const rates = tokenBuckets<RateName>({ ...aws(), manage }, () => clock.now);
    /** How many calls get through, of so many. */
    const passed = (calls: number, tokens: readonly Token<RateName>[] = [one], account = ACCOUNT) =>
      Array.from({ length: calls }, () => rates.spend(account, tokens)).filter((spent) => spent).length;
    return { clock, passed };
  };

  it("holds a second's worth, and fills up as time passes", () => {
    const { clock, passed } = setUp(5);
    expect(passed(20)).toBe(5);
    clock.now += 199;
    expect(passed(20)).toBe(0);
    clock.now += 1;
    expect(passed(20)).toBe(1);
    clock.now += 3_600_000;
    expect(passed(20)).toBe(5);
  });

  it("of less than one a second lets one through in its time", () => {
    const { clock, passed } = setUp(0.25);
    expect(passed(3)).toBe(1);
    clock.now += 3999;
    expect(passed(3)).toBe(0);
    clock.now += 1;
    expect(passed(3)).toBe(1);
  });

  it("over any ten seconds lets no more through than its rate, and what it held", () => {
    const { clock, passed } = setUp(5);
    let through = 0;
    for (let step = 0; step < 1000; step++) {
      clock.now += 10;
      through += passed(1);
    }
    expect(through).toBeGreaterThanOrEqual(50);
    expect(through).toBeLessThanOrEqual(55);
  });

  it("gives two at once where it holds one, and takes the other out of what comes", () => {
    const { clock, passed } = setUp(1);
    expect(passed(3, [one, one])).toBe(1);
    clock.now += 1999;
    expect(passed(1, [one, one])).toBe(0);
    clock.now += 1;
    expect(passed(1, [one, one])).toBe(1);
  });

  it("takes of several all or nothing", () => {
    const { passed } = setUp(5);
    const other: Token<RateName> = { bucket: "GetParametersForImport", rate: "importing" };
    expect(passed(4, [one, other])).toBe(1);
    expect(passed(9)).toBe(4);
  });

  it("is neither filled nor drained by a clock that goes back", () => {
    const { clock, passed } = setUp(5);
    expect(passed(3)).toBe(3);
    clock.now -= 3_600_000;
    expect(passed(20)).toBe(2);
    clock.now += 200;
    expect(passed(20)).toBe(1);
  });

  it("is an account's own", () => {
    const { passed } = setUp(5);
    expect(passed(20)).toBe(5);
    expect(passed(20, [one], OTHER)).toBe(5);
  });
});
