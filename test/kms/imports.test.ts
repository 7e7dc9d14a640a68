// Imported material: how it comes, what it makes of the key, how it goes, what is refused.

import { describe, expect, it } from "vitest";
import { refusal, validation } from "../support/answers.ts";
import { newAccount, raw } from "../support/client.ts";
import { withoutMaterial } from "../support/imported.ts";
import { random } from "../support/keyrings.ts";
import { newKey } from "../support/new-key.ts";
import { eventOf } from "../support/records.ts";
import { inStore, withoutRests } from "../support/store.ts";
import { FOR_EVER, parametersFor } from "../support/wrapped.ts";
import { fixedKeys } from "../vectors/fixed-keys.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A key without material, in a store that makes wrapping keys without a rest between them. */
async function withKey(input: Record<string, unknown> = {}, algorithm?: string, spec?: string) {
  const account = newAccount();
  await withoutRests(account);
  return withoutMaterial(input, { account, algorithm, spec });
}

describe("GetParametersForImport", () => {
  it("IMP-02: a public key and a token, for a day; recorded as a read without either", async () => {
    const { account, KeyId, arn, call } = await withKey();
    const answer = await call("GetParametersForImport", { WrappingAlgorithm: "RSAES_OAEP_SHA_256", WrappingKeySpec: "RSA_2048" });
    expect(answer.json).toEqual({
      KeyId: arn,
      ImportToken: expect.any(String),
      PublicKey: expect.any(String),
      ParametersValidTo: expect.closeTo(Date.now() / 1000 + 86_400, -2),
    });
    expect(Uint8Array.fromBase64(String(answer.json["PublicKey"])).byteLength).toBe(294);
    expect(await eventOf(account, answer.requestId)).toMatchObject({
      readOnly: true,
      requestParameters: { keyId: KeyId, wrappingAlgorithm: "RSAES_OAEP_SHA_256", wrappingKeySpec: "RSA_2048" },
      responseElements: null,
    });
  });

  it("IMP-01: of a key that has material of our own", async () => {
    const account = newAccount();
    const KeyId = await newKey(account);
    const input = { KeyId, WrappingAlgorithm: "RSAES_OAEP_SHA_256", WrappingKeySpec: "RSA_2048" };
    const message = `arn:aws:kms:us-east-1:${account}:key/${KeyId} origin is AWS_KMS which is not valid for this operation.`;
    expect(await raw("GetParametersForImport", input, { account })).toMatchObject(
      refusal("UnsupportedOperationException", message),
    );
  });

  it("at most ten wrapping keys a key: the eleventh ends the oldest", async () => {
    const { account, KeyId, send, parameters } = await withKey();
    for (let count = 0; count < 10; count++) await parametersFor(account, KeyId);
    const rows = await inStore(account, (_, { storage: { sql } }) => sql.exec("SELECT 1 FROM wrapping_key").toArray().length);
    expect(rows).toBe(10);
    expect(await send(random(32), FOR_EVER, parameters)).toMatchObject({ text: '{"__type":"InvalidImportTokenException"}' });
  });
});

describe("symmetric material", () => {
  it("KEY-16, IMP-04, IMP-05, IMP-22: comes, works, is deleted, comes again", async () => {
    const { call, described, send, arn } = await withKey();
    const empty = await described();
    expect(empty).toMatchObject({ Enabled: false, KeyState: "PendingImport", Origin: "EXTERNAL" });
    for (const name of ["CurrentKeyMaterialId", "ExpirationModel", "ValidTo"]) expect(empty).not.toHaveProperty(name);
    const material = random(32);
    const sent = await send(material);
    expect(sent.json).toEqual({ KeyId: arn, KeyMaterialId: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const { KeyMaterialId } = sent.json;
    const full = await described();
    expect(full).toMatchObject({ KeyState: "Enabled", ...FOR_EVER, CurrentKeyMaterialId: KeyMaterialId });
    expect(full).not.toHaveProperty("ValidTo");
    const { CiphertextBlob } = (await call("Encrypt", { Plaintext: "aGVsbG8=" })).json;
    expect((await call("DeleteImportedKeyMaterial")).json).toEqual({ KeyId: arn, KeyMaterialId });
    const gone = await described();
    expect(gone).toMatchObject({ KeyState: "PendingImport", Enabled: false, CurrentKeyMaterialId: KeyMaterialId });
    expect(gone).not.toHaveProperty("ExpirationModel");
    expect(await call("Decrypt", { CiphertextBlob })).toMatchObject(
      refusal("KMSInvalidStateException", `${arn} is pending import.`),
    );
    expect((await send(material)).json).toEqual({ KeyId: arn, KeyMaterialId });
    expect((await call("Decrypt", { CiphertextBlob })).json).toMatchObject({ Plaintext: "aGVsbG8=" });
  });

  it("IMP-19, IMP-20, IMP-23: a second waits for its rotation, a third is refused, other bytes are not what they should be", async () => {
    const { call, described, send, arn } = await withKey();
    const [first, second, third] = [random(32), random(32), random(32)];
    const one = (await send(first)).json["KeyMaterialId"];
    const { CiphertextBlob } = (await call("Encrypt", { Plaintext: "aGVsbG8=" })).json;
    expect(await send(second)).toMatchObject({ text: '{"__type":"IncorrectKeyMaterialException"}' });
    const next = { ...FOR_EVER, ImportType: "NEW_KEY_MATERIAL" };
    const two = (await send(second, next)).json["KeyMaterialId"];
    expect((await described())["CurrentKeyMaterialId"]).toBe(one);
    const refused = await send(third, next);
    const pending = `cannot be imported into KMS key ${arn}, because another key material (id: ${two}) is pending rotation.`;
    expect(refused.json["message"]).toMatch(/^New key material \(id: [0-9a-f]{64}\) /);
    expect(refused.json["message"]).toContain(pending);
    expect(await call("RotateKeyOnDemand")).toMatchObject({ status: 200 });
    expect((await described())["CurrentKeyMaterialId"]).toBe(two);
    expect((await call("Decrypt", { CiphertextBlob })).json).toMatchObject({ KeyMaterialId: one });
    const { Rotations } = (await call("ListKeyRotations", { IncludeKeyMaterial: "ALL_KEY_MATERIAL" })).json;
    expect(Rotations).toMatchObject([
      { KeyMaterialId: one, KeyMaterialState: "NON_CURRENT", ImportState: "IMPORTED", ...FOR_EVER },
      { KeyMaterialId: two, KeyMaterialState: "CURRENT", ImportState: "IMPORTED", RotationType: "ON_DEMAND" },
    ]);
    await call("DeleteImportedKeyMaterial", { KeyMaterialId: one });
    expect(await described()).toMatchObject({ KeyState: "PendingImport" });
    await send(first);
    expect(await described()).toMatchObject({ KeyState: "Enabled", CurrentKeyMaterialId: two });
  });

  it.each([31, 33])("is 32 bytes, not %i", async (length) => {
    const { send } = await withKey();
    expect(await send(random(length))).toMatchObject({ text: '{"__type":"IncorrectKeyMaterialException"}' });
  });

  it("says until when it stays", async () => {
    const { send } = await withKey();
    const now = Date.now() / 1000;
    const missing = "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES";
    expect(await send(random(32), {})).toMatchObject(validation(missing));
    for (const more of [{ ValidTo: now - 1 }, { ValidTo: now + 366 * 86_400 }, { ...FOR_EVER, ValidTo: now + 60 }])
      expect(await send(random(32), more)).toMatchObject(refusal("ValidationException"));
    expect(await send(random(32), { ValidTo: now + 364 * 86_400 })).toMatchObject({ status: 200 });
  });
});

describe("other keys", () => {
  const material = (spec: string): Bytes => fixedKeys().find((key) => key.spec === spec)?.material ?? new Uint8Array();

  it("IMP-07, IMP-08, IMP-10: a pair keeps its public key; the same bytes alone come again", async () => {
    const { call, described, send, arn } = await withKey({ KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" });
    expect((await send(material("ECC_NIST_P256"))).json).toEqual({ KeyId: arn });
    expect(await described()).toMatchObject({ KeyState: "Enabled", ...FOR_EVER });
    expect(await described()).not.toHaveProperty("CurrentKeyMaterialId");
    const spki = fixedKeys().find(({ spec }) => spec === "ECC_NIST_P256")?.publicKey;
    expect((await call("GetPublicKey")).json["PublicKey"]).toBe(spki?.toBase64());
    const input = { Message: "AA==", SigningAlgorithm: "ECDSA_SHA_256" };
    const { Signature } = (await call("Sign", input)).json;
    expect((await call("Verify", { ...input, Signature })).json).toMatchObject({ SignatureValid: true });
    expect((await call("DeleteImportedKeyMaterial")).json).toEqual({ KeyId: arn });
    expect(await described()).toMatchObject({ KeyState: "PendingImport" });
    const other = new Uint8Array((await crypto.subtle.exportKey("pkcs8", await pairKey())) as ArrayBuffer);
    expect(await send(other)).toMatchObject({ text: '{"__type":"IncorrectKeyMaterialException"}' });
    expect(await send(material("ECC_NIST_P256"))).toMatchObject({ status: 200 });
    expect((await call("Verify", { ...input, Signature })).json).toMatchObject({ SignatureValid: true });
  });

  const pairKey = async (): Promise<CryptoKey> => {
    const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
    return (pair as CryptoKeyPair).privateKey;
  };

  it.each([
    [28, 224],
    [48, 384],
    [64, 512],
  ])("IMP-14, IMP-16, IMP-17: HMAC keys of %i bytes", async (length, bits) => {
    const { call, send } = await withKey({ KeySpec: `HMAC_${bits}`, KeyUsage: "GENERATE_VERIFY_MAC" }, undefined, "RSA_3072");
    expect(await send(random(length))).toMatchObject({ status: 200 });
    const { Mac } = (await call("GenerateMac", { Message: "AA==", MacAlgorithm: `HMAC_SHA_${bits}` })).json;
    expect(Uint8Array.fromBase64(String(Mac)).byteLength).toBe(bits / 8);
  });

  it("IMP-25: HMAC_256 takes 32 to 128 bytes", async () => {
    for (const [length, status] of [
      [128, 200],
      [129, 400],
      [31, 400],
    ] as const) {
      const { send } = await withKey({ KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" });
      expect((await send(random(length))).status).toBe(status);
    }
  });

  it("RSA keys come by an AES key", { timeout: 60_000 }, async () => {
    const key = { KeySpec: "RSA_2048", KeyUsage: "SIGN_VERIFY" };
    const { call, send } = await withKey(key, "RSA_AES_KEY_WRAP_SHA_256", "RSA_2048");
    const algorithm = { name: "RSA-PSS", hash: "SHA-256", modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) };
    const pair = (await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as CryptoKeyPair;
    const pkcs8 = new Uint8Array((await crypto.subtle.exportKey("pkcs8", pair.privateKey)) as ArrayBuffer);
    const spki = new Uint8Array((await crypto.subtle.exportKey("spki", pair.publicKey)) as ArrayBuffer);
    expect(await send(pkcs8)).toMatchObject({ status: 200 });
    expect((await call("GetPublicKey")).json["PublicKey"]).toBe(spki.toBase64());
  });

  it.each(["ML_DSA_44", "ML_KEM_512", "ECC_NIST_EDWARDS25519"])("of %s are not imported", async (KeySpec) => {
    const KeyUsage = KeySpec === "ML_KEM_512" ? "ENCAPSULATE_DECAPSULATE" : "SIGN_VERIFY";
    expect(await raw("CreateKey", { Origin: "EXTERNAL", KeySpec, KeyUsage })).toMatchObject(
      refusal("UnsupportedOperationException"),
    );
  });
});
