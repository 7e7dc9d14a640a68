// Data key pairs: made for each spec that has them, encrypted as an ordinary ciphertext, never made in vain.

import { DecryptCommand, GenerateDataKeyPairCommand } from "@aws-sdk/client-kms";
import { describe, expect, it } from "vitest";
import { refusal } from "../support/answers.ts";
import { client, newAccount, raw } from "../support/client.ts";
import { newKey, sdkKey } from "../support/new-key.ts";
import { override } from "../support/override.ts";
import { eventOf } from "../support/records.ts";
import { inStore, withoutRests } from "../support/store.ts";
import { KEY_TYPES } from "../vectors/key-types.ts";

const CONTEXT = { "context-key": "context-value" };
const PAIRS = Object.entries(KEY_TYPES).filter(([, { pkcs8Bytes }]) => pkcs8Bytes !== undefined);

/** An account with a symmetric key, whose pairs are made without rests. */
async function withKey() {
  const account = newAccount();
  const kms = await client({ account });
  const key = await sdkKey(kms);
  await withoutRests(account);
  const pair = (input: Record<string, unknown>, name = "GenerateDataKeyPair") =>
    raw(name, { KeyId: key.id, ...input }, { account });
  return { account, kms, key, pair };
}

/** How many keys have been made since. */
async function countMade(account: string): Promise<() => number> {
  let made = 0;
  await inStore(account, (world) => {
    override(world.keyring, "dataKeyPair", (dataKeyPair) => (spec) => {
      made++;
      return dataKeyPair.call(world.keyring, spec);
    });
  });
  return () => made;
}

describe("GenerateDataKeyPair", () => {
  it.each(PAIRS)("DK-03, DK-07: of %s, in the clear and as an ordinary ciphertext", { timeout: 60_000 }, async (spec, type) => {
    const { kms, key } = await withKey();
    const KeyPairSpec = spec as "RSA_2048";
    const input = { KeyId: key.id, KeyPairSpec, EncryptionContext: CONTEXT };
    const { $metadata, ...made } = await kms.send(new GenerateDataKeyPairCommand(input));
    const { PrivateKeyCiphertextBlob: CiphertextBlob, PrivateKeyPlaintext = new Uint8Array(), PublicKey, ...rest } = made;
    expect(rest).toEqual({ KeyId: key.arn, KeyPairSpec, KeyMaterialId: key.materialId });
    expect(PublicKey?.byteLength).toBe(type.spkiBytes);
    const [least = 0, most = 0] = type.pkcs8Bytes ?? [];
    expect(PrivateKeyPlaintext.byteLength).toBeGreaterThanOrEqual(least);
    expect(PrivateKeyPlaintext.byteLength).toBeLessThanOrEqual(most);
    const { Plaintext } = await kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: CONTEXT }));
    expect(Plaintext).toEqual(PrivateKeyPlaintext);
    await expect(kms.send(new DecryptCommand({ CiphertextBlob }))).rejects.toMatchObject({ name: "InvalidCiphertextException" });
  });

  it("DK-04: without the plaintext", async () => {
    const { key, pair } = await withKey();
    const { json } = await pair({ KeyPairSpec: "RSA_2048" }, "GenerateDataKeyPairWithoutPlaintext");
    const blobs = { PrivateKeyCiphertextBlob: expect.any(String), PublicKey: expect.any(String) };
    expect(json).toEqual({ ...blobs, KeyId: key.arn, KeyPairSpec: "RSA_2048", KeyMaterialId: key.materialId });
  });

  it.each(["GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext"])(
    "DK-09, DK-10: a dry run of %s makes none",
    async (name) => {
      const { account, pair } = await withKey();
      const made = await countMade(account);
      const message = "The request would have succeeded, but the DryRun option is set.";
      const answer = await pair({ KeyPairSpec: "RSA_2048", DryRun: true }, name);
      expect(answer).toMatchObject(refusal("DryRunOperationException", message));
      expect(made()).toBe(0);
      expect(await pair({ KeyPairSpec: "ECC_NIST_P256" }, name)).toMatchObject({ status: 200 });
      expect(made()).toBe(1);
    },
  );

  it.each([
    ["RSA_2048", "ENCRYPT_DECRYPT", "Algorithm SYMMETRIC_DEFAULT is incompatible with key spec RSA_2048."],
    ["HMAC_256", "GENERATE_VERIFY_MAC", undefined],
  ])("under a key of %s is refused, and makes none", async (KeySpec, KeyUsage, message) => {
    const account = newAccount();
    const KeyId = await newKey(account, { KeySpec, KeyUsage });
    const made = await countMade(account);
    for (const name of ["GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext"]) {
      const answer = await raw(name, { KeyId, KeyPairSpec: "RSA_2048" }, { account });
      expect(answer).toMatchObject(refusal("InvalidKeyUsageException", message));
    }
    expect(made()).toBe(0);
  });

  it("of ML_DSA, HMAC and symmetric specs do not exist; of SM2 they do in China", async () => {
    const { pair } = await withKey();
    for (const KeyPairSpec of ["ML_DSA_44", "HMAC_256", "SYMMETRIC_DEFAULT"]) {
      const { json } = await pair({ KeyPairSpec });
      expect(json["__type"]).toBe("ValidationException");
      expect(json["message"]).toContain(`Value '${KeyPairSpec}' at 'keyPairSpec' failed to satisfy constraint`);
    }
    expect(await pair({ KeyPairSpec: "SM2" })).toMatchObject(refusal("UnsupportedOperationException"));
    const Recipient = { KeyEncryptionAlgorithm: "RSAES_OAEP_SHA_256", AttestationDocument: "AA==" };
    expect(await pair({ KeyPairSpec: "ECC_NIST_P256", Recipient })).toMatchObject(refusal("UnsupportedOperationException"));
  });

  it("is recorded with its spec and context, without a key", async () => {
    const { account, key, pair } = await withKey();
    const answer = await pair({ KeyPairSpec: "ECC_NIST_P256", EncryptionContext: CONTEXT });
    expect(await eventOf(account, answer.requestId)).toMatchObject({
      requestParameters: { keyId: key.id, keyPairSpec: "ECC_NIST_P256", encryptionContext: CONTEXT },
      responseElements: null,
      additionalEventData: { keyMaterialId: key.materialId },
    });
  });
});
