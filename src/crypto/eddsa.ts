// Ed25519 (RFC 8032): pure by Web Crypto, prehashed (Ed25519ph) by noble. The material is the seed of 32 bytes; around it stand fixed
// prefixes (RFC 8410).

import { ed25519ph } from "@noble/curves/ed25519.js";
import { type Bytes, concat } from "../wire/bytes.ts";
import { behind, constant, type Pair, platformPair } from "./pair.ts";
import { Secret } from "./secret.ts";

const NAME = "Ed25519";
const SEED_BYTES = 32;
const SIGNATURE_BYTES = 64;
const PKCS8_PREFIX = constant("302e020100300506032b657004220420");
const SPKI_PREFIX = constant("302a300506032b6570032100");

export const generate = (): Promise<Pair> =>
  platformPair({ name: NAME }, ["sign", "verify"], (pkcs8) => behind(PKCS8_PREFIX, SEED_BYTES, pkcs8));

/** PKCS#8 in DER. */
export const print = (material: Secret): Secret => new Secret(concat(PKCS8_PREFIX, Secret.open(material)));

export interface EdPrivate {
  readonly key: CryptoKey;
  readonly seed: Secret;
}

export interface EdPublic {
  readonly key: CryptoKey;
  readonly bytes: Bytes;
}

export const open = async (material: Secret): Promise<EdPrivate> => ({
  key: await crypto.subtle.importKey("pkcs8", Secret.open(print(material)), NAME, false, ["sign"]),
  seed: material,
});

export const openPublic = async (spki: Bytes): Promise<EdPublic> => ({
  key: await crypto.subtle.importKey("spki", spki, NAME, false, ["verify"]),
  bytes: spki.subarray(SPKI_PREFIX.byteLength),
});

export const sign = async ({ key }: EdPrivate, message: Bytes): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.sign(NAME, key, message));

/** The platform throws for a signature of another length. */
export const verify = async ({ key }: EdPublic, message: Bytes, signature: Bytes): Promise<boolean> =>
  signature.byteLength === SIGNATURE_BYTES && crypto.subtle.verify(NAME, key, signature, message);

/** Signs the SHA-512 of what it is given, without a context. */
export const signPrehashed = ({ seed }: EdPrivate, message: Bytes): Bytes =>
  new Uint8Array(ed25519ph.sign(message, Secret.open(seed)));

export function verifyPrehashed({ bytes }: EdPublic, message: Bytes, signature: Bytes): boolean {
  try {
    return ed25519ph.verify(signature, message, bytes, { zip215: false }); // as RFC 8032 has it: encodings are canonical
  } catch {
    return false;
  }
}
