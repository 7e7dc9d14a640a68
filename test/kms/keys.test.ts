// CreateKey, DescribeKey, ListKeys, EnableKey, DisableKey, through the SDK; raw requests for what the SDK would not send.

import {
  CreateKeyCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EncryptCommand,
  ListKeysCommand,
  paginateListKeys,
  UpdateKeyDescriptionCommand,
} from "@aws-sdk/client-kms";
import { describe, expect, it } from "vitest";
import { KEY_SPECS } from "../../src/keyring/specs.ts";
import { validation } from "../support/answers.ts";
import { client, newAccount, raw } from "../support/client.ts";
import { sdkKey } from "../support/new-key.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe("CreateKey and DescribeKey", () => {
  it("KEY-01: a symmetric key, with AWS's members and no others", async () => {
    const account = newAccount();
    const created = await raw("CreateKey", { Description: "test key 123" }, { account });
    expect(created.status).toBe(200);
    const metadata = created.json["KeyMetadata"] as Record<string, unknown>;
    expect(metadata).toEqual({
      AWSAccountId: account,
      Arn: `arn:aws:kms:us-east-1:${account}:key/${metadata["KeyId"]}`,
      CreationDate: expect.closeTo(Date.now() / 1000, -1),
      CurrentKeyMaterialId: expect.stringMatching(/^[0-9a-f]{64}$/),
      CustomerMasterKeySpec: "SYMMETRIC_DEFAULT",
      Description: "test key 123",
      Enabled: true,
      EncryptionAlgorithms: ["SYMMETRIC_DEFAULT"],
      KeyId: expect.stringMatching(UUID),
      KeyManager: "CUSTOMER",
      KeySpec: "SYMMETRIC_DEFAULT",
      KeyState: "Enabled",
      KeyUsage: "ENCRYPT_DECRYPT",
      MultiRegion: false,
      Origin: "AWS_KMS",
    });
    const described = await raw("DescribeKey", { KeyId: metadata["KeyId"] as string }, { account });
    expect(described.json).toEqual(created.json);
  });

  it("the deprecated CustomerMasterKeySpec is still taken", async () => {
    const { json } = await raw("CreateKey", { CustomerMasterKeySpec: "SYMMETRIC_DEFAULT" });
    expect(json).toMatchObject({ KeyMetadata: { KeySpec: "SYMMETRIC_DEFAULT", CustomerMasterKeySpec: "SYMMETRIC_DEFAULT" } });
  });

  it.each([
    [
      "KEY-03: no KeyUsage",
      { KeySpec: "HMAC_256" },
      "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.",
    ],
    [
      "KEY-06: KeyUsage and KeySpec apart",
      { KeySpec: "RSA_2048", KeyUsage: "KEY_AGREEMENT" },
      "KeyUsage KEY_AGREEMENT is not compatible with KeySpec RSA_2048",
    ],
    [
      "KEY-12: a symmetric key that signs",
      { KeyUsage: "SIGN_VERIFY" },
      "The operation failed because the KeyUsage value of the CMK is SIGN_VERIFY. To perform this operation, the KeyUsage value must be ENCRYPT_DECRYPT.",
    ],
    [
      "KEY-13: both spec members",
      { KeySpec: "RSA_2048", CustomerMasterKeySpec: "RSA_2048", KeyUsage: "ENCRYPT_DECRYPT" },
      "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.",
    ],
  ])("%s", async (_, input, message) => {
    expect(await raw("CreateKey", input)).toMatchObject(validation(message));
  });

  it("KEY-04: an unknown KeySpec is answered with every valid one", async () => {
    const { status, json } = await raw("CreateKey", { KeySpec: "HMAC_random" });
    expect(status).toBe(400);
    const [, values = ""] =
      /^1 validation error detected: Value 'HMAC_random' at 'keySpec' failed to satisfy constraint: Member must satisfy enum value set: \[(.*)\]$/.exec(
        String(json["message"]),
      ) ?? [];
    expect(values.split(", ").sort()).toEqual([...KEY_SPECS].sort());
  });

  it.each([
    ["multi-Region", { MultiRegion: true }, "MultiRegion is not available yet."],
    [
      "a custom key store",
      { CustomKeyStoreId: "cks-1234567890abcdef0", Origin: "AWS_CLOUDHSM" },
      "CustomKeyStoreId is not available yet.",
    ],
    ["an external key", { XksKeyId: "bb8562717f809024", Origin: "EXTERNAL_KEY_STORE" }, "CustomKeyStoreId is not available yet."],
  ])("%s that is not built yet is unsupported", async (_, input, message) => {
    expect(await raw("CreateKey", input)).toMatchObject({
      status: 400,
      json: { __type: "UnsupportedOperationException", message },
    });
  });

  it.each([
    ["TAG-02", "aws:key1"],
    ["TAG-03", "AWS:key1"],
  ])("%s: reserved tag keys", async (_, TagKey) => {
    const answer = await raw("CreateKey", { Tags: [{ TagKey, TagValue: "v" }] });
    expect(answer).toMatchObject({
      status: 400,
      json: { __type: "TagException", message: "Tags beginning with aws: are reserved" },
    });
  });

  it("TAG-05: long tag keys and values, each by its path", async () => {
    const long = (path: string, value: string, max: number) =>
      `Value '${value}' at '${path}' failed to satisfy constraint: Member must have length less than or equal to ${max}`;
    const [key, value] = ["a".repeat(129), "v".repeat(257)];
    const Tags = [
      { TagKey: key, TagValue: "v" },
      { TagKey: "k", TagValue: value },
    ];
    expect(await raw("CreateKey", { Tags })).toMatchObject(
      validation(
        `2 validation errors detected: ${long("tags.1.member.tagKey", key, 128)}; ${long("tags.2.member.tagValue", value, 256)}`,
      ),
    );
  });

  it("too many tags, and tags given twice", async () => {
    const many = Array.from({ length: 51 }, (_, at) => ({ TagKey: `k${at}`, TagValue: "" }));
    expect(await raw("CreateKey", { Tags: many })).toMatchObject({ json: { __type: "TagException", message: "Too many tags" } });
    const twice = [many[0], many[0]];
    expect(await raw("CreateKey", { Tags: twice })).toMatchObject({
      json: { __type: "TagException", message: "Duplicate tag keys" },
    });
  });

  it("a given policy is checked for its shape, and a refused call makes no key", async () => {
    const account = newAccount();
    const kms = await client({ account });
    const malformed = await raw("CreateKey", { Policy: '{"Version":"2012-10-17","Statement":[' }, { account });
    expect(malformed).toMatchObject({ status: 400, json: { __type: "MalformedPolicyDocumentException" } });
    const large = await raw("CreateKey", { Policy: `{"Id":"${"x".repeat(32768)}"}` }, { account });
    expect(large).toMatchObject({ status: 400, json: { __type: "LimitExceededException" } });
    expect((await kms.send(new ListKeysCommand({}))).Keys).toEqual([]);
  });

  it("a policy is in force with the key, for root too", async () => {
    const kms = await client();
    const Policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Deny", Principal: "*", Action: "kms:*", Resource: "*" }],
    });
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Policy, BypassPolicyLockoutSafetyCheck: true }));
    const described = kms.send(new DescribeKeyCommand({ KeyId: KeyMetadata?.KeyId }));
    await expect(described).rejects.toThrow("with an explicit deny in a resource-based policy");
  });
});

describe("EnableKey and DisableKey", () => {
  it("STATE-01: off and on, idempotently, with empty bodies", async () => {
    const account = newAccount();
    const kms = await client({ account });
    const { id } = await sdkKey(kms);
    const stateOf = async () => {
      const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: id }));
      return [KeyMetadata?.KeyState, KeyMetadata?.Enabled];
    };
    for (const [operation, state] of [
      ["DisableKey", "Disabled"],
      ["DisableKey", "Disabled"],
      ["EnableKey", "Enabled"],
      ["EnableKey", "Enabled"],
    ] as const) {
      expect(await raw(operation, { KeyId: id }, { account })).toMatchObject({ status: 200, text: "" });
      expect(await stateOf()).toEqual([state, state === "Enabled"]);
    }
  });

  it("a disabled key does no cryptography, and says so", async () => {
    const kms = await client();
    const { id, arn } = await sdkKey(kms);
    await kms.send(new DisableKeyCommand({ KeyId: id }));
    const encrypting = kms.send(new EncryptCommand({ KeyId: id, Plaintext: Uint8Array.of(1) }));
    await expect(encrypting).rejects.toMatchObject({ name: "DisabledException", message: `${arn} is disabled.` });
    await kms.send(new EnableKeyCommand({ KeyId: id }));
    await kms.send(new EncryptCommand({ KeyId: id, Plaintext: Uint8Array.of(1) }));
  });
});

describe("ListKeys", () => {
  it("pages through all keys, each once, and says when there are more", async () => {
    const kms = await client();
    const made = await Promise.all(Array.from({ length: 7 }, () => sdkKey(kms)));
    const first = await kms.send(new ListKeysCommand({ Limit: 3 }));
    expect(first).toMatchObject({ Truncated: true, NextMarker: expect.any(String) });
    const listed = [];
    for await (const page of paginateListKeys({ client: kms, pageSize: 3 }, {})) listed.push(...(page.Keys ?? []));
    expect(listed.map(({ KeyId }) => KeyId).sort()).toEqual(made.map(({ id }) => id).sort());
    expect(listed.find(({ KeyId }) => KeyId === made[0]?.id)?.KeyArn).toBe(made[0]?.arn);
  });

  it("Truncated is there when false, NextMarker only when true", async () => {
    const account = newAccount();
    expect((await raw("ListKeys", {}, { account })).json).toEqual({ Keys: [], Truncated: false });
    const kms = await client({ account });
    await Promise.all([sdkKey(kms), sdkKey(kms)]);
    expect((await raw("ListKeys", { Limit: 2 }, { account })).json).toEqual({
      Keys: [expect.anything(), expect.anything()],
      Truncated: false,
    });
  });

  it("a marker is bound to its account and Region, and cannot be altered", async () => {
    const account = newAccount();
    const kms = await client({ account });
    await Promise.all([sdkKey(kms), sdkKey(kms)]);
    const { NextMarker = "" } = await kms.send(new ListKeysCommand({ Limit: 1 }));
    const bad = { status: 400, json: { __type: "InvalidMarkerException" } };
    expect(await raw("ListKeys", { Marker: NextMarker }, { account })).toMatchObject({ status: 200 });
    expect(await raw("ListKeys", { Marker: NextMarker })).toMatchObject(bad);
    expect(await raw("ListKeys", { Marker: NextMarker }, { account, region: "us-west-2" })).toMatchObject(bad);
    const altered = (NextMarker[20] === "A" ? "B" : "A") + NextMarker.slice(21);
    expect(await raw("ListKeys", { Marker: NextMarker.slice(0, 20) + altered }, { account })).toMatchObject(bad);
  });

  it.each([
    [
      "PROTO-14",
      { Limit: 1001 },
      "Value '1001' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 1000",
    ],
    [
      "no key at all",
      { Limit: 0 },
      "Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1",
    ],
  ])("%s: the limit's range", async (_, input, item) => {
    expect(await raw("ListKeys", input)).toMatchObject(validation(`1 validation error detected: ${item}`));
  });

  it("PROTO-15: a made-up marker", async () => {
    expect(await raw("ListKeys", { Marker: "garbage" })).toMatchObject({
      status: 400,
      json: { __type: "InvalidMarkerException" },
    });
  });
});

describe("UpdateKeyDescription", () => {
  it("changes it, and an empty one clears it", async () => {
    const account = newAccount();
    const kms = await client({ account });
    const { id: KeyId } = await sdkKey(kms, { Description: "before" });
    const described = async () => (await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.Description;
    expect(await described()).toBe("before");
    await kms.send(new UpdateKeyDescriptionCommand({ KeyId, Description: "after" }));
    expect(await described()).toBe("after");
    expect(await raw("UpdateKeyDescription", { KeyId, Description: "" }, { account })).toMatchObject({ status: 200, text: "" });
    expect(await described()).toBe("");
    expect(await raw("UpdateKeyDescription", { KeyId, Description: "x".repeat(8193) }, { account })).toMatchObject({
      json: { __type: "ValidationException" },
    });
  });
});
