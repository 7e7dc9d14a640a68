// What this service makes, made and checked by another implementation: node:crypto on OpenSSL, and the openssl command. Both directions.

import { execFileSync } from "node:child_process";
import {
  constants,
  createHash,
  createPrivateKey,
  createPublicKey,
  decapsulate,
  diffieHellman,
  encapsulate,
  generateKeyPairSync,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  sign,
  verify,
} from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { shake256 } from "@noble/hashes/sha3.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { KeyUsage } from "../../../src/keyring/key.ts";
import { KEY_TYPES } from "../../vectors/key-types.ts";
import { startTarget, type Target } from "../bench/target.ts";

const MESSAGE = Buffer.from("what one implementation signs, another verifies");
const PATIENCE_MS = 120_000;

const ACCOUNT = "123456789012";

let target: Target;
const folder = mkdtempSync(join(tmpdir(), "edgekeep-openssl-"));

beforeAll(async () => {
  target = await startTarget();
}, PATIENCE_MS);

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await target.stop();
});

/** Bytes go and come as bytes. */
async function call(name: string, input: Readonly<Record<string, unknown>>): Promise<Record<string, Buffer>> {
  const printed = Object.entries(input).map(([member, value]) => [
    member,
    value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value,
  ]);
  const answer = await target.call(ACCOUNT, name, Object.fromEntries(printed));
  return Object.fromEntries(Object.entries(answer).map(([member, value]) => [member, Buffer.from(String(value), "base64")]));
}

/** A key, with its public key as node:crypto reads it. */
async function newKey(spec: string, usage: KeyUsage) {
  const { KeyMetadata } = await target.call(ACCOUNT, "CreateKey", { KeySpec: spec, KeyUsage: usage });
  const { KeyId } = KeyMetadata as { KeyId: string };
  const { PublicKey: spki = NOTHING } = await call("GetPublicKey", { KeyId });
  const publicKey = createPublicKey({ key: spki, format: "der", type: "spki" });
  expect(publicKey.export({ format: "der", type: "spki" })).toEqual(spki); // the bytes that OpenSSL prints
  return { KeyId, publicKey, spki };
}

const NOTHING = Buffer.alloc(0);

const hashOf = (algorithm: string): string | null => {
  if (algorithm === "ED25519_SHA_512" || algorithm === "ML_DSA_SHAKE_256") return null;
  return algorithm.replace(/^.*SHA_(\d+)$/, "sha$1");
};

const optionsOf = (algorithm: string, key: KeyObject) =>
  algorithm.startsWith("RSASSA_PSS")
    ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : key;

const SIGNING = Object.entries(KEY_TYPES).flatMap(([spec, { usages }]) =>
  (usages.SIGN_VERIFY ?? []).filter((name) => name !== "ED25519_PH_SHA_512").map((algorithm) => [spec, algorithm] as const),
);

describe("signatures", () => {
  test.each(SIGNING)(
    "%s, %s: made here, verified there, by RAW and by DIGEST",
    { timeout: PATIENCE_MS },
    async (spec, algorithm) => {
      const { KeyId, publicKey } = await newKey(spec, "SIGN_VERIFY");
      const SigningAlgorithm = algorithm;
      const hash = hashOf(algorithm);
      const holds = (signature: Uint8Array = NOTHING) => verify(hash, MESSAGE, optionsOf(algorithm, publicKey), signature);
      const { Signature } = await call("Sign", { KeyId, Message: MESSAGE, SigningAlgorithm });
      expect(holds(Signature)).toBe(true);
      if (hash === null) return;
      const Message = createHash(hash).update(MESSAGE).digest();
      const digested = await call("Sign", { KeyId, Message, MessageType: "DIGEST", SigningAlgorithm });
      expect(holds(digested["Signature"])).toBe(true);
    },
  );
});

describe("a message representative", () => {
  test.each(["ML_DSA_44", "ML_DSA_65", "ML_DSA_87"])("SIG-42: %s signs µ, and OpenSSL verifies the message", async (spec) => {
    const { KeyId, publicKey, spki } = await newKey(spec, "SIGN_VERIFY");
    const hashed = shake256(spki.subarray(22), { dkLen: 64 }); // the key behind its AlgorithmIdentifier
    const mu = shake256(Buffer.concat([hashed, Buffer.from([0, 0]), MESSAGE]), { dkLen: 64 });
    const input = { KeyId, Message: mu, MessageType: "EXTERNAL_MU", SigningAlgorithm: "ML_DSA_SHAKE_256" };
    const { Signature = NOTHING } = await call("Sign", input);
    expect(verify(null, MESSAGE, publicKey, Signature)).toBe(true);
  });
});

describe("RSAES-OAEP", () => {
  test.each(["RSA_2048", "RSA_3072", "RSA_4096"])(
    "%s: encrypted there opens here, and is what decrypts there",
    { timeout: PATIENCE_MS },
    async (spec) => {
      const { KeyId, publicKey } = await newKey(spec, "ENCRYPT_DECRYPT");
      for (const [EncryptionAlgorithm, oaepHash] of [
        ["RSAES_OAEP_SHA_1", "sha1"],
        ["RSAES_OAEP_SHA_256", "sha256"],
      ] as const) {
        const there = publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, MESSAGE);
        const { Plaintext } = await call("Decrypt", { KeyId, CiphertextBlob: there, EncryptionAlgorithm });
        expect(Plaintext && Buffer.from(Plaintext)).toEqual(MESSAGE);
        const { CiphertextBlob } = await call("Encrypt", { KeyId, Plaintext: MESSAGE, EncryptionAlgorithm });
        expect(CiphertextBlob?.byteLength).toBe(there.byteLength);
      }
    },
  );
});

describe("key agreement", () => {
  test.each([
    ["ECC_NIST_P256", "P-256"],
    ["ECC_NIST_P384", "P-384"],
    ["ECC_NIST_P521", "P-521"],
  ])("%s agrees with OpenSSL", async (spec, namedCurve) => {
    const { KeyId, publicKey } = await newKey(spec, "KEY_AGREEMENT");
    const foreign = generateKeyPairSync("ec", { namedCurve });
    const PublicKey = foreign.publicKey.export({ format: "der", type: "spki" });
    const { SharedSecret } = await call("DeriveSharedSecret", { KeyId, KeyAgreementAlgorithm: "ECDH", PublicKey });
    expect(SharedSecret && Buffer.from(SharedSecret)).toEqual(diffieHellman({ privateKey: foreign.privateKey, publicKey }));
  });
});

describe("encapsulation", () => {
  test.each(["ML_KEM_512", "ML_KEM_768", "ML_KEM_1024"])("%s: encapsulated there is decapsulated here", async (spec) => {
    const { KeyId, publicKey } = await newKey(spec, "ENCAPSULATE_DECAPSULATE");
    const { sharedKey, ciphertext } = encapsulate(publicKey);
    const { SharedSecret } = await call("Decapsulate", {
      KeyId,
      EncapsulationAlgorithm: "ML_KEM",
      SharedSecretCiphertextBlob: ciphertext,
    });
    expect(SharedSecret && Buffer.from(SharedSecret)).toEqual(Buffer.from(sharedKey));
    expect((await call("Encapsulate", { KeyId, EncapsulationAlgorithm: "ML_KEM" }))["SharedSecret"]).toHaveLength(32);
  });
});

describe("data key pairs", () => {
  const specs = Object.entries(KEY_TYPES).flatMap(([spec, { pkcs8Bytes }]) => (pkcs8Bytes === undefined ? [] : [spec]));
  test.each(specs)("%s: OpenSSL reads both keys, and they belong together", { timeout: PATIENCE_MS }, async (spec) => {
    const { KeyMetadata } = await target.call(ACCOUNT, "CreateKey", {});
    const { KeyId } = KeyMetadata as { KeyId: string };
    const pair = await call("GenerateDataKeyPair", { KeyId, KeyPairSpec: spec });
    const { PrivateKeyPlaintext = NOTHING, PublicKey = NOTHING } = pair;
    const privateKey = createPrivateKey({ key: Buffer.from(PrivateKeyPlaintext), format: "der", type: "pkcs8" });
    expect(createPublicKey(privateKey).export({ format: "der", type: "spki" })).toEqual(Buffer.from(PublicKey));
    const publicKey = createPublicKey({ key: Buffer.from(PublicKey), format: "der", type: "spki" });
    if (spec.startsWith("ML_KEM")) {
      const { sharedKey, ciphertext } = encapsulate(publicKey);
      expect(decapsulate(privateKey, ciphertext)).toEqual(sharedKey);
    } else {
      const hash = spec === "ECC_NIST_EDWARDS25519" ? null : "sha256";
      expect(verify(hash, MESSAGE, publicKey, sign(hash, MESSAGE, privateKey))).toBe(true);
    }
    if (!spec.startsWith("RSA")) return;
    const wrapped = publicEncrypt({ key: publicKey, oaepHash: "sha256" }, MESSAGE);
    expect(privateDecrypt({ key: privateKey, oaepHash: "sha256" }, wrapped)).toEqual(MESSAGE);
  });
});

describe("RSA pairs", () => {
  const PAIRS = 20;

  test.each([2048, 3072, 4096])(
    `${PAIRS} of %i bits: a valid key of that size, e = 65537, no two alike`,
    { timeout: 600_000 },
    async (bits) => {
      const { KeyMetadata } = await target.call(ACCOUNT, "CreateKey", {});
      const { KeyId } = KeyMetadata as { KeyId: string };
      const moduli = new Set<string>();
      for (let made = 0; made < PAIRS; made++) {
        const { PrivateKeyPlaintext = NOTHING } = await call("GenerateDataKeyPair", { KeyId, KeyPairSpec: `RSA_${bits}` });
        const file = join(folder, "pair.der");
        writeFileSync(file, PrivateKeyPlaintext, { mode: 0o600 });
        const words = ["rsa", "-inform", "DER", "-in", file, "-check", "-noout", "-text", "-modulus"];
        const checked = execFileSync("openssl", words, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
        expect(checked).toMatch(/RSA key ok/);
        expect(checked).toContain(`Private-Key: (${bits} bit, 2 primes)`);
        expect(checked).toMatch(/publicExponent: 65537 /);
        moduli.add(/^Modulus=(.+)$/m.exec(checked)?.[1] ?? "");
      }
      expect(moduli.size).toBe(PAIRS);
    },
  );
});

describe("the openssl command", () => {
  const run = (...words: string[]): string => execFileSync("openssl", words, { encoding: "utf8" });
  const file = (name: string, bytes: Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  };

  test.each([
    ["RSA_2048", "RSASSA_PKCS1_V1_5_SHA_256", "sha256", []],
    ["RSA_2048", "RSASSA_PSS_SHA_384", "sha384", ["rsa_padding_mode:pss", "rsa_pss_saltlen:48"]],
    ["RSA_4096", "RSASSA_PSS_SHA_512", "sha512", ["rsa_padding_mode:pss", "rsa_pss_saltlen:64"]],
    ["ECC_NIST_P256", "ECDSA_SHA_256", "sha256", []],
    ["ECC_SECG_P256K1", "ECDSA_SHA_256", "sha256", []],
  ] as const)(
    "SIG-26, SIG-29, SIG-30, SIG-32: verifies %s, %s: dgst the message, pkeyutl the digest",
    { timeout: PATIENCE_MS },
    async (spec, algorithm, hash, options) => {
      const { KeyId, spki } = await newKey(spec, "SIGN_VERIFY");
      const key = file("key.der", spki);
      const digest = createHash(hash).update(MESSAGE).digest();
      const padding = options.flatMap((option) => ["-sigopt", option]);
      const raw = await call("Sign", { KeyId, Message: MESSAGE, SigningAlgorithm: algorithm });
      const given = await call("Sign", { KeyId, Message: digest, MessageType: "DIGEST", SigningAlgorithm: algorithm });
      for (const { Signature = NOTHING } of [raw, given]) {
        const signature = file("signature", Signature);
        const message = file("message", MESSAGE);
        const dgst = run("dgst", `-${hash}`, "-keyform", "DER", "-verify", key, "-signature", signature, ...padding, message);
        expect(dgst).toContain("Verified OK");
        const pkeyoptions = [`digest:${hash}`, ...options].flatMap((option) => ["-pkeyopt", option]);
        const pkeyutl = [
          "-verify",
          "-pubin",
          "-inkey",
          key,
          "-keyform",
          "DER",
          "-in",
          file("digest", digest),
          "-sigfile",
          signature,
        ];
        expect(run("pkeyutl", ...pkeyutl, ...pkeyoptions)).toContain("Signature Verified Successfully");
      }
    },
  );
});
