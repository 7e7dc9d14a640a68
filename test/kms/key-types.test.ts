// Keys of every type as keys: made, described, shown, named, switched, rotated (never), deleted.

import { CreateKeyCommand, DescribeKeyCommand, type KeySpec, ListKeysCommand } from "@aws-sdk/client-kms";
import { describe, expect, it, vi } from "vitest";
import { refusal } from "../support/answers.ts";
import { client, newAccount, raw } from "../support/client.ts";
import { newKeyInTime } from "../support/key-in-time.ts";
import { newKey } from "../support/new-key.ts";
import { eventOf } from "../support/records.ts";
import { inStore, restart } from "../support/store.ts";
import { KEY_KINDS, KEY_TYPES } from "../vectors/key-types.ts";

const DAY_MS = 86_400_000;
/** The specs that the deprecated CustomerMasterKeySpec never learnt. */
const isModern = (spec: string): boolean => /^ML_|25519$/.test(spec);
const MEMBERS: Readonly<Record<string, string>> = {
  ENCRYPT_DECRYPT: "EncryptionAlgorithms",
  SIGN_VERIFY: "SigningAlgorithms",
  GENERATE_VERIFY_MAC: "MacAlgorithms",
  KEY_AGREEMENT: "KeyAgreementAlgorithms",
  ENCAPSULATE_DECAPSULATE: "EncapsulationAlgorithms",
};

describe.each(KEY_KINDS)("a key of %s for %s", { timeout: 60_000 }, (spec, usage) => {
  it("is described with its type and algorithms; shown in public where it is a pair; recorded as it is described", async () => {
    const account = newAccount();
    const created = await raw("CreateKey", { KeySpec: spec, KeyUsage: usage }, { account });
    const metadata = created.json["KeyMetadata"] as Record<string, unknown>;
    const { KeyId, Arn } = metadata as { KeyId: string; Arn: string };
    const type = {
      KeySpec: spec,
      KeyUsage: usage,
      [MEMBERS[usage] ?? ""]: KEY_TYPES[spec]?.usages[usage],
      ...(isModern(spec) ? {} : { CustomerMasterKeySpec: spec }),
    };
    expect(metadata).toEqual({
      ...type,
      ...{ AWSAccountId: account, KeyId, Arn, CreationDate: metadata["CreationDate"], Enabled: true, Description: "" },
      ...{ KeyState: "Enabled", Origin: "AWS_KMS", KeyManager: "CUSTOMER", MultiRegion: false },
      ...(spec === "SYMMETRIC_DEFAULT" ? { CurrentKeyMaterialId: metadata["CurrentKeyMaterialId"] } : {}),
    });
    expect((await raw("DescribeKey", { KeyId }, { account })).json).toEqual(created.json);
    const { responseElements } = await eventOf(account, created.requestId);
    const { keyMetadata } = responseElements as unknown as { keyMetadata: Record<string, unknown> };
    expect(keyMetadata).toMatchObject({ keySpec: spec, keyUsage: usage });
    expect("currentKeyMaterialId" in keyMetadata).toBe(spec === "SYMMETRIC_DEFAULT");

    const shown = await raw("GetPublicKey", { KeyId }, { account });
    const { spkiBytes } = KEY_TYPES[spec] ?? {};
    if (spkiBytes === undefined) {
      expect(shown).toMatchObject({ status: 400, text: '{"__type":"UnsupportedOperationException"}' });
    } else {
      const { PublicKey, ...rest } = shown.json;
      expect(rest).toEqual({ ...type, KeyId: Arn });
      expect(Uint8Array.fromBase64(String(PublicKey)).byteLength).toBe(spkiBytes);
      const event = await eventOf(account, shown.requestId);
      expect(event["requestParameters"]).toEqual({ keyId: KeyId });
      await restart(account);
      expect((await raw("GetPublicKey", { KeyId }, { account })).json["PublicKey"]).toBe(PublicKey);
    }
  });

  it("has aliases, tags, a policy, a last usage and states as any key; only a symmetric one rotates", async () => {
    const account = newAccount();
    const KeyId = await newKey(account, { KeySpec: spec, KeyUsage: usage, Tags: [{ TagKey: "a", TagValue: "b" }] });
    const call = (name: string, input: Record<string, unknown> = { KeyId }) => raw(name, input, { account });
    expect((await call("CreateAlias", { AliasName: "alias/a", TargetKeyId: KeyId })).status).toBe(200);
    expect((await call("DescribeKey", { KeyId: "alias/a" })).json).toMatchObject({ KeyMetadata: { KeyId } });
    expect((await call("ListResourceTags")).json).toMatchObject({ Tags: [{ TagKey: "a", TagValue: "b" }] });
    for (const name of ["GetKeyPolicy", "GetKeyLastUsage", "DisableKey", "EnableKey"])
      expect((await call(name)).status).toBe(200);
    expect((await call("GetKeyRotationStatus")).json).toMatchObject({ KeyRotationEnabled: false });
    const rotating = await Promise.all(
      ["EnableKeyRotation", "DisableKeyRotation", "RotateKeyOnDemand"].map((name) => call(name)),
    );
    const rotates = { status: 200 };
    for (const answer of rotating)
      expect(answer).toMatchObject(spec === "SYMMETRIC_DEFAULT" ? rotates : refusal("UnsupportedOperationException"));
    expect((await call("ScheduleKeyDeletion")).json).toMatchObject({ KeyState: "PendingDeletion" });
    expect((await call("CancelKeyDeletion")).status).toBe(200);
  });
});

it("GetPublicKey: that a key is no pair comes before its state", async () => {
  const account = newAccount();
  const KeyId = await newKey(account);
  const pair = await newKey(account, { KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" });
  for (const id of [KeyId, pair]) await raw("DisableKey", { KeyId: id }, { account });
  expect(await raw("GetPublicKey", { KeyId }, { account })).toMatchObject(refusal("UnsupportedOperationException"));
  expect(await raw("GetPublicKey", { KeyId: pair }, { account })).toMatchObject(refusal("DisabledException"));
});

it.each(["RSA_2048", "ECC_NIST_P256", "HMAC_256"])("ROT-14: GetKeyRotationStatus of %s", async (KeySpec) => {
  const account = newAccount();
  const KeyUsage = KeySpec.startsWith("HMAC") ? "GENERATE_VERIFY_MAC" : "SIGN_VERIFY";
  const KeyId = await newKey(account, { KeySpec, KeyUsage });
  const { json } = await raw("GetKeyRotationStatus", { KeyId }, { account });
  expect(json).toEqual({ KeyId: `arn:aws:kms:us-east-1:${account}:key/${KeyId}`, KeyRotationEnabled: false });
});

it("ENC-16, REENC-03, DK-13: an HMAC key where a symmetric one belongs", async () => {
  const account = newAccount();
  const mac = await newKey(account, { KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" });
  const { CiphertextBlob } = (await raw("Encrypt", { KeyId: await newKey(account), Plaintext: "AA==" }, { account })).json;
  const message = "The key ID in the request does not identify a CMK that can perform this operation.";
  const incorrect = refusal("IncorrectKeyException", message);
  expect(await raw("Decrypt", { KeyId: mac, CiphertextBlob }, { account })).toMatchObject(incorrect);
  const moved = { SourceKeyId: mac, DestinationKeyId: mac, CiphertextBlob };
  expect(await raw("ReEncrypt", moved, { account })).toMatchObject(incorrect);
  const dataKey = await raw("GenerateDataKeyWithoutPlaintext", { KeyId: mac, KeySpec: "AES_256" }, { account });
  expect(dataKey).toMatchObject(refusal("InvalidKeyUsageException"));
});

describe("CreateKey", () => {
  it("KEY-10, KEY-15: by the deprecated parameter too; listed with the others", async () => {
    const kms = await client();
    const input = { KeyUsage: "SIGN_VERIFY", CustomerMasterKeySpec: "ECC_NIST_P256" } as const;
    const { KeyMetadata } = await kms.send(new CreateKeyCommand(input));
    const described = await kms.send(new DescribeKeyCommand({ KeyId: KeyMetadata?.KeyId }));
    expect(described.KeyMetadata).toMatchObject({ KeySpec: "ECC_NIST_P256", SigningAlgorithms: ["ECDSA_SHA_256"] });
    expect((await kms.send(new ListKeysCommand())).Keys).toEqual([{ KeyId: KeyMetadata?.KeyId, KeyArn: KeyMetadata?.Arn }]);
    const wide = await kms.send(new CreateKeyCommand({ KeySpec: "ECC_NIST_P521", KeyUsage: "SIGN_VERIFY" }));
    expect(wide.KeyMetadata).toMatchObject({ SigningAlgorithms: ["ECDSA_SHA_512"] });
    expect(wide.KeyMetadata).not.toHaveProperty("EncryptionAlgorithms");
  });

  it("SM2 is what AWS has in China alone, whatever its usage", async () => {
    for (const KeyUsage of ["ENCRYPT_DECRYPT", "SIGN_VERIFY", "KEY_AGREEMENT"])
      expect(await raw("CreateKey", { KeySpec: "SM2", KeyUsage })).toMatchObject(refusal("UnsupportedOperationException"));
  });

  it("two keys of a spec are two keys", async () => {
    const account = newAccount();
    const publicKeys = new Set<unknown>();
    for (const spec of ["ECC_NIST_P256", "ECC_SECG_P256K1", "ECC_NIST_EDWARDS25519", "ML_DSA_44"] satisfies KeySpec[])
      for (let count = 0; count < 2; count++) {
        const KeyId = await newKey(account, { KeySpec: spec, KeyUsage: "SIGN_VERIFY" });
        publicKeys.add((await raw("GetPublicKey", { KeyId }, { account })).json["PublicKey"]);
      }
    expect(publicKeys.size).toBe(8);
  });
});

it("an alias moves between pairs of one usage, and not to another type", async () => {
  const account = newAccount();
  const [one, other, symmetric, rsa] = await Promise.all([
    newKey(account, { KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" }),
    newKey(account, { KeySpec: "ML_DSA_44", KeyUsage: "SIGN_VERIFY" }),
    newKey(account),
    newKey(account, { KeySpec: "RSA_2048", KeyUsage: "ENCRYPT_DECRYPT" }),
  ]);
  await raw("CreateAlias", { AliasName: "alias/a", TargetKeyId: one }, { account });
  const move = (TargetKeyId: string) => raw("UpdateAlias", { AliasName: "alias/a", TargetKeyId }, { account });
  expect((await move(other)).status).toBe(200);
  expect(await move(rsa)).toMatchObject(refusal("ValidationException"));
  await raw("CreateAlias", { AliasName: "alias/b", TargetKeyId: symmetric }, { account });
  expect(await raw("UpdateAlias", { AliasName: "alias/b", TargetKeyId: rsa }, { account })).toMatchObject(
    refusal("ValidationException"),
  );
});

it("a deleted pair leaves neither private nor public key", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  try {
    const { account, pass, rows } = await newKeyInTime();
    const KeyId = await newKey(account, { KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" });
    const used = () =>
      inStore(account, (_, { storage: { sql } }) => sql.exec("SELECT 1 FROM sealed WHERE used = 1").toArray().length);
    expect([await rows("public_key"), await rows("material"), await used()]).toEqual([1, 2, 4]);
    await raw("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 7 }, { account });
    await pass(7 * DAY_MS);
    await pass(61_000);
    expect([await rows("public_key"), await rows("material"), await used()]).toEqual([0, 1, 2]);
    expect(await raw("GetPublicKey", { KeyId }, { account })).toMatchObject(refusal("NotFoundException"));
  } finally {
    vi.useRealTimers();
  }
});

it("what is open of a pair is dropped in the turn in which it is disabled", async () => {
  const account = newAccount();
  const KeyId = await newKey(account, { KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" });
  const input = { KeyId, Message: "AA==", SigningAlgorithm: "ECDSA_SHA_256" };
  const { Signature } = (await raw("Sign", input, { account })).json;
  await raw("Verify", { ...input, Signature }, { account });
  let [privateRows, publicRows] = [0, 0];
  await inStore(account, ({ tables }) => {
    const [{ find: findMaterial }, { find: findPublic }] = [tables.materials, tables.publicKeys];
    tables.materials.find = (...of) => {
      privateRows++;
      return findMaterial(...of);
    };
    tables.publicKeys.find = (id) => {
      publicRows++;
      return findPublic(id);
    };
  });
  for (let count = 0; count < 3; count++) {
    await raw("Sign", input, { account });
    await raw("Verify", { ...input, Signature }, { account });
  }
  expect([privateRows, publicRows]).toEqual([0, 0]);
  await raw("DisableKey", { KeyId }, { account });
  await raw("EnableKey", { KeyId }, { account });
  await raw("Sign", input, { account });
  await raw("Verify", { ...input, Signature }, { account });
  expect([privateRows, publicRows]).toEqual([1, 1]);
});
