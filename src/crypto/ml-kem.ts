// ML-KEM (FIPS 203): 768 and 1024 by Web Crypto, 512 by noble, which the platform lacks. The material is the seed d ‖ z of 64 bytes.
// Decapsulation rejects implicitly: every ciphertext of the right length gives a secret.

import { ml_kem512 } from "@noble/post-quantum/ml-kem.js";
import { type Bytes, concat, type Random } from "../wire/bytes.ts";
import { behind, constant, type Pair, platformPair } from "./pair.ts";
import { Secret } from "./secret.ts";

const SEED_BYTES = 64;
const MESSAGE_BYTES = 32;

export interface Encapsulated {
  /** 32 bytes. */
  readonly secret: Bytes;
  readonly ciphertext: Bytes;
}

/** The last arc of the object identifier tells the three apart. */
const pkcs8Prefix = (arc: string): Bytes => constant(`3054020100300b06096086480165030404${arc}04428040`);

/** A size that the platform has. */
export interface Parameters {
  readonly name: "ML-KEM-768" | "ML-KEM-1024";
  readonly pkcs8Prefix: Bytes;
  readonly ciphertextBytes: number;
}

export const ML_KEM_768: Parameters = { name: "ML-KEM-768", pkcs8Prefix: pkcs8Prefix("02"), ciphertextBytes: 1088 };
export const ML_KEM_1024: Parameters = { name: "ML-KEM-1024", pkcs8Prefix: pkcs8Prefix("03"), ciphertextBytes: 1568 };

/** What workers-types lacks of Web Crypto's modern algorithms. Source: WICG, "Modern Algorithms in the Web Cryptography API". */
interface Encapsulation {
  encapsulateBits(
    algorithm: { readonly name: string },
    key: CryptoKey,
  ): Promise<{ sharedKey: ArrayBuffer; ciphertext: ArrayBuffer }>;
  decapsulateBits(algorithm: { readonly name: string }, key: CryptoKey, ciphertext: Bytes): Promise<ArrayBuffer>;
}

const subtle = (): Encapsulation => crypto.subtle as unknown as Encapsulation;

export const generate = ({ name, pkcs8Prefix: prefix }: Parameters): Promise<Pair> =>
  platformPair({ name }, ["encapsulateBits", "decapsulateBits"], (pkcs8) => behind(prefix, SEED_BYTES, pkcs8));

/** PKCS#8 in DER, in its form with the seed alone. */
export const print = ({ pkcs8Prefix: prefix }: Pick<Parameters, "pkcs8Prefix">, material: Secret): Secret =>
  new Secret(concat(prefix, Secret.open(material)));

export const open = ({ name }: Parameters, material: Secret): Promise<CryptoKey> =>
  crypto.subtle.importKey("raw-seed", Secret.open(material), { name }, false, ["decapsulateBits"]);

export const openPublic = ({ name }: Parameters, spki: Bytes): Promise<CryptoKey> =>
  crypto.subtle.importKey("spki", spki, { name }, false, ["encapsulateBits"]);

export async function encapsulate({ name }: Parameters, key: CryptoKey): Promise<Encapsulated> {
  const { sharedKey, ciphertext } = await subtle().encapsulateBits({ name }, key);
  return { secret: new Uint8Array(sharedKey), ciphertext: new Uint8Array(ciphertext) };
}

/** @returns undefined for a ciphertext of another length. */
export async function decapsulate(
  { name, ciphertextBytes }: Parameters,
  key: CryptoKey,
  ciphertext: Bytes,
): Promise<Bytes | undefined> {
  if (ciphertext.byteLength !== ciphertextBytes) return undefined;
  return new Uint8Array(await subtle().decapsulateBits({ name }, key, ciphertext));
}

const SPKI_PREFIX_512 = constant("30820332300b06096086480165030404010382032100");
const PUBLIC_BYTES_512 = 800;
const ML_KEM_512 = { pkcs8Prefix: pkcs8Prefix("01"), ciphertextBytes: 768 };

export function generate512(random: Random): Pair {
  const seed = random(SEED_BYTES);
  const { publicKey } = ml_kem512.keygen(seed);
  return { material: new Secret(seed), publicKey: concat(SPKI_PREFIX_512, publicKey) };
}

export const print512 = (material: Secret): Secret => print(ML_KEM_512, material);

/** @returns the expanded key. */
export const open512 = (material: Secret): Secret =>
  new Secret(new Uint8Array(ml_kem512.keygen(Secret.open(material)).secretKey));

export const openPublic512 = (spki: Bytes): Bytes => behind(SPKI_PREFIX_512, PUBLIC_BYTES_512, spki);

export function encapsulate512(key: Bytes, random: Random): Encapsulated {
  const { sharedSecret, cipherText } = ml_kem512.encapsulate(key, random(MESSAGE_BYTES));
  return { secret: new Uint8Array(sharedSecret), ciphertext: new Uint8Array(cipherText) };
}

/** @returns undefined for a ciphertext of another length. */
export const decapsulate512 = (key: Secret, ciphertext: Bytes): Bytes | undefined =>
  ciphertext.byteLength === ML_KEM_512.ciphertextBytes
    ? new Uint8Array(ml_kem512.decapsulate(ciphertext, Secret.open(key)))
    : undefined;
