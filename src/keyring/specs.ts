// Registry of key specs and their algorithms: everything known about a spec is its one entry here, and no other file names one.
// Source: KMS developer guide, "Key spec reference", "Request quotas"; the algorithms stand in the order in which AWS returns them.

import { derive } from "../crypto/ecdh.ts";
import * as ed from "../crypto/eddsa.ts";
import { digest, type HashName } from "../crypto/hash.ts";
import * as hmac from "../crypto/hmac.ts";
import { MATERIAL_BYTES, messageKey, openMessage, sealMessage } from "../crypto/message.ts";
import * as dsa from "../crypto/ml-dsa.ts";
import * as kem from "../crypto/ml-kem.ts";
import * as nist from "../crypto/nist-curves.ts";
import * as rsa from "../crypto/rsa.ts";
import * as k1 from "../crypto/secp256k1.ts";
import { Secret } from "../crypto/secret.ts";
import type { Bytes, Random } from "../wire/bytes.ts";
import type { KeyUsage } from "./key.ts";
import { type KeySpec, keySpecOf, type Made, type Signing } from "./key-spec.ts";

/** The member of KeyMetadata that lists a usage's algorithms. */
export const ALGORITHM_MEMBERS: Readonly<Record<KeyUsage, string>> = {
  ENCRYPT_DECRYPT: "EncryptionAlgorithms",
  SIGN_VERIFY: "SigningAlgorithms",
  GENERATE_VERIFY_MAC: "MacAlgorithms",
  KEY_AGREEMENT: "KeyAgreementAlgorithms",
  ENCAPSULATE_DECAPSULATE: "EncapsulationAlgorithms",
};

/** What somebody else's RSA key may take as PKCS#8; and his HMAC key ("maximum key length is 1024 bits"). */
const [IMPORTED_BYTES_MAX, HMAC_BYTES_MAX] = [4096, 128];
const BOTH = ["OAEP", "AES_KEY_WRAP"] as const;

const ONE_MATERIAL = { rotates: false, isSlow: false } as const;

/** The spec of a key, and the cipher of a call, where none is named. */
export const DEFAULT_SPEC = "SYMMETRIC_DEFAULT";
export const DEFAULT_CIPHER = "SYMMETRIC_DEFAULT";

/** Bytes that are a key as they are, if there are as many as there may be. */
const fitting = (material: Secret, least: number, most: number): Made | undefined =>
  material.byteLength >= least && material.byteLength <= most ? { material } : undefined;

const symmetric = keySpecOf(DEFAULT_SPEC, {
  ...{ rate: "symmetric", legacy: true, rotates: true, isSlow: false, defaultUsage: "ENCRYPT_DECRYPT" },
  generate: (random) => ({ material: new Secret(random(MATERIAL_BYTES)) }),
  open: messageKey,
  importing: { wrapping: ["OAEP"], bytesMax: MATERIAL_BYTES, read: (bytes) => fitting(bytes, MATERIAL_BYTES, MATERIAL_BYTES) },
  usages: { ENCRYPT_DECRYPT: { [DEFAULT_CIPHER]: { seal: sealMessage, unseal: openMessage } } },
});

const DIGEST_BYTES: Readonly<Record<HashName, number>> = { sha256: 32, sha384: 48, sha512: 64 };

/** A signature over a digest, which is the caller's or is made of his message. */
const overDigest = (
  hash: HashName,
  sign: (hash: HashName, key: rsa.Rsa, digest: Bytes, random: Random) => Bytes,
  verify: (hash: HashName, key: rsa.Rsa, digest: Bytes, signature: Bytes) => boolean,
): Signing<rsa.Rsa, rsa.Rsa> => ({
  messages: { RAW: {}, DIGEST: { bytes: DIGEST_BYTES[hash] } },
  sign: (key, message, type, random) => sign(hash, key, type === "RAW" ? digest(hash, message) : message, random),
  verify: (key, message, type, signature) => verify(hash, key, type === "RAW" ? digest(hash, message) : message, signature),
});

const oaep = (hash: rsa.OaepHash, modulusBytes: number) => ({
  plaintextBytesMax: rsa.oaepBytesMax(hash, modulusBytes),
  encrypt: (key: rsa.Rsa, plaintext: Bytes) => rsa.encryptOaep(hash, key, plaintext),
  decrypt: (key: rsa.Rsa, ciphertext: Bytes) => rsa.decryptOaep(hash, key, ciphertext),
});

function rsaOf(bits: number, perSecond: number): KeySpec {
  const modulusBytes = bits / 8;
  return keySpecOf<rsa.Rsa, rsa.Rsa>(`RSA_${bits}`, {
    ...{ rate: "rsa", legacy: true, ...ONE_MATERIAL, isSlow: true },
    generate: () => rsa.generate(modulusBytes),
    open: (material) => rsa.open(modulusBytes, material),
    openPublic: (spki) => rsa.openPublic(modulusBytes, spki),
    dataKeyPairs: { perSecond, print: (pkcs8) => pkcs8 },
    importing: { wrapping: ["AES_KEY_WRAP"], bytesMax: IMPORTED_BYTES_MAX, read: (bytes) => rsa.read(modulusBytes, bytes) },
    usages: {
      ENCRYPT_DECRYPT: {
        RSAES_OAEP_SHA_1: oaep("sha1", modulusBytes),
        RSAES_OAEP_SHA_256: oaep("sha256", modulusBytes),
      },
      SIGN_VERIFY: {
        RSASSA_PKCS1_V1_5_SHA_256: overDigest("sha256", rsa.signPkcs1, rsa.verifyPkcs1),
        RSASSA_PKCS1_V1_5_SHA_384: overDigest("sha384", rsa.signPkcs1, rsa.verifyPkcs1),
        RSASSA_PKCS1_V1_5_SHA_512: overDigest("sha512", rsa.signPkcs1, rsa.verifyPkcs1),
        RSASSA_PSS_SHA_256: overDigest("sha256", rsa.signPss, rsa.verifyPss),
        RSASSA_PSS_SHA_384: overDigest("sha384", rsa.signPss, rsa.verifyPss),
        RSASSA_PSS_SHA_512: overDigest("sha512", rsa.signPss, rsa.verifyPss),
      },
    },
  });
}

const nistOf = (name: string, curve: nist.NistCurve, algorithm: string, perSecond: number): KeySpec =>
  keySpecOf<nist.NistPrivate, nist.NistPublic>(name, {
    ...{ rate: "ecc", legacy: true, ...ONE_MATERIAL },
    generate: () => nist.generate(curve),
    open: (material) => new nist.NistPrivate(curve, material),
    openPublic: (spki) => new nist.NistPublic(curve, spki),
    dataKeyPairs: { perSecond, print: (pkcs8) => pkcs8 },
    importing: { wrapping: BOTH, bytesMax: curve.pkcs8Bytes, read: (bytes) => nist.read(curve, bytes) },
    usages: {
      SIGN_VERIFY: {
        [algorithm]: {
          messages: { RAW: {}, DIGEST: { bytes: DIGEST_BYTES[curve.hash] } },
          sign: (key, message, type, random) => (type === "RAW" ? key.signMessage(message) : key.signDigest(message, random)),
          verify: (key, message, type, signature) =>
            type === "RAW" ? key.verifyMessage(message, signature) : key.verifyDigest(message, signature),
        },
      },
      KEY_AGREEMENT: { ECDH: { derive: (key, peer) => derive(curve, key, peer) } },
    },
  });

const secp256k1 = keySpecOf<Secret, Bytes>("ECC_SECG_P256K1", {
  ...{ rate: "ecc", legacy: true, ...ONE_MATERIAL },
  generate: k1.generate,
  open: (scalar) => scalar,
  openPublic: k1.openPublic,
  dataKeyPairs: { perSecond: 25, print: k1.print },
  importing: { wrapping: BOTH, bytesMax: k1.PKCS8_BYTES, read: k1.read },
  usages: {
    SIGN_VERIFY: {
      ECDSA_SHA_256: {
        messages: { RAW: {}, DIGEST: { bytes: DIGEST_BYTES.sha256 } },
        sign: (key, message, type, random) => k1.signDigest(key, type === "RAW" ? digest("sha256", message) : message, random),
        verify: (point, message, type, signature) =>
          k1.verifyDigest(point, type === "RAW" ? digest("sha256", message) : message, signature),
      },
    },
  },
});

const edwards25519 = keySpecOf<ed.EdPrivate, ed.EdPublic>("ECC_NIST_EDWARDS25519", {
  ...{ rate: "ecc", legacy: false, ...ONE_MATERIAL },
  generate: ed.generate,
  open: ed.open,
  openPublic: ed.openPublic,
  dataKeyPairs: { perSecond: 25, print: ed.print }, // AWS publishes no rate
  usages: {
    SIGN_VERIFY: {
      ED25519_SHA_512: {
        messages: { RAW: {} },
        sign: ed.sign,
        verify: (key, message, _, signature) => ed.verify(key, message, signature),
      },
      ED25519_PH_SHA_512: {
        messages: { DIGEST: { bytes: DIGEST_BYTES.sha512 } },
        sign: ed.signPrehashed,
        verify: (key, message, _, signature) => ed.verifyPrehashed(key, message, signature),
      },
    },
  },
});

const hmacOf = (bits: number, hash: HashName | "sha224"): KeySpec =>
  keySpecOf(`HMAC_${bits}`, {
    ...{ rate: "symmetric", legacy: true, ...ONE_MATERIAL },
    generate: (random) => ({ material: new Secret(random(bits / 8)) }),
    open: hmac.open,
    importing: { wrapping: ["OAEP"], bytesMax: HMAC_BYTES_MAX, read: (bytes) => fitting(bytes, bits / 8, HMAC_BYTES_MAX) },
    usages: {
      GENERATE_VERIFY_MAC: {
        [`HMAC_SHA_${bits}`]: {
          mac: (key, message) => hmac.authenticate(hash, key, message),
          verify: (key, message, mac) => hmac.verify(hash, key, message, mac),
        },
      },
    },
  });

const mlDsaOf = (name: string, parameters: dsa.Parameters): KeySpec =>
  keySpecOf<dsa.MlDsaPrivate, dsa.MlDsaPublic>(name, {
    ...{ rate: "postQuantum", legacy: false, ...ONE_MATERIAL },
    generate: () => dsa.generate(parameters),
    open: (material) => dsa.MlDsaPrivate.open(parameters, material),
    openPublic: (spki) => dsa.openPublic(parameters, spki),
    usages: {
      SIGN_VERIFY: {
        ML_DSA_SHAKE_256: {
          messages: { RAW: {}, EXTERNAL_MU: { bytes: 64 } },
          sign: (key, message, type, random) => (type === "RAW" ? key.sign(message) : key.signRepresentative(message, random)),
          verify: (key, message, type, signature) =>
            type === "RAW" ? dsa.verify(key, message, signature) : dsa.verifyRepresentative(key, message, signature),
        },
      },
    },
  });

const mlKem = { rate: "postQuantum", legacy: false, ...ONE_MATERIAL } as const;
const KEM_PAIRS_PER_SECOND = 25; // AWS publishes no rate

const mlKem512 = keySpecOf<Secret, Bytes>("ML_KEM_512", {
  ...mlKem,
  generate: kem.generate512,
  open: kem.open512,
  openPublic: kem.openPublic512,
  dataKeyPairs: { perSecond: KEM_PAIRS_PER_SECOND, print: kem.print512 },
  usages: { ENCAPSULATE_DECAPSULATE: { ML_KEM: { encapsulate: kem.encapsulate512, decapsulate: kem.decapsulate512 } } },
});

const mlKemOf = (name: string, parameters: kem.Parameters): KeySpec =>
  keySpecOf<CryptoKey, CryptoKey>(name, {
    ...mlKem,
    generate: () => kem.generate(parameters),
    open: (material) => kem.open(parameters, material),
    openPublic: (spki) => kem.openPublic(parameters, spki),
    dataKeyPairs: { perSecond: KEM_PAIRS_PER_SECOND, print: (material) => kem.print(parameters, material) },
    usages: {
      ENCAPSULATE_DECAPSULATE: {
        ML_KEM: {
          encapsulate: (key) => kem.encapsulate(parameters, key),
          decapsulate: (key, ciphertext) => kem.decapsulate(parameters, key, ciphertext),
        },
      },
    },
  });

const SPECS: ReadonlyMap<string, KeySpec> = new Map(
  [
    symmetric,
    ...[rsaOf(2048, 1), rsaOf(3072, 0.5), rsaOf(4096, 0.1)],
    nistOf("ECC_NIST_P256", nist.P256, "ECDSA_SHA_256", 25),
    nistOf("ECC_NIST_P384", nist.P384, "ECDSA_SHA_384", 10),
    nistOf("ECC_NIST_P521", nist.P521, "ECDSA_SHA_512", 5),
    secp256k1,
    ...[hmacOf(224, "sha224"), hmacOf(256, "sha256"), hmacOf(384, "sha384"), hmacOf(512, "sha512")],
    ...[mlDsaOf("ML_DSA_44", dsa.ML_DSA_44), mlDsaOf("ML_DSA_65", dsa.ML_DSA_65), mlDsaOf("ML_DSA_87", dsa.ML_DSA_87)],
    edwards25519,
    ...[mlKem512, mlKemOf("ML_KEM_768", kem.ML_KEM_768), mlKemOf("ML_KEM_1024", kem.ML_KEM_1024)],
  ].map((spec) => [spec.name, spec]),
);

const ENTRIES = [...SPECS.values()];
/** What AWS serves in China alone: its names are known, and no entry has them. */
const IN_CHINA = { spec: "SM2", signing: "SM2DSA", encryption: "SM2PKE", pairsPerSecond: 25 };

/** Every key spec of the API. */
export const KEY_SPECS = [...SPECS.keys(), IN_CHINA.spec];
/** What the deprecated CustomerMasterKeySpec may name. */
export const LEGACY_KEY_SPECS = [...ENTRIES.filter(({ legacy }) => legacy).map(({ name }) => name), IN_CHINA.spec];

/** How many data key pairs of each spec may be made in a second. */
export const DATA_KEY_PAIRS: ReadonlyMap<string, number> = new Map([
  ...ENTRIES.flatMap(({ name, dataKeyPairs }) => (dataKeyPairs === undefined ? [] : [[name, dataKeyPairs.perSecond] as const])),
  [IN_CHINA.spec, IN_CHINA.pairsPerSecond],
]);

/** Every algorithm of the API for a usage. */
const allOf = (usage: KeyUsage, ...more: readonly string[]): readonly string[] => [
  ...new Set([...ENTRIES.flatMap(({ algorithms }) => algorithms[usage] ?? []), ...more]),
];

export const ENCRYPTION_ALGORITHMS = allOf("ENCRYPT_DECRYPT", IN_CHINA.encryption);
export const SIGNING_ALGORITHMS = allOf("SIGN_VERIFY", IN_CHINA.signing);
export const MAC_ALGORITHMS = allOf("GENERATE_VERIFY_MAC");
export const KEY_AGREEMENT_ALGORITHMS = allOf("KEY_AGREEMENT");
export const ENCAPSULATION_ALGORITHMS = allOf("ENCAPSULATE_DECAPSULATE");

/** How an answer to a Nitro enclave would be encrypted: AWS's KeyEncryptionMechanism. */
export const ENCLAVE_ALGORITHMS = ["RSAES_OAEP_SHA_256"];

/** @returns undefined for what AWS serves in China alone, and for every other name. */
export const findKeySpec = (name: string): KeySpec | undefined => SPECS.get(name);

/** @throws RangeError for a name that stands in no entry: stored keys hold none. */
export function keySpec(name: string): KeySpec {
  const found = SPECS.get(name);
  if (found === undefined) throw new RangeError(`no key spec ${name}`);
  return found;
}

/** The algorithms of a key with this spec and usage. */
export const algorithmsOf = (spec: string, usage: KeyUsage): readonly string[] => keySpec(spec).algorithms[usage] ?? [];

/** Whether an algorithm's ciphertexts name their key and bind an encryption context. */
export const bindsContext = (algorithm: string): boolean => algorithm === DEFAULT_CIPHER;
