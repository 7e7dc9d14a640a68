// Condition keys by their names, and by two at once: whose case counts, what cannot be told apart, what one half of a call knows of the other.

import { describe, expect, it } from "vitest";
import type { ObjectCall } from "../../src/durable/call.ts";
import { type Asked, conditionValue } from "../../src/kms/conditions.ts";
import { newAccount, raw } from "../support/client.ts";
import { allow, deny, policyOf, user, type Written } from "../support/identities.ts";
import { newKey, PLAINTEXT } from "../support/new-key.ts";
import { callFor } from "../support/passports.ts";
import { callStore, inStore } from "../support/store.ts";
import { cast } from "../support/views.ts";

type Members = Record<string, unknown>;
const DAY_MS = 86_400_000;
const DENIED = "AccessDeniedException";

/** A user with these statements, before a key. */
async function userWith(...identity: readonly Written[]) {
  const account = newAccount();
  const KeyId = await newKey(account);
  const ann = user(account, "ann", { identity });
  const { as } = await cast(account, ann);
  const call = async (operation: string, input: Members = {}) => {
    const { status, json } = await as(ann)(operation, { KeyId, ...input });
    return status === 200 ? "let in" : json["__type"];
  };
  return {
    account,
    KeyId,
    call,
    encrypt: (EncryptionContext: Members) => call("Encrypt", { Plaintext: PLAINTEXT, EncryptionContext }),
  };
}

const KELVIN = "\u212a";

describe("a condition key's name", () => {
  it.each(["KMS:encryptionalgorithm", "kms:ENCRYPTIONALGORITHM", "Kms:EncryptionAlgorithm"])(
    "%s is kms:EncryptionAlgorithm",
    async (key) => {
      const { encrypt } = await userWith(allow("kms:Encrypt", { Condition: { StringEquals: { [key]: "SYMMETRIC_DEFAULT" } } }));
      expect(await encrypt({})).toBe("let in");
    },
  );

  it.each([`${KELVIN}ms:EncryptionAlgorithm`, `kms:${KELVIN}eySpec`])(
    "%s, with the sign of the kelvin, is no key that a call has",
    async (key) => {
      const equal = { StringEquals: { [key]: "SYMMETRIC_DEFAULT" } };
      expect(await (await userWith(allow("kms:Encrypt", { Condition: equal }))).encrypt({})).toBe(DENIED);
      const absent = { Null: { [key]: "true" } };
      expect(await (await userWith(allow("kms:Encrypt", { Condition: absent }))).encrypt({})).toBe("let in");
    },
  );

  it("with the sign of the kelvin is no name of a context that has a k", async () => {
    const { encrypt } = await userWith(allow("kms:Encrypt", { Condition: { StringEquals: { "kms:EncryptionContext:k": "v" } } }));
    expect(await encrypt({ [KELVIN]: "v" })).toBe(DENIED);
    expect(await encrypt({ K: "v" })).toBe("let in");
  });
});

describe("names of a context that differ in case alone", () => {
  const Condition = { StringEquals: { "kms:EncryptionContext:team": "blue" } };

  it("are let in where both values are", async () => {
    const { encrypt } = await userWith(allow("kms:Encrypt", { Condition }));
    expect(await encrypt({ Team: "blue", team: "green" })).toBe(DENIED);
    expect(await encrypt({ Team: "green", team: "blue" })).toBe(DENIED);
    expect(await encrypt({ Team: "blue", team: "blue" })).toBe("let in");
  });

  it("are refused where either value is", async () => {
    const { encrypt } = await userWith(allow("kms:Encrypt"), deny("kms:Encrypt", { Condition }));
    expect(await encrypt({ Team: "blue", team: "green" })).toBe(DENIED);
    expect(await encrypt({ Team: "green", team: "blue" })).toBe(DENIED);
    expect(await encrypt({ Team: "green", team: "green" })).toBe("let in");
  });

  it("are two in kms:EncryptionContextKeys, whose case counts", async () => {
    const only = { "ForAllValues:StringEquals": { "kms:EncryptionContextKeys": ["team"] } };
    const { encrypt } = await userWith(allow("kms:Encrypt", { Condition: only }));
    expect(await encrypt({ Team: "blue", team: "green" })).toBe(DENIED);
    expect(await encrypt({ team: "green" })).toBe("let in");
  });

  it("of tags are the same: a tag that a request gives twice is let in where both are", async () => {
    const tagged = { StringEquals: { "aws:RequestTag/team": "blue" } };
    const { call } = await userWith(allow("kms:TagResource", { Condition: tagged }));
    const tag = (one: string, other: string) =>
      call("TagResource", {
        Tags: [
          { TagKey: "Team", TagValue: one },
          { TagKey: "team", TagValue: other },
        ],
      });
    expect(await tag("blue", "green")).toBe(DENIED);
    expect(await tag("blue", "blue")).toBe("let in");
  });
});

describe("RetireGrant", () => {
  it("is refused by a Deny on what the grant is bound to", async () => {
    const Condition = {
      StringEquals: { "kms:EncryptionContext:Team": "blue", "kms:GrantConstraintType": "EncryptionContextSubset" },
    };
    const { account, KeyId, call } = await userWith(allow("kms:RetireGrant"), deny("kms:RetireGrant", { Condition }));
    const retire = async (type: string, Team: string) => {
      const input = { KeyId, GranteePrincipal: `arn:aws:iam::${account}:root`, Operations: ["Encrypt"] };
      const { json } = await raw("CreateGrant", { ...input, Constraints: { [type]: { Team } } }, { account });
      return call("RetireGrant", { GrantId: json["GrantId"] });
    };
    expect(await retire("EncryptionContextSubset", "blue")).toBe(DENIED);
    expect(await retire("EncryptionContextEquals", "blue")).toBe("let in");
    expect(await retire("EncryptionContextSubset", "green")).toBe("let in");
  });
});

describe("a key policy", () => {
  it("sees what a call sends, and leaves in who sends what it takes", async () => {
    const account = newAccount();
    const ann = user(account, "ann");
    const { as } = await cast(account, ann);
    const statement = {
      ...{ Effect: "Allow", Principal: { AWS: ann.arn }, Action: "kms:Encrypt", Resource: "*" },
      Condition: { StringEquals: { "kms:EncryptionContext:Team": "blue" }, Null: { "kms:ViaService": "true" } },
    };
    const owner = { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: "kms:*", Resource: "*" };
    const KeyId = await newKey(account, { Policy: policyOf(statement, owner) });
    const encrypt = (Team: string) => as(ann)("Encrypt", { KeyId, Plaintext: PLAINTEXT, EncryptionContext: { Team } });
    expect((await encrypt("green")).json["__type"]).toBe(DENIED);
    expect((await encrypt("blue")).status).toBe(200);
  });
});

describe("aws:SecureTransport", () => {
  it.each<[string, Partial<ObjectCall>, string]>([
    ["true where the front says that it came over https", { secure: true }, "let in"],
    ["false over plain http, whatever the platform shows of TLS", { secure: false, tlsVersion: "TLSv1.3" }, DENIED],
    ["true for a front of the version before, which shows TLS alone", { tlsVersion: "TLSv1.3" }, "let in"],
    ["false for a front of the version before, without TLS", {}, DENIED],
  ])("is %s", async (_, over, expected) => {
    const account = newAccount();
    const owner = { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: "kms:*", Resource: "*" };
    const Condition = { Bool: { "aws:SecureTransport": "false" } };
    const Policy = policyOf(owner, { ...owner, Effect: "Deny", Action: "kms:DescribeKey", Condition });
    const KeyId = await newKey(account, { Policy });
    const reply = await callStore(account, await callFor(account, "DescribeKey", { KeyId }, over));
    const answered = typeof reply === "string" ? "let in" : JSON.parse(reply?.body ?? "{}").__type;
    expect(answered).toBe(expected);
  });
});

it("kms:TrailingDaysWithoutKeyUsage counts from where uses began to be kept, of a key that is older", async () => {
  const Condition = { NumericEquals: { "kms:TrailingDaysWithoutKeyUsage": "2" } };
  const { account, KeyId, call } = await userWith(allow("kms:DisableKey", { Condition }));
  await inStore(account, ({ storage: { sql } }) => {
    sql.exec("UPDATE key SET created_at = created_at - ?", 10 * DAY_MS);
    sql.exec("UPDATE meta SET value = ? WHERE name = 'usage tracked since'", String(Date.now() - 3 * DAY_MS));
  });
  expect(await call("DisableKey")).toBe(DENIED);
  await inStore(account, ({ storage: { sql } }) => {
    sql.exec("UPDATE meta SET value = ? WHERE name = 'usage tracked since'", String(Date.now() - 2 * DAY_MS));
  });
  expect(await call("DisableKey", { KeyId })).toBe("let in");
});

it.each([
  ["kms:PrimaryRegion", "PrimaryRegion"],
  ["kms:ReplicaRegion", "ReplicaRegion"],
] as const)("%s is a member of the request, where the operation has it", (key, member) => {
  const request = { recorded: { [member]: "eu-west-1" } };
  const asked = (conditions: readonly string[]) => ({ request, conditions }) as unknown as Asked;
  expect(conditionValue(key.toLowerCase(), asked([key]))).toBe("eu-west-1");
  expect(conditionValue(key.toLowerCase(), asked([]))).toBeUndefined();
});
