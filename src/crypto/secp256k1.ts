// Keys on secp256k1 (SEC 2 §2.4.1) and their ECDSA over SHA-256, by noble: the platform does not have the curve. The material is the
// scalar; the curve's SubjectPublicKeyInfo and PKCS#8 begin with fixed prefixes.

import { secp256k1 } from "@noble/curves/secp256k1.js";
import { type Bytes, concat, type Random } from "../wire/bytes.ts";
import { BIT_STRING, contentOf } from "../wire/der.ts";
import { ecPrivateKeyOf } from "./ec-private-key.ts";
import * as ecdsa from "./ecdsa.ts";
import { equal } from "./equal.ts";
import { behind, constant, type Pair } from "./pair.ts";
import { privateKeyOf } from "./pkcs8.ts";
import { Secret } from "./secret.ts";

const SPKI_PREFIX = constant("3056301006072a8648ce3d020106052b8104000a034200");
const POINT_BYTES = 65;
/** Of PKCS#8 with the public key. */
export const PKCS8_BYTES = 135;
/** Up to the scalar: PKCS#8 around RFC 5915. */
const PKCS8_PREFIX = constant("308184020100301006072a8648ce3d020106052b8104000a046d306b0201010420");
/** From the scalar to the point. */
const PKCS8_MIDDLE = constant("a144034200");

const pointOf = (material: Secret): Uint8Array => secp256k1.getPublicKey(Secret.open(material), false);

export function generate(random: Random): Pair {
  const seedBytes = secp256k1.lengths.seed ?? 48; // so many that the scalar is not biased (FIPS 186-5 A.2.1)
  const material = new Secret(new Uint8Array(secp256k1.utils.randomSecretKey(random(seedBytes))));
  return { material, publicKey: concat(SPKI_PREFIX, pointOf(material)) };
}

const IDENTIFIER = constant("301006072a8648ce3d020106052b8104000a");
const SCALAR_BYTES = 32;
const NO_UNUSED_BITS = Uint8Array.of(0);

/**
 * Reads a key that somebody else has made: PKCS#8 of this curve by its name, the scalar in range, a public key which is there its own.
 * @returns undefined for anything else.
 */
export function read(bytes: Secret): Pair | undefined {
  const inner = privateKeyOf(Secret.open(bytes), IDENTIFIER);
  const { scalar, publicKey } = (inner && ecPrivateKeyOf(inner, IDENTIFIER)) ?? {};
  if (scalar?.byteLength !== SCALAR_BYTES || !secp256k1.utils.isValidSecretKey(scalar)) return undefined;
  const material = new Secret(new Uint8Array(scalar));
  const point = pointOf(material);
  if (publicKey !== undefined && !isPoint(point, publicKey, scalar)) return undefined;
  return { material, publicKey: concat(SPKI_PREFIX, point) };
}

/** Whether a BIT STRING holds this point, compressed or not. */
function isPoint(point: Uint8Array, publicKey: Bytes, scalar: Bytes): boolean {
  const given = contentOf(publicKey, BIT_STRING);
  const forms = [point, secp256k1.getPublicKey(scalar, true)];
  return given !== undefined && forms.some((form) => equal(given, concat(NO_UNUSED_BITS, form)));
}

/** PKCS#8 in DER, with the public key. */
export const print = (material: Secret): Secret =>
  new Secret(concat(PKCS8_PREFIX, Secret.open(material), PKCS8_MIDDLE, pointOf(material)));

/** @returns the point, uncompressed. */
export const openPublic = (spki: Bytes): Bytes => behind(SPKI_PREFIX, POINT_BYTES, spki);

export const signDigest = (material: Secret, digest: Bytes, random: Random): Bytes =>
  ecdsa.signDigest(secp256k1, material, digest, random);

export const verifyDigest = (point: Bytes, digest: Bytes, signature: Bytes): boolean =>
  ecdsa.verifyDigest(secp256k1, point, digest, signature);
