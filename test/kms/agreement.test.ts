// DeriveSharedSecret: both sides agree, with each other and with Web Crypto; what is no public key of the curve is refused.

import { DeriveSharedSecretCommand, GetPublicKeyCommand } from "@aws-sdk/client-kms";
import { describe, expect, it } from "vitest";
import { refusal } from "../support/answers.ts";
import { client, newAccount, raw } from "../support/client.ts";
import { newKey, sdkKey } from "../support/new-key.ts";
import { eventOf } from "../support/records.ts";

const CURVES = [
  ["ECC_NIST_P256", "P-256", 32],
  ["ECC_NIST_P384", "P-384", 48],
  ["ECC_NIST_P521", "P-521", 66],
] as const;

const agreeingKey = (account: string, KeySpec: string): Promise<string> =>
  newKey(account, { KeySpec, KeyUsage: "KEY_AGREEMENT" });

const foreignKey = async (namedCurve: string) =>
  (await crypto.subtle.generateKey({ name: "ECDH", namedCurve }, true, ["deriveBits"])) as CryptoKeyPair;

const spkiOf = async ({ publicKey }: CryptoKeyPair): Promise<Uint8Array> =>
  new Uint8Array((await crypto.subtle.exportKey("spki", publicKey)) as ArrayBuffer);

describe("DeriveSharedSecret", () => {
  it.each(CURVES)("ECDH-01: two keys of %s agree, and with a key of Web Crypto's", async (KeySpec, namedCurve, bytes) => {
    const kms = await client();
    const keys = [0, 1].map(() => sdkKey(kms, { KeySpec, KeyUsage: "KEY_AGREEMENT" }));
    const [one, other] = await Promise.all(keys);
    const publicOf = async (KeyId = "") => (await kms.send(new GetPublicKeyCommand({ KeyId }))).PublicKey;
    const derive = (KeyId: string | undefined, PublicKey: Uint8Array | undefined) =>
      kms.send(new DeriveSharedSecretCommand({ KeyId, KeyAgreementAlgorithm: "ECDH", PublicKey }));
    const { $metadata, SharedSecret, ...rest } = await derive(one?.id, await publicOf(other?.id));
    expect(rest).toEqual({ KeyId: one?.arn, KeyAgreementAlgorithm: "ECDH", KeyOrigin: "AWS_KMS" });
    expect(SharedSecret?.byteLength).toBe(bytes);
    expect((await derive(other?.id, await publicOf(one?.id))).SharedSecret).toEqual(SharedSecret);

    const foreign = await foreignKey(namedCurve);
    const spki = (await publicOf(one?.id)) as Uint8Array<ArrayBuffer>;
    const ours = await crypto.subtle.importKey("spki", spki, { name: "ECDH", namedCurve }, false, []);
    const algorithm = { name: "ECDH", public: ours } as unknown as SubtleCryptoDeriveKeyAlgorithm;
    const theirs = new Uint8Array(await crypto.subtle.deriveBits(algorithm, foreign.privateKey, null));
    expect((await derive(one?.id, await spkiOf(foreign))).SharedSecret).toEqual(theirs);
  });

  it("ECDH-03, ECDH-04: a key of another usage", async () => {
    const account = newAccount();
    for (const [KeySpec, KeyUsage] of [
      ["ECC_NIST_P256", "SIGN_VERIFY"],
      ["SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"],
    ]) {
      const KeyId = await newKey(account, { KeySpec, KeyUsage });
      const answer = await raw("DeriveSharedSecret", { KeyId, KeyAgreementAlgorithm: "ECDH", PublicKey: "AA==" }, { account });
      const arn = `arn:aws:kms:us-east-1:${account}:key/${KeyId}`;
      const message = `${arn} key usage is ${KeyUsage} which is not valid for DeriveSharedSecret.`;
      expect(answer).toMatchObject(refusal("InvalidKeyUsageException", message));
    }
  });

  it("ECDH-06: what is no SubjectPublicKeyInfo of a point of this curve; nothing more is said", async () => {
    const account = newAccount();
    const KeyId = await agreeingKey(account, "ECC_NIST_P256");
    const good = await spkiOf(await foreignKey("P-256"));
    const offCurve = good.with(-1, (good.at(-1) ?? 0) ^ 1);
    const others = {
      text: new TextEncoder().encode("InvalidPublicKey"),
      "another curve": await spkiOf(await foreignKey("P-384")),
      "a point that is not on the curve": offCurve,
      "the point alone": good.subarray(-65),
      "a key cut short": good.subarray(0, -1),
      "a key with a byte behind it": new Uint8Array([...good, 0]),
      "an RSA key": Uint8Array.fromBase64(
        "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf9Cnzj4p4WGeKLs1Pt8QuKUpRKfFLfRYC9AIKjbJTWit+CqvjWYzvQwECAwEAAQ==",
      ),
    };
    for (const [what, key] of Object.entries(others)) {
      const input = { KeyId, KeyAgreementAlgorithm: "ECDH", PublicKey: key.toBase64() };
      expect(await raw("DeriveSharedSecret", input, { account }), what).toMatchObject({
        status: 400,
        text: '{"__type":"ValidationException"}',
      });
    }
  });

  it("answers a dry run, and an enclave, as the other operations do; its record holds no key and no secret", async () => {
    const account = newAccount();
    const KeyId = await agreeingKey(account, "ECC_NIST_P256");
    const PublicKey = (await spkiOf(await foreignKey("P-256"))).toBase64();
    const input = { KeyId, KeyAgreementAlgorithm: "ECDH", PublicKey };
    const derive = (more: Record<string, unknown> = {}) => raw("DeriveSharedSecret", { ...input, ...more }, { account });
    expect(await derive({ DryRun: true })).toMatchObject(refusal("DryRunOperationException"));
    const Recipient = { KeyEncryptionAlgorithm: "RSAES_OAEP_SHA_256", AttestationDocument: "AA==" };
    expect(await derive({ Recipient })).toMatchObject(refusal("UnsupportedOperationException"));
    const { requestParameters } = await eventOf(account, (await derive()).requestId);
    expect(requestParameters).toEqual({ keyId: KeyId, keyAgreementAlgorithm: "ECDH" });
  });
});
