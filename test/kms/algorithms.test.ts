// Each key spec with each usage, each algorithm and each message type: what goes together works, what does not is refused as AWS refuses it.

import { beforeAll, describe, expect, it } from "vitest";
import { KEY_USAGES, type KeyUsage } from "../../src/keyring/key.ts";
import { refusal, validation } from "../support/answers.ts";
import { type Answer, newAccount, raw } from "../support/client.ts";
import { newKey } from "../support/new-key.ts";
import { KEY_KINDS, KEY_TYPES, messagesOf, plaintextBytesMax, signatureBytes } from "../vectors/key-types.ts";

const of = (usage: KeyUsage): string[] => [...new Set(Object.values(KEY_TYPES).flatMap(({ usages }) => usages[usage] ?? []))];
const KNOWN: Readonly<Record<KeyUsage, readonly string[]>> = {
  ENCRYPT_DECRYPT: [...of("ENCRYPT_DECRYPT"), "SM2PKE"],
  SIGN_VERIFY: [...of("SIGN_VERIFY"), "SM2DSA"],
  GENERATE_VERIFY_MAC: of("GENERATE_VERIFY_MAC"),
  KEY_AGREEMENT: of("KEY_AGREEMENT"),
  ENCAPSULATE_DECAPSULATE: of("ENCAPSULATE_DECAPSULATE"),
};

const MESSAGE_TYPES = ["RAW", "DIGEST", "EXTERNAL_MU"];
const AA = "AA==";
/** An operation of each usage, as it asks for an algorithm. */
const ASKS: Readonly<Record<KeyUsage, (algorithm: string) => readonly [name: string, input: Record<string, unknown>][]>> = {
  ENCRYPT_DECRYPT: (EncryptionAlgorithm) => [["Encrypt", { Plaintext: AA, EncryptionAlgorithm }]],
  SIGN_VERIFY: (SigningAlgorithm) => [
    ["Sign", { Message: AA, SigningAlgorithm }],
    ["Verify", { Message: AA, SigningAlgorithm, Signature: AA }],
  ],
  GENERATE_VERIFY_MAC: (MacAlgorithm) => [
    ["GenerateMac", { Message: AA, MacAlgorithm }],
    ["VerifyMac", { Message: AA, MacAlgorithm, Mac: AA }],
  ],
  KEY_AGREEMENT: (KeyAgreementAlgorithm) => [["DeriveSharedSecret", { KeyAgreementAlgorithm, PublicKey: AA }]],
  ENCAPSULATE_DECAPSULATE: (EncapsulationAlgorithm) => [
    ["Encapsulate", { EncapsulationAlgorithm }],
    ["Decapsulate", { EncapsulationAlgorithm, SharedSecretCiphertextBlob: AA }],
  ],
};

const bytes = (length: number): string => crypto.getRandomValues(new Uint8Array(length)).toBase64();

function succeeded({ status, json, text }: Answer): Record<string, string> {
  if (status !== 200) throw new Error(text);
  return json as Record<string, string>;
}

describe.each(KEY_KINDS)("a key of %s for %s", { timeout: 60_000 }, (spec, usage) => {
  const account = newAccount();
  let KeyId = "";
  let arn = "";
  const call = (name: string, input: Record<string, unknown>) => raw(name, { KeyId, ...input }, { account });
  const done = async (name: string, input: Record<string, unknown>) => succeeded(await call(name, input));
  const algorithms = KEY_TYPES[spec]?.usages[usage] ?? [];

  beforeAll(async () => {
    KeyId = await newKey(account, { KeySpec: spec, KeyUsage: usage });
    arn = `arn:aws:kms:us-east-1:${account}:key/${KeyId}`;
  }, 60_000);

  it("is refused what it does not know", async () => {
    for (const algorithm of KNOWN[usage].filter((name) => !algorithms.includes(name))) {
      for (const [name, input] of ASKS[usage](algorithm)) {
        const message = `Algorithm ${algorithm} is incompatible with key spec ${spec}.`;
        expect(await call(name, input), algorithm).toMatchObject(refusal("InvalidKeyUsageException", message));
      }
    }
  });

  it("does nothing of another usage", async () => {
    for (const other of KEY_USAGES.filter((name) => name !== usage)) {
      for (const [name, input] of ASKS[other](KNOWN[other][0] ?? "")) {
        const message = `${arn} key usage is ${usage} which is not valid for ${name}.`;
        expect(await call(name, input)).toMatchObject(refusal("InvalidKeyUsageException", message));
      }
    }
  });

  if (usage === "SIGN_VERIFY") {
    it.each(algorithms)("signs by %s, each type of message or none", async (SigningAlgorithm) => {
      const messages = messagesOf(SigningAlgorithm);
      for (const MessageType of MESSAGE_TYPES) {
        const length = messages[MessageType];
        const input = { SigningAlgorithm, MessageType };
        const others = { Message: bytes(length ?? 28), Signature: AA };
        if (!(MessageType in messages)) {
          const refused = validation(`Message type ${MessageType} is incompatible with algorithm ${SigningAlgorithm}.`);
          for (const name of ["Sign", "Verify"])
            expect(await call(name, { ...input, ...(name === "Sign" ? { Message: others.Message } : others) })).toMatchObject(
              refused,
            );
          continue;
        }
        const Message = bytes(length ?? 4096);
        const signed = await done("Sign", { ...input, Message });
        expect(signed).toEqual({ KeyId: arn, Signature: expect.any(String), SigningAlgorithm });
        const { Signature = "" } = signed;
        const { byteLength } = Uint8Array.fromBase64(Signature);
        expect(byteLength).toBeLessThanOrEqual(signatureBytes(spec));
        if (!SigningAlgorithm.startsWith("ECDSA")) expect(byteLength).toBe(signatureBytes(spec));
        const verified = { KeyId: arn, SignatureValid: true, SigningAlgorithm };
        expect(await done("Verify", { ...input, Message, Signature })).toEqual(verified);
        const invalid = { status: 400, text: '{"__type":"KMSInvalidSignatureException"}' };
        expect(await call("Verify", { ...input, Message: bytes(length ?? 4096), Signature })).toMatchObject(invalid);
        expect(await call("Verify", { ...input, ...others })).toMatchObject(invalid);
        if (MessageType === "RAW") expect(await done("Verify", { SigningAlgorithm, Message, Signature })).toEqual(verified); // RAW where none is named
        for (const wrong of length === undefined ? [] : [length - 1, length + 1]) {
          const refused = validation(`Digest is invalid length for algorithm ${SigningAlgorithm}.`);
          expect(await call("Sign", { ...input, Message: bytes(wrong) })).toMatchObject(refused);
          expect(await call("Verify", { ...input, Message: bytes(wrong), Signature: AA })).toMatchObject(refused);
        }
      }
    });
  }

  if (usage === "ENCRYPT_DECRYPT" && spec.startsWith("RSA")) {
    it.each(algorithms)("encrypts by %s up to its longest plaintext", async (EncryptionAlgorithm) => {
      const most = plaintextBytesMax(spec, EncryptionAlgorithm);
      const Plaintext = bytes(most);
      const { CiphertextBlob = "", ...rest } = await done("Encrypt", { Plaintext, EncryptionAlgorithm });
      expect(rest).toEqual({ KeyId: arn, EncryptionAlgorithm });
      expect(await done("Decrypt", { CiphertextBlob, EncryptionAlgorithm })).toEqual({
        Plaintext,
        KeyId: arn,
        EncryptionAlgorithm,
      });
      expect(await call("Encrypt", { Plaintext: bytes(most + 1), EncryptionAlgorithm })).toMatchObject(
        validation(`Algorithm ${EncryptionAlgorithm} and key spec ${spec} cannot encrypt data larger than ${most} bytes.`),
      );
      const invalid = { status: 400, text: '{"__type":"InvalidCiphertextException"}' };
      const blob = Uint8Array.fromBase64(CiphertextBlob);
      for (const wrong of [blob.subarray(1), new Uint8Array([...blob, 0]), blob.map((byte, at) => (at === 9 ? byte ^ 1 : byte))])
        expect(await call("Decrypt", { CiphertextBlob: wrong.toBase64(), EncryptionAlgorithm })).toMatchObject(invalid);
      const other = algorithms.find((name) => name !== EncryptionAlgorithm);
      expect(await call("Decrypt", { CiphertextBlob, EncryptionAlgorithm: other })).toMatchObject(invalid);
    });
  }

  if (usage === "GENERATE_VERIFY_MAC") {
    it.each(algorithms)("authenticates by %s", async (MacAlgorithm) => {
      const Message = bytes(4096);
      const { Mac = "", ...rest } = await done("GenerateMac", { Message, MacAlgorithm });
      expect(rest).toEqual({ KeyId: arn, MacAlgorithm });
      const mac = Uint8Array.fromBase64(Mac);
      expect(mac.byteLength).toBe(Number(spec.slice("HMAC_".length)) / 8);
      expect(await done("VerifyMac", { Message, MacAlgorithm, Mac })).toEqual({ KeyId: arn, MacAlgorithm, MacValid: true });
      const invalid = { status: 400, text: '{"__type":"KMSInvalidMacException"}' };
      for (const wrong of [mac.subarray(0, -1), new Uint8Array([...mac, 0]), mac.map((byte, at) => (at === 9 ? byte ^ 1 : byte))])
        expect(await call("VerifyMac", { Message, MacAlgorithm, Mac: wrong.toBase64() })).toMatchObject(invalid);
      expect(await call("VerifyMac", { Message: bytes(4096), MacAlgorithm, Mac })).toMatchObject(invalid);
    });
  }
});
