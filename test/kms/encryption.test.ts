// Encrypt, Decrypt, GenerateDataKey, GenerateRandom.

import { EncryptCommand } from "@aws-sdk/client-kms";
import { describe, expect, it } from "vitest";
import { printGrantToken } from "../../src/keyring/grant-token.ts";
import { validation } from "../support/answers.ts";
import { client, newAccount, REGION, raw } from "../support/client.ts";
import { sdkKey } from "../support/new-key.ts";

const HELLO = new TextEncoder().encode("hello");
const CONTEXT = { "context-key": "context-value" };

const invalidCiphertext = { status: 400, text: '{"__type":"InvalidCiphertextException"}' };

/** An account with a key, and a message that it has encrypted. */
async function sealed(EncryptionContext: Record<string, string> = {}) {
  const account = newAccount();
  const kms = await client({ account });
  const key = await sdkKey(kms);
  const { CiphertextBlob = new Uint8Array() } = await kms.send(
    new EncryptCommand({ KeyId: key.id, Plaintext: HELLO, EncryptionContext }),
  );
  const decrypt = (blob: Uint8Array, more: Record<string, unknown> = {}) =>
    raw("Decrypt", { CiphertextBlob: blob.toBase64(), ...more }, { account });
  return { account, kms, key, blob: CiphertextBlob, decrypt };
}

describe("Encrypt", () => {
  it("answers ciphertext, key ARN and algorithm; twice the same message, two ciphertexts", async () => {
    const { account, key, blob, kms } = await sealed();
    const { json } = await raw("Encrypt", { KeyId: key.arn, Plaintext: HELLO.toBase64() }, { account });
    expect(json).toEqual({ CiphertextBlob: expect.any(String), KeyId: key.arn, EncryptionAlgorithm: "SYMMETRIC_DEFAULT" });
    expect(json["CiphertextBlob"]).not.toBe(blob.toBase64());
    const { KeyId } = await kms.send(
      new EncryptCommand({ KeyId: key.id, Plaintext: HELLO, EncryptionAlgorithm: "SYMMETRIC_DEFAULT" }),
    );
    expect(KeyId).toBe(key.arn);
  });

  it("ENC-07, ENC-08: between 1 and 4096 bytes; the value is never echoed", async () => {
    const { account, key } = await sealed();
    const encrypt = (bytes: number) =>
      raw("Encrypt", { KeyId: key.id, Plaintext: new Uint8Array(bytes).toBase64() }, { account });
    const broken = (rule: string) =>
      validation(
        `1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length ${rule}`,
      );
    expect(await encrypt(4096)).toMatchObject({ status: 200 });
    expect(await encrypt(4097)).toMatchObject(broken("less than or equal to 4096"));
    expect(await encrypt(0)).toMatchObject(broken("greater than or equal to 1"));
  });

  it("an algorithm of asymmetric keys does not fit", async () => {
    const { account, key } = await sealed();
    expect(
      await raw("Encrypt", { KeyId: key.id, Plaintext: "AA==", EncryptionAlgorithm: "RSAES_OAEP_SHA_256" }, { account }),
    ).toMatchObject({
      status: 400,
      json: {
        __type: "InvalidKeyUsageException",
        message: "Algorithm RSAES_OAEP_SHA_256 is incompatible with key spec SYMMETRIC_DEFAULT.",
      },
    });
  });

  it("an encryption context is at most 8 KiB, checked before the key is looked for", async () => {
    const EncryptionContext = { k: "v".repeat(8192) };
    expect(await raw("Encrypt", { KeyId: "no-such-key", Plaintext: "AA==", EncryptionContext })).toMatchObject({
      status: 400,
      json: { __type: "ValidationException" },
    });
    const { account, key } = await sealed();
    const fits = { k: "v".repeat(8192 - 4 - 8 - 1) };
    expect(await raw("Encrypt", { KeyId: key.id, Plaintext: "AA==", EncryptionContext: fits }, { account })).toMatchObject({
      status: 200,
    });
  });

  it("grant tokens are checked for their shape and change nothing", async () => {
    const { account, key } = await sealed();
    const encrypt = (GrantTokens: unknown) => raw("Encrypt", { KeyId: key.id, Plaintext: "AA==", GrantTokens }, { account });
    const names = { account, region: REGION, keyId: key.id, grantId: "0".repeat(64) };
    expect(await encrypt([printGrantToken(names, new Uint8Array(8))])).toMatchObject({ status: 200 }); // of a grant that is gone
    expect(await encrypt(["some-token"])).toMatchObject({ status: 400, json: { __type: "InvalidGrantTokenException" } });
    expect(await encrypt(Array(11).fill("t"))).toMatchObject({ status: 400, json: { __type: "ValidationException" } });
    expect(await encrypt([""])).toMatchObject(
      validation(
        "1 validation error detected: Value at 'grantTokens' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 8192, Member must have length greater than or equal to 1]",
      ),
    );
  });
});

describe("Decrypt", () => {
  it("ENC-11: with the same context, AWS's members and no others", async () => {
    const { key, blob, decrypt } = await sealed(CONTEXT);
    expect((await decrypt(blob, { EncryptionContext: CONTEXT })).json).toEqual({
      EncryptionAlgorithm: "SYMMETRIC_DEFAULT",
      KeyId: key.arn,
      KeyMaterialId: key.materialId,
      Plaintext: HELLO.toBase64(),
    });
  });

  it.each([
    ["none", undefined],
    ["an empty one", {}],
    ["another value", { "context-key": "other" }],
    ["ENC-23: another case", { "Context-Key": "context-value" }],
    ["one pair more", { ...CONTEXT, more: "x" }],
    ["key and value swapped", { "context-value": "context-key" }],
  ])("another context: %s", async (_, EncryptionContext) => {
    const { blob, decrypt } = await sealed(CONTEXT);
    expect(await decrypt(blob, { EncryptionContext })).toMatchObject(invalidCiphertext);
  });

  it("ENC-22: the order of a context does not matter; __proto__ is a name like any other", async () => {
    const { account, key } = await sealed();
    const { json } = await raw(
      "Encrypt",
      `{"KeyId":"${key.id}","Plaintext":"AA==","EncryptionContext":{"a":"1","b":"2","__proto__":"3"}}`,
      { account },
    );
    const decrypt = (context: string) =>
      raw("Decrypt", `{"CiphertextBlob":"${json["CiphertextBlob"]}","EncryptionContext":${context}}`, { account });
    expect(await decrypt('{"__proto__":"3","b":"2","a":"1"}')).toMatchObject({ status: 200 });
    expect(await decrypt('{"b":"2","a":"1"}')).toMatchObject(invalidCiphertext);
  });

  it("ENC-13, ENC-14: cut off, appended to, or altered anywhere, in one voice", async () => {
    const { key, blob, decrypt } = await sealed(CONTEXT);
    const context = { EncryptionContext: CONTEXT };
    const appended = Uint8Array.of(...blob, ...new TextEncoder().encode("bad_data"));
    expect(await decrypt(blob.subarray(68), { ...context, KeyId: key.id })).toMatchObject(invalidCiphertext);
    expect(await decrypt(appended, context)).toMatchObject(invalidCiphertext);
    for (const length of [1, 86, 87, 103])
      expect(await decrypt(blob.subarray(0, length), context)).toMatchObject(invalidCiphertext);
    // Behind version, flags, account and key id: the material, nonce, commitment, body and tag.
    for (let at = 23; at < blob.byteLength; at += 7) {
      const altered = blob.map((byte, index) => (index === at ? byte ^ 1 : byte));
      expect(await decrypt(altered, context), `byte ${at}`).toMatchObject(invalidCiphertext);
    }
  });

  it("KeyId may name the key, in each form, and must be the right one", async () => {
    const { account, kms, key, blob, decrypt } = await sealed();
    const other = await sdkKey(kms);
    for (const KeyId of [key.id, key.arn]) expect(await decrypt(blob, { KeyId })).toMatchObject({ status: 200 });
    expect(await decrypt(blob, { KeyId: other.id })).toMatchObject({
      status: 400,
      json: {
        __type: "IncorrectKeyException",
        message: "The key ID in the request does not identify a CMK that can perform this operation.",
      },
    });
    await raw("DisableKey", { KeyId: other.id }, { account });
    expect(await decrypt(blob, { KeyId: other.id })).toMatchObject({ json: { __type: "IncorrectKeyException" } });
    expect(await decrypt(blob, { KeyId: "no-such-key" })).toMatchObject({ json: { __type: "NotFoundException" } });
  });

  it("a ciphertext of a key that is gone, or was never here", async () => {
    const { blob, decrypt } = await sealed();
    const altered = blob.map((byte, index) => (index === 10 ? byte ^ 1 : byte)); // within the key id
    expect(await decrypt(altered)).toMatchObject({ json: { __type: "AccessDeniedException" } });
  });

  it("what is no ciphertext comes before any look-up; an absent one is named", async () => {
    const { decrypt, account } = await sealed();
    expect(await decrypt(HELLO, { KeyId: "no-such-key" })).toMatchObject(invalidCiphertext);
    expect(await raw("Decrypt", {}, { account })).toMatchObject(
      validation(
        "1 validation error detected: Value null at 'ciphertextBlob' failed to satisfy constraint: Member must not be null",
      ),
    );
    expect(await raw("Decrypt", { CiphertextBlob: "***" }, { account })).toMatchObject({
      status: 400,
      text: '{"__type":"SerializationException"}',
    }); // PROTO-12
  });

  it("a disabled key does not decrypt", async () => {
    const { account, key, blob, decrypt } = await sealed();
    await raw("DisableKey", { KeyId: key.id }, { account });
    expect(await decrypt(blob)).toMatchObject({
      status: 400,
      json: { __type: "DisabledException", message: `${key.arn} is disabled.` },
    });
  });
});

describe("DryRun", () => {
  const wouldHave = {
    status: 400,
    json: { __type: "DryRunOperationException", message: "The request would have succeeded, but the DryRun option is set." },
  };

  it("succeeds by refusing, last of all checks", async () => {
    const { account, key, blob, decrypt } = await sealed();
    expect(await raw("Encrypt", { KeyId: key.id, Plaintext: "AA==", DryRun: true }, { account })).toMatchObject(wouldHave);
    expect(await raw("GenerateDataKey", { KeyId: key.id, KeySpec: "AES_256", DryRun: true }, { account })).toMatchObject(
      wouldHave,
    );
    expect(await decrypt(blob, { DryRun: true })).toMatchObject(wouldHave);
    expect(await decrypt(blob, { DryRun: true, EncryptionContext: { a: "b" } })).toMatchObject(invalidCiphertext);
    await raw("DisableKey", { KeyId: key.id }, { account });
    expect(await decrypt(blob, { DryRun: true })).toMatchObject({ json: { __type: "DisabledException" } });
  });

  it("of Decrypt may leave the ciphertext out, if it names the key", async () => {
    const { account, key } = await sealed();
    const dryRun = { DryRun: true, DryRunModifiers: ["IGNORE_CIPHERTEXT"] };
    expect(await raw("Decrypt", { KeyId: key.id, ...dryRun }, { account })).toMatchObject(wouldHave);
    expect(await raw("Decrypt", dryRun, { account })).toMatchObject({ json: { __type: "ValidationException" } });
    expect(await raw("Decrypt", { KeyId: key.id, DryRunModifiers: ["IGNORE_CIPHERTEXT"] }, { account })).toMatchObject({
      json: { __type: "ValidationException" },
    });
  });
});

it("PROTO-09: unknown members are passed over, null is absence", async () => {
  const { account, key } = await sealed();
  expect(await raw("DescribeKey", { KeyId: key.id, Foo: 1, GrantTokens: null }, { account })).toMatchObject({ status: 200 });
});
