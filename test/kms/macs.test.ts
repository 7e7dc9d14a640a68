// GenerateMac and VerifyMac beyond what algorithms.test.ts generates: AWS's recorded refusals, RFC 4231's vector, the record.

import { GenerateMacCommand, VerifyMacCommand } from "@aws-sdk/client-kms";
import { describe, expect, it } from "vitest";
import { refusal } from "../support/answers.ts";
import { client, newAccount, raw } from "../support/client.ts";
import { newKey, sdkKey } from "../support/new-key.ts";
import { plant } from "../support/planted.ts";
import { eventOf } from "../support/records.ts";

const Message = new TextEncoder().encode("some important message");

describe.each([
  ["MAC-01", "HMAC_224", "HMAC_SHA_224", 28],
  ["MAC-02", "HMAC_256", "HMAC_SHA_256", 32],
  ["", "HMAC_384", "HMAC_SHA_384", 48],
  ["MAC-04", "HMAC_512", "HMAC_SHA_512", 64],
] as const)("%s %s", (_, KeySpec, MacAlgorithm, bytes) => {
  it("authenticates what it was given, through the SDK", async () => {
    const kms = await client();
    const { id: KeyId, arn } = await sdkKey(kms, { KeySpec, KeyUsage: "GENERATE_VERIFY_MAC" });
    const { Mac, $metadata, ...rest } = await kms.send(new GenerateMacCommand({ KeyId, Message, MacAlgorithm }));
    expect(rest).toEqual({ KeyId: arn, MacAlgorithm });
    expect(Mac?.byteLength).toBe(bytes);
    const verified = await kms.send(new VerifyMacCommand({ KeyId, Message, MacAlgorithm, Mac }));
    expect(verified).toMatchObject({ KeyId: arn, MacAlgorithm, MacValid: true });
  });
});

it("MAC-05, MAC-07, MAC-08, MAC-10: another algorithm, another message, another kind of key", async () => {
  const account = newAccount();
  const call = (name: string, input: Record<string, unknown>) =>
    raw(name, { Message: Message.toBase64(), ...input }, { account });
  const [short, long, symmetric] = await Promise.all([
    newKey(account, { KeySpec: "HMAC_224", KeyUsage: "GENERATE_VERIFY_MAC" }),
    newKey(account, { KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" }),
    newKey(account),
  ]);
  expect(await call("GenerateMac", { KeyId: short, MacAlgorithm: "HMAC_SHA_256" })).toMatchObject(
    refusal("InvalidKeyUsageException", "Algorithm HMAC_SHA_256 is incompatible with key spec HMAC_224."),
  );
  const { json } = await call("GenerateMac", { KeyId: long, MacAlgorithm: "HMAC_SHA_256" });
  const { Mac } = json;
  expect(await call("VerifyMac", { KeyId: long, MacAlgorithm: "HMAC_SHA_256", Mac, Message: "AA==" })).toMatchObject({
    status: 400,
    text: '{"__type":"KMSInvalidMacException"}',
  });
  expect(await call("VerifyMac", { KeyId: long, MacAlgorithm: "HMAC_SHA_512", Mac })).toMatchObject(
    refusal("InvalidKeyUsageException", "Algorithm HMAC_SHA_512 is incompatible with key spec HMAC_256."),
  );
  const arn = `arn:aws:kms:us-east-1:${account}:key/${symmetric}`;
  expect(await call("GenerateMac", { KeyId: symmetric, MacAlgorithm: "HMAC_SHA_224" })).toMatchObject(
    refusal("InvalidKeyUsageException", `${arn} key usage is ENCRYPT_DECRYPT which is not valid for GenerateMac.`),
  );
  expect(await call("VerifyMac", { KeyId: long, MacAlgorithm: "HMAC_SHA_256", Mac, DryRun: true })).toMatchObject(
    refusal("DryRunOperationException"),
  );
});

it("RFC 4231, test case 6: by a key longer than a block", async () => {
  const account = newAccount();
  const material = new Uint8Array(131).fill(0xaa);
  const KeyId = await plant(account, { spec: "HMAC_224", usage: "GENERATE_VERIFY_MAC", material });
  const message = new TextEncoder().encode("Test Using Larger Than Block-Size Key - Hash Key First").toBase64();
  const { json } = await raw("GenerateMac", { KeyId, Message: message, MacAlgorithm: "HMAC_SHA_224" }, { account });
  expect(Uint8Array.fromBase64(String(json["Mac"])).toHex()).toBe("95e9a0db962095adaebe9b2d6f0dbce2d499f112f2d2b7273fa6870e");
});

it("the record holds neither message nor MAC", async () => {
  const account = newAccount();
  const KeyId = await newKey(account, { KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" });
  const input = { KeyId, Message: Message.toBase64(), MacAlgorithm: "HMAC_SHA_256" };
  const made = await raw("GenerateMac", input, { account });
  const verified = await raw("VerifyMac", { ...input, Mac: made.json["Mac"] }, { account });
  for (const { requestId } of [made, verified])
    expect((await eventOf(account, requestId))["requestParameters"]).toEqual({ keyId: KeyId, macAlgorithm: "HMAC_SHA_256" });
});
