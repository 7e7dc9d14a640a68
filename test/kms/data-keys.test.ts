// Data keys and random bytes.

import { DecryptCommand, GenerateDataKeyCommand, GenerateRandomCommand } from "@aws-sdk/client-kms";
import { describe, expect, it } from "vitest";
import { validation } from "../support/answers.ts";
import { client, newAccount, raw } from "../support/client.ts";
import { sdkKey } from "../support/new-key.ts";

const CONTEXT = { "context-key": "context-value" };

describe("GenerateDataKey", () => {
  it("DK-01: a key in the clear and as an ordinary ciphertext", async () => {
    const kms = await client();
    const key = await sdkKey(kms);
    for (const [size, bytes] of [
      [{ KeySpec: "AES_256" }, 32],
      [{ KeySpec: "AES_128" }, 16],
      [{ NumberOfBytes: 1024 }, 1024],
      [{ NumberOfBytes: 1 }, 1],
    ] as const) {
      const made = await kms.send(new GenerateDataKeyCommand({ KeyId: key.id, ...size, EncryptionContext: CONTEXT }));
      expect(made).toMatchObject({ KeyId: key.arn, KeyMaterialId: key.materialId });
      expect(made.Plaintext?.byteLength).toBe(bytes);
      const opened = await kms.send(new DecryptCommand({ CiphertextBlob: made.CiphertextBlob, EncryptionContext: CONTEXT }));
      expect(opened.Plaintext).toEqual(made.Plaintext);
    }
  });

  it.each([{}, { KeySpec: "AES_256", NumberOfBytes: 32 }])("either a spec or a number: %j", async (size) => {
    expect(await raw("GenerateDataKey", { KeyId: "x", ...size })).toMatchObject(
      validation("Please specify either number of bytes or key spec."),
    );
  });

  it("DK-12: at most 1024 bytes", async () => {
    expect(await raw("GenerateDataKey", { KeyId: "x", NumberOfBytes: 2048 })).toMatchObject(
      validation(
        "1 validation error detected: Value '2048' at 'numberOfBytes' failed to satisfy constraint: Member must have value less than or equal to 1024",
      ),
    );
  });
});

describe("GenerateRandom", () => {
  it.each([1, 12, 44, 1024])("RND-01, RND-02, RND-04, RND-05: %i bytes", async (NumberOfBytes) => {
    const kms = await client();
    const [one, other] = await Promise.all([0, 1].map(() => kms.send(new GenerateRandomCommand({ NumberOfBytes }))));
    expect(one?.Plaintext?.byteLength).toBe(NumberOfBytes);
    if (NumberOfBytes > 8) expect(one?.Plaintext).not.toEqual(other?.Plaintext);
  });

  it.each([
    ["RND-07", 0, "greater than or equal to 1"],
    ["RND-08", 1025, "less than or equal to 1024"],
  ])("%s: %i bytes", async (_, NumberOfBytes, rule) => {
    expect(await raw("GenerateRandom", { NumberOfBytes })).toMatchObject(
      validation(
        `1 validation error detected: Value '${NumberOfBytes}' at 'numberOfBytes' failed to satisfy constraint: Member must have value ${rule}`,
      ),
    );
  });

  it("the number is required; what needs an enclave or a key store is unsupported", async () => {
    expect(await raw("GenerateRandom", {})).toMatchObject(validation("NumberOfBytes is required."));
    for (const more of [
      { CustomKeyStoreId: "cks-1234567890abcdef0" },
      { Recipient: { KeyEncryptionAlgorithm: "RSAES_OAEP_SHA_256", AttestationDocument: "AA==" } },
    ]) {
      expect(await raw("GenerateRandom", { NumberOfBytes: 1, ...more })).toMatchObject({
        status: 400,
        json: { __type: "UnsupportedOperationException" },
      });
    }
  });
});

describe("GenerateDataKeyWithoutPlaintext", () => {
  it("DK-06: no plaintext in the answer; opens with its context and not without", async () => {
    const account = newAccount();
    const kms = await client({ account });
    const { id: KeyId } = await sdkKey(kms);
    const { json } = await raw(
      "GenerateDataKeyWithoutPlaintext",
      { KeyId, KeySpec: "AES_128", EncryptionContext: CONTEXT },
      { account },
    );
    expect(Object.keys(json).sort()).toEqual(["CiphertextBlob", "KeyId", "KeyMaterialId"]);
    const blob = json["CiphertextBlob"] as string;
    expect(await raw("Decrypt", { CiphertextBlob: blob }, { account })).toMatchObject({
      text: '{"__type":"InvalidCiphertextException"}',
    });
    const { Plaintext } = await kms.send(
      new DecryptCommand({ CiphertextBlob: Uint8Array.fromBase64(blob), EncryptionContext: CONTEXT }),
    );
    expect(Plaintext?.byteLength).toBe(16);
  });
});
