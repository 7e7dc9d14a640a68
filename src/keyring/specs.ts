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

export interface KeySpec {
  readonly name: string;
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
const rsa: Entry = {
  ...planned,
  usages: { ENCRYPT_DECRYPT: ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"], SIGN_VERIFY: RSA_SIGNING },
};
const ecc = (bits: number): Entry => ({ ...planned, usages: { SIGN_VERIFY: [`ECDSA_SHA_${bits}`], KEY_AGREEMENT: ["ECDH"] } });
const hmac = (bits: number): Entry => ({ ...planned, usages: { GENERATE_VERIFY_MAC: [`HMAC_SHA_${bits}`] } });
const mlDsa: Entry = { ...planned, legacy: false, usages: { SIGN_VERIFY: ["ML_DSA_SHAKE_256"] } };
const mlKem: Entry = { ...planned, legacy: false, usages: { ENCAPSULATE_DECAPSULATE: ["ML_KEM"] } };

const ENTRIES = {
  SYMMETRIC_DEFAULT: {
    usages: { ENCRYPT_DECRYPT: ["SYMMETRIC_DEFAULT"] },
    defaultUsage: "ENCRYPT_DECRYPT",
    legacy: true,
    built: true,
  },
  RSA_2048: rsa,
  RSA_3072: rsa,
  RSA_4096: rsa,
  ECC_NIST_P256: ecc(256),
  ECC_NIST_P384: ecc(384),
  ECC_NIST_P521: ecc(512),
  ECC_SECG_P256K1: { ...planned, usages: { SIGN_VERIFY: ["ECDSA_SHA_256"] } },
  HMAC_224: hmac(224),
  HMAC_256: hmac(256),
  HMAC_384: hmac(384),
  HMAC_512: hmac(512),
  SM2: { ...planned, usages: { ENCRYPT_DECRYPT: ["SM2PKE"], SIGN_VERIFY: ["SM2DSA"], KEY_AGREEMENT: ["ECDH"] } },
  ML_DSA_44: mlDsa,
  ML_DSA_65: mlDsa,
  ML_DSA_87: mlDsa,
  ECC_NIST_EDWARDS25519: { ...planned, legacy: false, usages: { SIGN_VERIFY: ["ED25519_SHA_512", "ED25519_PH_SHA_512"] } },
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
