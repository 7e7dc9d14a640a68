// Every key spec: usages, algorithms, sizes. Sources: KMS developer guide, "Key spec reference"; RFC 5480, 8017, 8032, FIPS 198-1, 203,
// 204. It judges src/keyring/specs.ts, so nothing here is taken from there.

import type { KeyUsage } from "../../src/keyring/key.ts";

export interface KeyType {
  /** By usage, the algorithms in the order in which DescribeKey lists them. */
  readonly usages: Readonly<Partial<Record<KeyUsage, readonly string[]>>>;
  /** Bytes of its SubjectPublicKeyInfo. */
  readonly spkiBytes?: number;
  /** Bytes of the PKCS#8 of a data key pair, at least and at most. */
  readonly pkcs8Bytes?: readonly [least: number, most: number];
}

const OAEP = ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"];
const HASHES = ["SHA_256", "SHA_384", "SHA_512"];
const RSA = { ENCRYPT_DECRYPT: OAEP, SIGN_VERIFY: ["PKCS1_V1_5", "PSS"].flatMap((way) => HASHES.map((hash) => `RSASSA_${way}_${hash}`)) };
const agreeing = (algorithm: string) => ({ SIGN_VERIFY: [algorithm], KEY_AGREEMENT: ["ECDH"] });
const ML_DSA = { SIGN_VERIFY: ["ML_DSA_SHAKE_256"] };
const ML_KEM = { ENCAPSULATE_DECAPSULATE: ["ML_KEM"] };

export const KEY_TYPES: Readonly<Record<string, KeyType>> = {
  SYMMETRIC_DEFAULT: { usages: { ENCRYPT_DECRYPT: ["SYMMETRIC_DEFAULT"] } },
  RSA_2048: { usages: RSA, spkiBytes: 294, pkcs8Bytes: [1214, 1219] },
  RSA_3072: { usages: RSA, spkiBytes: 422, pkcs8Bytes: [1790, 1795] },
  RSA_4096: { usages: RSA, spkiBytes: 550, pkcs8Bytes: [2370, 2376] },
  ECC_NIST_P256: { usages: agreeing("ECDSA_SHA_256"), spkiBytes: 91, pkcs8Bytes: [138, 138] },
  ECC_NIST_P384: { usages: agreeing("ECDSA_SHA_384"), spkiBytes: 120, pkcs8Bytes: [185, 185] },
  ECC_NIST_P521: { usages: agreeing("ECDSA_SHA_512"), spkiBytes: 158, pkcs8Bytes: [241, 241] },
  ECC_SECG_P256K1: { usages: { SIGN_VERIFY: ["ECDSA_SHA_256"] }, spkiBytes: 88, pkcs8Bytes: [135, 135] },
  HMAC_224: { usages: { GENERATE_VERIFY_MAC: ["HMAC_SHA_224"] } },
  HMAC_256: { usages: { GENERATE_VERIFY_MAC: ["HMAC_SHA_256"] } },
  HMAC_384: { usages: { GENERATE_VERIFY_MAC: ["HMAC_SHA_384"] } },
  HMAC_512: { usages: { GENERATE_VERIFY_MAC: ["HMAC_SHA_512"] } },
  ML_DSA_44: { usages: ML_DSA, spkiBytes: 1334 },
  ML_DSA_65: { usages: ML_DSA, spkiBytes: 1974 },
  ML_DSA_87: { usages: ML_DSA, spkiBytes: 2614 },
  ECC_NIST_EDWARDS25519: {
    usages: { SIGN_VERIFY: ["ED25519_SHA_512", "ED25519_PH_SHA_512"] },
    spkiBytes: 44,
    pkcs8Bytes: [48, 48],
  },
  ML_KEM_512: { usages: ML_KEM, spkiBytes: 822, pkcs8Bytes: [86, 86] },
  ML_KEM_768: { usages: ML_KEM, spkiBytes: 1206, pkcs8Bytes: [86, 86] },
  ML_KEM_1024: { usages: ML_KEM, spkiBytes: 1590, pkcs8Bytes: [86, 86] },
};

/** Each spec with each usage that it allows. */
export const KEY_KINDS = Object.entries(KEY_TYPES).flatMap(([spec, { usages }]) =>
  (Object.keys(usages) as KeyUsage[]).map((usage) => [spec, usage] as const),
);

/** Message types that a signing algorithm takes, and the bytes that a message of that type has; undefined: any number. */
export function messagesOf(algorithm: string): Readonly<Record<string, number | undefined>> {
  const hashBytes = Number(/SHA_(256|384|512)$/.exec(algorithm)?.[1]) / 8;
  if (algorithm === "ML_DSA_SHAKE_256") return { RAW: undefined, EXTERNAL_MU: 64 };
  if (algorithm === "ED25519_SHA_512") return { RAW: undefined };
  if (algorithm === "ED25519_PH_SHA_512") return { DIGEST: 64 };
  return { RAW: undefined, DIGEST: hashBytes };
}

/** Bytes of a signature, at most, and exactly unless it is DER. */
export function signatureBytes(spec: string): number {
  const [, rsaBits] = /^RSA_(\d+)$/.exec(spec) ?? [];
  if (rsaBits !== undefined) return Number(rsaBits) / 8;
  const others: Readonly<Record<string, number>> = {
    ...{ ECC_NIST_P256: 72, ECC_SECG_P256K1: 72, ECC_NIST_P384: 104, ECC_NIST_P521: 139, ECC_NIST_EDWARDS25519: 64 },
    ...{ ML_DSA_44: 2420, ML_DSA_65: 3309, ML_DSA_87: 4627 },
  };
  return others[spec] ?? 0;
}

/** The longest plaintext: a modulus less two hashes and two bytes (RFC 8017 §7.1.1). */
export const plaintextBytesMax = (spec: string, algorithm: string): number =>
  Number(spec.slice("RSA_".length)) / 8 - (algorithm === "RSAES_OAEP_SHA_1" ? 42 : 66);
