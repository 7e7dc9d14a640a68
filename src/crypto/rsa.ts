// RSA (RFC 8017): pairs with e = 65537 by Web Crypto; signatures over a digest, and OAEP, by node:crypto. The material is PKCS#8.

import {
  constants,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  privateDecrypt,
  privateEncrypt,
  publicDecrypt,
  publicEncrypt,
} from "node:crypto";
import { type Bytes, concat, type Random } from "../wire/bytes.ts";
import { contentOf, elementsOf, INTEGER, SEQUENCE } from "../wire/der.ts";
import { encode, verify } from "./emsa-pss.ts";
import { equal } from "./equal.ts";
import type { HashName } from "./hash.ts";
import { constant, importedPair, type Pair, platformPair } from "./pair.ts";
import { privateKeyOf } from "./pkcs8.ts";
import { Secret } from "./secret.ts";

/** A private or a public key. */
export interface Rsa {
  readonly key: KeyObject;
  readonly modulusBytes: number;
}

export type OaepHash = "sha1" | "sha256";

const F4 = Uint8Array.of(1, 0, 1);

/** Takes seconds for the longest, and blocks the thread meanwhile. */
export const generate = (modulusBytes: number): Promise<Pair> =>
  platformPair({ name: "RSA-OAEP", hash: "SHA-256", modulusLength: 8 * modulusBytes, publicExponent: F4 }, [
    "encrypt",
    "decrypt",
  ]);

export const open = (modulusBytes: number, material: Secret): Rsa => ({
  key: createPrivateKey({ key: Secret.open(material), format: "der", type: "pkcs8" }),
  modulusBytes,
});

const ALGORITHM = constant("300d06092a864886f70d0101010500");
const TWO_PRIMES = constant("020100");

/**
 * Reads a key that somebody else has made: PKCS#8 of two primes and of exactly this modulus. The platform checks that its numbers belong
 * together.
 * @returns undefined for anything else.
 */
export async function read(modulusBytes: number, bytes: Secret): Promise<Pair | undefined> {
  const pkcs8 = Secret.open(bytes);
  const inner = privateKeyOf(pkcs8, ALGORITHM);
  const [version, modulus] = elementsOf(contentOf(inner ?? ALGORITHM, SEQUENCE) ?? ALGORITHM) ?? [];
  if (version === undefined || !equal(version.whole, TWO_PRIMES)) return undefined;
  if (modulus?.tag !== INTEGER || !isWhole(modulus.value, modulusBytes)) return undefined;
  return importedPair(pkcs8, { name: "RSA-OAEP", hash: "SHA-256" }, ["decrypt"], ["encrypt"]);
}

/** Whether a number has its highest bit set. The platform rounds a modulus' length up to whole bytes, and PSS needs every bit. */
const isWhole = (value: Bytes, bytes: number): boolean => {
  const [sign, first = 0] = value;
  return value.byteLength === 1 + bytes && sign === 0 && first >= 0x80;
};

export const openPublic = (modulusBytes: number, spki: Bytes): Rsa => ({
  key: createPublicKey({ key: spki, format: "der", type: "spki" }),
  modulusBytes,
});

/** DigestInfo up to the digest. Source: RFC 8017 §9.2, note 1. */
const DIGEST_INFO: Readonly<Record<HashName, Bytes>> = {
  sha256: constant("3031300d060960864801650304020105000420"),
  sha384: constant("3041300d060960864801650304020205000430"),
  sha512: constant("3051300d060960864801650304020305000440"),
};

/** RSASSA-PKCS1-v1_5 over a digest of this hash. */
export const signPkcs1 = (hash: HashName, { key }: Rsa, digest: Bytes): Bytes =>
  new Uint8Array(privateEncrypt(key, concat(DIGEST_INFO[hash], digest)));

export function verifyPkcs1(hash: HashName, { key, modulusBytes }: Rsa, digest: Bytes, signature: Bytes): boolean {
  if (signature.byteLength !== modulusBytes) return false;
  const signed = attempt(() => publicDecrypt(key, signature));
  return signed !== undefined && equal(new Uint8Array(signed), concat(DIGEST_INFO[hash], digest));
}

/** RSASSA-PSS over a digest of this hash. */
export function signPss(hash: HashName, { key, modulusBytes }: Rsa, digest: Bytes, random: Random): Bytes {
  const encoded = encode(hash, digest, random(digest.byteLength), modulusBytes);
  return new Uint8Array(privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoded));
}

export function verifyPss(hash: HashName, { key, modulusBytes }: Rsa, digest: Bytes, signature: Bytes): boolean {
  if (signature.byteLength !== modulusBytes) return false;
  const encoded = attempt(() => publicEncrypt({ key, padding: constants.RSA_NO_PADDING }, signature));
  return encoded !== undefined && verify(hash, digest, new Uint8Array(encoded));
}

const HASH_BYTES: Readonly<Record<OaepHash, number>> = { sha1: 20, sha256: 32 };

/** How much RSAES-OAEP carries. Source: RFC 8017 §7.1.1. */
export const oaepBytesMax = (hash: OaepHash, modulusBytes: number): number => modulusBytes - 2 * HASH_BYTES[hash] - 2;

/** RSAES-OAEP, MGF1 with the same hash, no label. @throws Error for more than `oaepBytesMax`. */
export const encryptOaep = (oaepHash: OaepHash, { key }: Rsa, plaintext: Bytes): Bytes =>
  new Uint8Array(publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, plaintext));

/** @returns undefined for what does not open; why is not told. */
export function decryptOaep(oaepHash: OaepHash, { key, modulusBytes }: Rsa, ciphertext: Bytes): Bytes | undefined {
  if (ciphertext.byteLength !== modulusBytes) return undefined;
  const opened = attempt(() => privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, ciphertext));
  return opened && new Uint8Array(opened);
}

/** node:crypto throws for what does not open. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
