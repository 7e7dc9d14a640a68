// A pair of keys as it is made: the private one sealed in a Secret, the public one as SubjectPublicKeyInfo (RFC 5280 §4.1).

import { type Bytes, fromHex } from "../wire/bytes.ts";
import { Secret } from "./secret.ts";

export interface Pair {
  /** What is kept of the private key: PKCS#8 (RFC 5958), a scalar or a seed, as its family says. */
  readonly material: Secret;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Bytes;
}

/** Has the platform make a pair. `kept` cuts out of the PKCS#8 what is kept of it. */
export async function platformPair(
  algorithm: SubtleCryptoGenerateKeyAlgorithm,
  usages: string[],
  kept: (pkcs8: Bytes) => Bytes = (pkcs8) => pkcs8,
): Promise<Pair> {
  const { privateKey, publicKey } = (await crypto.subtle.generateKey(algorithm, true, usages)) as CryptoKeyPair;
  const pkcs8 = await exported("pkcs8", privateKey);
  return { material: new Secret(kept(pkcs8)), publicKey: await exported("spki", publicKey) };
}

/** What workers-types lacks of Web Crypto's modern algorithms. */
interface PublicKeys {
  getPublicKey(key: CryptoKey, usages: readonly string[]): Promise<CryptoKey>;
}

/**
 * Has the platform read a private key, and find its public one.
 * @returns undefined where it refuses the key. Its PKCS#8 is the platform's print.
 */
export async function importedPair(
  pkcs8: Bytes,
  algorithm: SubtleCryptoImportKeyAlgorithm,
  privateUsages: string[],
  publicUsages: string[],
): Promise<Pair | undefined> {
  const key = await crypto.subtle.importKey("pkcs8", pkcs8, algorithm, true, privateUsages).catch(() => undefined);
  if (key === undefined) return undefined;
  const publicKey = await (crypto.subtle as unknown as PublicKeys).getPublicKey(key, publicUsages);
  return { material: new Secret(await exported("pkcs8", key)), publicKey: await exported("spki", publicKey) };
}

const exported = async (format: "pkcs8" | "spki", key: CryptoKey): Promise<Bytes> =>
  new Uint8Array((await crypto.subtle.exportKey(format, key)) as ArrayBuffer);

/** The bytes of a constant, such as a prefix. @throws TypeError for what is no hexadecimal. */
export function constant(hex: string): Bytes {
  const bytes = fromHex(hex);
  if (bytes === undefined) throw new TypeError("a constant is not written in hexadecimal");
  return bytes;
}

/** What stands behind a prefix that always is the same. @throws Error for another prefix, or another length. */
export function behind(prefix: Bytes, length: number, whole: Bytes): Bytes {
  const isAsExpected = whole.byteLength === prefix.byteLength + length && prefix.every((byte, at) => byte === whole[at]);
  if (!isAsExpected) throw new Error("a key is in another form than its spec has");
  return whole.slice(prefix.byteLength);
}
