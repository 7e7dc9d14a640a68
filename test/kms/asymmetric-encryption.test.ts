// Encrypt, Decrypt and ReEncrypt with RSA keys beyond what algorithms.test.ts generates: AWS's recorded refusals, contexts, both ways between
// symmetric and RSA keys.

import { describe, expect, it } from "vitest";
import { refusal, validation } from "../support/answers.ts";
import { newAccount, raw } from "../support/client.ts";
import { newKey, PLAINTEXT } from "../support/new-key.ts";
import { eventOf } from "../support/records.ts";

const OAEP = "RSAES_OAEP_SHA_256";
const CONTEXT = { purpose: "test" };
const NO_CONTEXT = "EncryptionContext is not supported when encrypting/decrypting with asymmetric CMKs.";
const invalid = { status: 400, text: '{"__type":"InvalidCiphertextException"}' };

/** An account with an RSA key and a symmetric one. */
async function withKeys() {
  const account = newAccount();
  const rsa = await newKey(account, { KeySpec: "RSA_2048", KeyUsage: "ENCRYPT_DECRYPT" });
  const symmetric = await newKey(account);
  const call = (name: string, input: Record<string, unknown>) => raw(name, input, { account });
  const arnOf = (id: string): string => `arn:aws:kms:us-east-1:${account}:key/${id}`;
  return { account, rsa, symmetric, call, arnOf };
}

describe("with an RSA key", () => {
  it("ENC-01, ENC-02: what AWS was sent is too long", async () => {
    const { rsa, call } = await withKeys();
    for (const [EncryptionAlgorithm, most] of [
      ["RSAES_OAEP_SHA_1", 214],
      ["RSAES_OAEP_SHA_256", 190],
    ]) {
      const Plaintext = new Uint8Array(1176).toBase64();
      const message = `Algorithm ${EncryptionAlgorithm} and key spec RSA_2048 cannot encrypt data larger than ${most} bytes.`;
      expect(await call("Encrypt", { KeyId: rsa, Plaintext, EncryptionAlgorithm })).toMatchObject(validation(message));
    }
  });

  it("ENC-10: round trip; what is answered, and recorded, shows no material", async () => {
    const { account, rsa, call, arnOf } = await withKeys();
    const encrypted = await call("Encrypt", { KeyId: rsa, Plaintext: PLAINTEXT, EncryptionAlgorithm: OAEP });
    const { CiphertextBlob } = encrypted.json;
    expect(encrypted.json).toEqual({ CiphertextBlob, KeyId: arnOf(rsa), EncryptionAlgorithm: OAEP });
    expect(Uint8Array.fromBase64(String(CiphertextBlob)).byteLength).toBe(256);
    const decrypted = await call("Decrypt", { KeyId: rsa, CiphertextBlob, EncryptionAlgorithm: OAEP });
    expect(decrypted.json).toEqual({ KeyId: arnOf(rsa), Plaintext: PLAINTEXT, EncryptionAlgorithm: OAEP });
    for (const { requestId } of [encrypted, decrypted]) {
      const event = await eventOf(account, requestId);
      expect(event["requestParameters"]).toEqual({ keyId: rsa, encryptionAlgorithm: OAEP });
      expect(event).not.toHaveProperty("additionalEventData");
    }
  });

  it("ENC-19, ENC-20: without its algorithm, a ciphertext is none, and the key does not fit", async () => {
    const { rsa, call } = await withKeys();
    const { json } = await call("Encrypt", { KeyId: rsa, Plaintext: PLAINTEXT, EncryptionAlgorithm: OAEP });
    expect(await call("Decrypt", { KeyId: rsa, CiphertextBlob: json["CiphertextBlob"] })).toMatchObject(invalid);
    expect(await call("Encrypt", { KeyId: rsa, Plaintext: PLAINTEXT })).toMatchObject(
      refusal("InvalidKeyUsageException", "Algorithm SYMMETRIC_DEFAULT is incompatible with key spec RSA_2048."),
    );
  });

  it("Decrypt needs the key's id: nothing in the ciphertext names it", async () => {
    const { call } = await withKeys();
    const answer = await call("Decrypt", { CiphertextBlob: "AAAA", EncryptionAlgorithm: OAEP });
    const message = "1 validation error detected: Value null at 'keyId' failed to satisfy constraint: Member must not be null";
    expect(answer).toMatchObject(validation(message));
  });

  it("no context is bound: one that is given is refused, behind the algorithm; divergence: an empty one is none", async () => {
    const { rsa, symmetric, call } = await withKeys();
    const encrypt = (KeyId: string, EncryptionContext: object) =>
      call("Encrypt", { KeyId, Plaintext: PLAINTEXT, EncryptionAlgorithm: OAEP, EncryptionContext });
    expect(await encrypt(rsa, CONTEXT)).toMatchObject(validation(NO_CONTEXT));
    expect(await encrypt(symmetric, CONTEXT)).toMatchObject(refusal("InvalidKeyUsageException"));
    const { json, status } = await encrypt(rsa, {});
    expect(status).toBe(200);
    const decrypt = { KeyId: rsa, CiphertextBlob: json["CiphertextBlob"], EncryptionAlgorithm: OAEP };
    expect(await call("Decrypt", { ...decrypt, EncryptionContext: CONTEXT })).toMatchObject(validation(NO_CONTEXT));
  });

  it("a dry run encrypts and opens nothing, and is refused what would be refused", async () => {
    const { rsa, call } = await withKeys();
    const input = { KeyId: rsa, EncryptionAlgorithm: OAEP, DryRun: true };
    const dry = refusal("DryRunOperationException");
    expect(await call("Encrypt", { ...input, Plaintext: PLAINTEXT })).toMatchObject(dry);
    expect(await call("Decrypt", { ...input, CiphertextBlob: "AAAA" })).toMatchObject(invalid);
    expect(await call("Decrypt", { ...input, DryRunModifiers: ["IGNORE_CIPHERTEXT"] })).toMatchObject(dry);
  });

  it("data keys are not made under it", async () => {
    const { rsa, call } = await withKeys();
    const message = "Algorithm SYMMETRIC_DEFAULT is incompatible with key spec RSA_2048.";
    for (const name of ["GenerateDataKey", "GenerateDataKeyWithoutPlaintext"])
      expect(await call(name, { KeyId: rsa, KeySpec: "AES_256" })).toMatchObject(refusal("InvalidKeyUsageException", message));
  });
});

describe("ReEncrypt", () => {
  it("REENC-02: between two RSA keys", async () => {
    const { account, rsa, call, arnOf } = await withKeys();
    const other = await newKey(account, { KeySpec: "RSA_2048", KeyUsage: "ENCRYPT_DECRYPT" });
    const { json } = await call("Encrypt", { KeyId: rsa, Plaintext: PLAINTEXT, EncryptionAlgorithm: OAEP });
    const moved = await call("ReEncrypt", {
      CiphertextBlob: json["CiphertextBlob"],
      ...{ SourceKeyId: rsa, SourceEncryptionAlgorithm: OAEP, DestinationKeyId: other, DestinationEncryptionAlgorithm: OAEP },
    });
    const { CiphertextBlob, ...rest } = moved.json;
    const algorithms = { SourceEncryptionAlgorithm: OAEP, DestinationEncryptionAlgorithm: OAEP };
    expect(rest).toEqual({ SourceKeyId: arnOf(rsa), KeyId: arnOf(other), ...algorithms });
    const opened = await call("Decrypt", { KeyId: other, CiphertextBlob, EncryptionAlgorithm: OAEP });
    expect(opened.json).toMatchObject({ Plaintext: PLAINTEXT });
  });

  it("from a symmetric key to an RSA key and back; the record names the one material that has a name", async () => {
    const { account, rsa, symmetric, call } = await withKeys();
    const sealed = await call("Encrypt", { KeyId: symmetric, Plaintext: PLAINTEXT, EncryptionContext: CONTEXT });
    const there = await call("ReEncrypt", {
      ...{ CiphertextBlob: sealed.json["CiphertextBlob"], SourceEncryptionContext: CONTEXT },
      ...{ DestinationKeyId: rsa, DestinationEncryptionAlgorithm: OAEP },
    });
    expect(there.json).toMatchObject({ SourceKeyMaterialId: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(there.json).not.toHaveProperty("DestinationKeyMaterialId");
    const { additionalEventData } = await eventOf(account, there.requestId);
    expect(Object.keys(additionalEventData as object)).toEqual(["sourceKeyMaterialId"]);
    const back = await call("ReEncrypt", {
      ...{ CiphertextBlob: there.json["CiphertextBlob"], SourceKeyId: rsa, SourceEncryptionAlgorithm: OAEP },
      ...{ DestinationKeyId: symmetric, DestinationEncryptionContext: CONTEXT },
    });
    const opened = await call("Decrypt", { CiphertextBlob: back.json["CiphertextBlob"], EncryptionContext: CONTEXT });
    expect(opened.json).toMatchObject({ Plaintext: PLAINTEXT });
  });

  it("to an RSA key: what is too long for it, and a context, are refused", async () => {
    const { rsa, symmetric, call } = await withKeys();
    const { json } = await call("Encrypt", { KeyId: symmetric, Plaintext: new Uint8Array(191).toBase64() });
    const input = { CiphertextBlob: json["CiphertextBlob"], DestinationKeyId: rsa, DestinationEncryptionAlgorithm: OAEP };
    const message = `Algorithm ${OAEP} and key spec RSA_2048 cannot encrypt data larger than 190 bytes.`;
    expect(await call("ReEncrypt", input)).toMatchObject(validation(message));
    expect(await call("ReEncrypt", { ...input, DestinationEncryptionContext: CONTEXT })).toMatchObject(validation(NO_CONTEXT));
  });
});
