// Sign and Verify beyond what algorithms.test.ts generates: AWS's recorded refusals, what opens which key, vectors of the standards.

import { DescribeKeyCommand, GetPublicKeyCommand, SignCommand, VerifyCommand } from "@aws-sdk/client-kms";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { refusal, validation } from "../support/answers.ts";
import { client, newAccount, raw } from "../support/client.ts";
import { newKey, sdkKey } from "../support/new-key.ts";
import { countOpened } from "../support/new-store.ts";
import { plant } from "../support/planted.ts";
import { eventOf } from "../support/records.ts";
import { inStore } from "../support/store.ts";

const MESSAGE = new TextEncoder().encode("a message of some length");
const TEXT = MESSAGE.toBase64();
const AA = "AA==";

const signingKey = (account: string, KeySpec: string): Promise<string> => newKey(account, { KeySpec, KeyUsage: "SIGN_VERIFY" });

/** An account with a key, and a signature that it has made. */
async function signed(KeySpec: string, SigningAlgorithm: string) {
  const account = newAccount();
  const KeyId = await signingKey(account, KeySpec);
  const call = (name: string, input: Record<string, unknown>) => raw(name, { KeyId, SigningAlgorithm, ...input }, { account });
  const { json } = await call("Sign", { Message: TEXT });
  return { account, KeyId, call, signature: Uint8Array.fromBase64(String(json["Signature"])) };
}

describe("Sign", () => {
  it("through the SDK, as cosign's provider calls it: the first algorithm, the public key, a digest", async () => {
    const kms = await client();
    const { id: KeyId, arn } = await sdkKey(kms, { KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" });
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
    const SigningAlgorithm = KeyMetadata?.SigningAlgorithms?.[0];
    expect(SigningAlgorithm).toBe("ECDSA_SHA_256");
    const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId }));
    expect(PublicKey?.byteLength).toBe(91);
    const Message = new Uint8Array(await crypto.subtle.digest("SHA-256", MESSAGE));
    const input = { KeyId, Message, MessageType: "DIGEST", SigningAlgorithm } as const;
    const { Signature, KeyId: signer } = await kms.send(new SignCommand(input));
    expect(signer).toBe(arn);
    expect(await kms.send(new VerifyCommand({ ...input, Signature }))).toMatchObject({ SignatureValid: true, KeyId: arn });
    const whole = { KeyId, Message: MESSAGE, Signature, SigningAlgorithm };
    expect(await kms.send(new VerifyCommand(whole))).toMatchObject({ SignatureValid: true });
  });

  it.each([
    ["SIG-09", "RSA_2048", "RSASSA_PSS_SHA_256"],
    ["SIG-11", "RSA_2048", "RSASSA_PSS_SHA_512"],
    ["SIG-14", "ECC_NIST_P256", "ECDSA_SHA_256"],
    ["SIG-15", "ECC_NIST_P384", "ECDSA_SHA_384"],
  ])("%s: %s, %s: a digest of another length, and its Verify", async (_, KeySpec, SigningAlgorithm) => {
    const { call } = await signed(KeySpec, SigningAlgorithm);
    const Message = new TextEncoder().encode("28 bytes of text, no digest.").toBase64();
    const refused = validation(`Digest is invalid length for algorithm ${SigningAlgorithm}.`);
    expect(await call("Sign", { MessageType: "DIGEST", Message })).toMatchObject(refused);
    expect(await call("Verify", { MessageType: "DIGEST", Message, Signature: AA })).toMatchObject(refused);
  });

  it("SIG-33, SIG-35, ENC-17: a key of another usage, before its algorithm", async () => {
    const account = newAccount();
    const input = { Message: AA, MessageType: "RAW", SigningAlgorithm: "RSASSA_PSS_SHA_256" };
    for (const [KeySpec, KeyUsage] of [
      ["HMAC_224", "GENERATE_VERIFY_MAC"],
      ["RSA_2048", "ENCRYPT_DECRYPT"],
    ]) {
      const KeyId = await newKey(account, { KeySpec, KeyUsage });
      const message = `arn:aws:kms:us-east-1:${account}:key/${KeyId} key usage is ${KeyUsage} which is not valid for Sign.`;
      expect(await raw("Sign", { KeyId, ...input }, { account })).toMatchObject(refusal("InvalidKeyUsageException", message));
    }
    const KeyId = await signingKey(account, "RSA_2048");
    const message = `arn:aws:kms:us-east-1:${account}:key/${KeyId} key usage is SIGN_VERIFY which is not valid for Encrypt.`;
    const encrypted = await raw("Encrypt", { KeyId, Plaintext: AA }, { account });
    expect(encrypted).toMatchObject(refusal("InvalidKeyUsageException", message));
  });

  it.each([
    ["ECC_SECG_P256K1", "DIGEST", 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n],
    ["ECC_NIST_P256", "DIGEST", 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n],
    ["ECC_NIST_P256", "RAW", 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n],
  ])("does not normalise s: of %s by %s, some are above half of the order and some below", async (spec, MessageType, order) => {
    const { call } = await signed(spec, "ECDSA_SHA_256");
    const halves = new Set<boolean>();
    for (let count = 0; count < 64 && halves.size < 2; count++) {
      const { json } = await call("Sign", { Message: crypto.getRandomValues(new Uint8Array(32)).toBase64(), MessageType });
      const der = Uint8Array.fromBase64(String(json["Signature"]));
      const s = der.subarray(4 + (der[3] ?? 0) + 2);
      halves.add(BigInt(`0x${s.toHex()}`) > order / 2n);
    }
    expect(halves.size).toBe(2);
  });

  it("a dry run signs nothing, last of all", async () => {
    const { call, signature } = await signed("ECC_NIST_P256", "ECDSA_SHA_256");
    const dry = refusal("DryRunOperationException", "The request would have succeeded, but the DryRun option is set.");
    expect(await call("Sign", { Message: TEXT, DryRun: true })).toMatchObject(dry);
    expect(await call("Verify", { Message: TEXT, Signature: signature.toBase64(), DryRun: true })).toMatchObject(dry);
    expect(await call("Verify", { Message: AA, Signature: signature.toBase64(), DryRun: true })).toMatchObject(
      refusal("KMSInvalidSignatureException"),
    );
  });

  it("is recorded without message and signature", async () => {
    const { account, KeyId, call, signature } = await signed("ECC_NIST_P256", "ECDSA_SHA_256");
    for (const [name, input] of [
      ["Sign", { Message: TEXT }],
      ["Verify", { Message: TEXT, Signature: signature.toBase64() }],
    ] as const) {
      const { requestParameters, responseElements, ...rest } = await eventOf(account, (await call(name, input)).requestId);
      expect(requestParameters).toEqual({ keyId: KeyId, messageType: "RAW", signingAlgorithm: "ECDSA_SHA_256" });
      expect(responseElements).toBeNull();
      expect(rest).not.toHaveProperty("additionalEventData");
    }
  });

  it.each([
    ["RSASSA_PKCS1_V1_5_SHA_256", "RSA_2048", true],
    ["RSASSA_PSS_SHA_256", "RSA_2048", false],
    ["ED25519_SHA_512", "ECC_NIST_EDWARDS25519", true],
    ["ML_DSA_SHAKE_256", "ML_DSA_44", false],
  ])("by %s, the same message twice gives the same signature: only where the standard says so", async (algorithm, spec, same) => {
    const { call, signature } = await signed(spec, algorithm);
    const { json } = await call("Sign", { Message: TEXT });
    expect(json["Signature"] === signature.toBase64()).toBe(same);
  });
});

describe("Verify", () => {
  it("opens no private key: it works with the slot overwritten", async () => {
    const { account, call, signature } = await signed("RSA_2048", "RSASSA_PSS_SHA_256");
    await inStore(account, (world, { storage: { sql } }) => {
      sql.exec("UPDATE sealed SET bytes = zeroblob(length(bytes))");
      world.memory.forget();
    });
    const opened = await countOpened(account);
    expect(await call("Verify", { Message: TEXT, Signature: signature.toBase64() })).toMatchObject({ status: 200 });
    expect(await call("GetPublicKey", { SigningAlgorithm: undefined })).toMatchObject({ status: 200 });
    expect(opened).toEqual([]);
    expect(await call("Sign", { Message: TEXT })).toMatchObject({ status: 500 });
  });

  it.each([
    ["RSA_2048", "RSASSA_PSS_SHA_256"],
    ["RSA_2048", "RSASSA_PKCS1_V1_5_SHA_512"],
    ["ECC_NIST_P256", "ECDSA_SHA_256"],
    ["ECC_NIST_P521", "ECDSA_SHA_512"],
    ["ECC_SECG_P256K1", "ECDSA_SHA_256"],
    ["ECC_NIST_EDWARDS25519", "ED25519_SHA_512"],
    ["ML_DSA_65", "ML_DSA_SHAKE_256"],
  ])("%s, %s: with one bit of message, signature or public key changed it never holds", async (KeySpec, SigningAlgorithm) => {
    const { account, KeyId, call, signature } = await signed(KeySpec, SigningAlgorithm);
    const flip = (bytes: Uint8Array, at: number): Uint8Array<ArrayBuffer> => {
      const copy = new Uint8Array(bytes);
      const bit = at % (8 * copy.length);
      copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      return copy;
    };
    const { json } = await raw("GetPublicKey", { KeyId }, { account });
    const publicKey = Uint8Array.fromBase64(String(json["PublicKey"]));
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.constantFrom("message", "signature", "key"), async (at, what) => {
        const input = {
          Message: (what === "message" ? flip(MESSAGE, at) : MESSAGE).toBase64(),
          Signature: (what === "signature" ? flip(signature, at) : signature).toBase64(),
          SigningAlgorithm,
        };
        if (what !== "key") {
          expect(await call("Verify", input)).toMatchObject(refusal("KMSInvalidSignatureException"));
          return;
        }
        const other = await plant(account, { spec: KeySpec, usage: "SIGN_VERIFY", publicKey: flip(publicKey, at) });
        expect((await raw("Verify", { ...input, KeyId: other }, { account })).status).not.toBe(200);
      }),
      { numRuns: 40 },
    );
  });

  it("of a public key that was edited in the store fails as trouble of ours, and says nothing of it", async () => {
    const { account, call, signature } = await signed("ECC_NIST_P256", "ECDSA_SHA_256");
    await inStore(account, (world, { storage: { sql } }) => {
      const { box } = sql.exec<{ box: ArrayBuffer }>("SELECT box FROM public_key").one();
      const edited = new Uint8Array(box);
      edited[40] = (edited[40] ?? 0) ^ 1;
      sql.exec("UPDATE public_key SET box = ?", edited);
      world.memory.forget();
    });
    for (const [name, input] of [
      ["Verify", { Message: TEXT, Signature: signature.toBase64() }],
      ["GetPublicKey", { SigningAlgorithm: undefined }],
    ] as const)
      expect(await call(name, input)).toMatchObject({ status: 500, text: '{"__type":"KMSInternalException"}' });
  });
});
