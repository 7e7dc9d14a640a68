// Registry of key specs and their algorithms: everything known about a spec is its one entry here.
// Source: KMS developer guide, "Key spec reference"; the algorithms stand in the order in which AWS returns them.

import type { KeyUsage } from "./key.ts";

/** The member of KeyMetadata that lists a usage's algorithms. */
export const ALGORITHM_MEMBERS: Readonly<Record<KeyUsage, string>> = {
  ENCRYPT_DECRYPT: "EncryptionAlgorithms",
  SIGN_VERIFY: "SigningAlgorithms",
  GENERATE_VERIFY_MAC: "MacAlgorithms",
  KEY_AGREEMENT: "KeyAgreementAlgorithms",
  ENCAPSULATE_DECAPSULATE: "EncapsulationAlgorithms",
};

/** Keys whose cryptographic operations share a request rate. */
export type KeyKind = "symmetric" | "rsa" | "ecc" | "sm2" | "postQuantum";

export interface KeySpec {
  readonly name: string;
  readonly kind: KeyKind;
  /** How many data key pairs of this spec may be made in a second; absent where there are none. */
  readonly pairsPerSecond?: number;
  /** Usages a key of this spec may have, with the algorithms each then offers. */
  readonly usages: Readonly<Partial<Record<KeyUsage, readonly string[]>>>;
  /** The usage where CreateKey names none. */
  readonly defaultUsage?: KeyUsage;
  /** Whether the deprecated CustomerMasterKeySpec knows it too. */
  readonly legacy: boolean;
  /** Whether this service makes such keys yet. */
  readonly built: boolean;
}

const RSA_SIGNING = [
  ...["RSASSA_PKCS1_V1_5_SHA_256", "RSASSA_PKCS1_V1_5_SHA_384", "RSASSA_PKCS1_V1_5_SHA_512"],
  ...["RSASSA_PSS_SHA_256", "RSASSA_PSS_SHA_384", "RSASSA_PSS_SHA_512"],
];

type Entry = Omit<KeySpec, "name">;

const planned = { legacy: true, built: false };
const rsa = (pairsPerSecond: number): Entry => ({
  ...planned,
  kind: "rsa",
  pairsPerSecond,
  usages: { ENCRYPT_DECRYPT: ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"], SIGN_VERIFY: RSA_SIGNING },
});
const ecc = (bits: number, pairsPerSecond: number): Entry => ({
  ...planned,
  kind: "ecc",
  pairsPerSecond,
  usages: { SIGN_VERIFY: [`ECDSA_SHA_${bits}`], KEY_AGREEMENT: ["ECDH"] },
});
const hmac = (bits: number): Entry => ({
  ...planned,
  kind: "symmetric",
  usages: { GENERATE_VERIFY_MAC: [`HMAC_SHA_${bits}`] },
});
const postQuantum = { ...planned, kind: "postQuantum", legacy: false } as const;
const mlDsa: Entry = { ...postQuantum, usages: { SIGN_VERIFY: ["ML_DSA_SHAKE_256"] } };
const mlKem: Entry = { ...postQuantum, usages: { ENCAPSULATE_DECAPSULATE: ["ML_KEM"] } };

const ENTRIES = {
  SYMMETRIC_DEFAULT: {
    kind: "symmetric",
    usages: { ENCRYPT_DECRYPT: ["SYMMETRIC_DEFAULT"] },
    defaultUsage: "ENCRYPT_DECRYPT",
    legacy: true,
    built: true,
  },
  RSA_2048: rsa(1),
  RSA_3072: rsa(0.5),
  RSA_4096: rsa(0.1),
  ECC_NIST_P256: ecc(256, 25),
  ECC_NIST_P384: ecc(384, 10),
  ECC_NIST_P521: ecc(512, 5),
  ECC_SECG_P256K1: { ...planned, kind: "ecc", pairsPerSecond: 25, usages: { SIGN_VERIFY: ["ECDSA_SHA_256"] } },
  HMAC_224: hmac(224),
  HMAC_256: hmac(256),
  HMAC_384: hmac(384),
  HMAC_512: hmac(512),
  SM2: {
    ...planned,
    kind: "sm2",
    pairsPerSecond: 25,
    usages: { ENCRYPT_DECRYPT: ["SM2PKE"], SIGN_VERIFY: ["SM2DSA"], KEY_AGREEMENT: ["ECDH"] },
  },
  ML_DSA_44: mlDsa,
  ML_DSA_65: mlDsa,
  ML_DSA_87: mlDsa,
  ECC_NIST_EDWARDS25519: {
    ...planned,
    kind: "ecc",
    legacy: false,
    usages: { SIGN_VERIFY: ["ED25519_SHA_512", "ED25519_PH_SHA_512"] },
  },
  ML_KEM_512: mlKem,
  ML_KEM_768: mlKem,
  ML_KEM_1024: mlKem,
} satisfies Record<string, Entry>;

export type KeySpecName = keyof typeof ENTRIES;

export const KEY_SPECS = Object.keys(ENTRIES) as readonly KeySpecName[];
/** What the deprecated CustomerMasterKeySpec may name. */
export const LEGACY_KEY_SPECS = KEY_SPECS.filter((name) => ENTRIES[name].legacy);
/** Every encryption algorithm of the API. */
export const ENCRYPTION_ALGORITHMS = ["SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE"] as const;

/** @throws RangeError for a name that stands in no entry: stored keys and decoded input hold none. */
export function keySpec(name: string): KeySpec {
  if (!Object.hasOwn(ENTRIES, name)) throw new RangeError(`no key spec ${name}`);
  return { name, ...(ENTRIES[name as KeySpecName] as Entry) };
}

/** The algorithms of a key with this spec and usage. */
export const algorithmsOf = (spec: string, usage: KeyUsage): readonly string[] => keySpec(spec).usages[usage] ?? [];
