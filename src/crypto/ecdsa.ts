// ECDSA (FIPS 186-5) with signatures in DER, whose s is not normalised: over a message by node:crypto, over a digest by noble, which is
// not constant in time (docs/threat-model.md).

import { type KeyObject, sign, verify } from "node:crypto";
import type { ECDSA } from "@noble/curves/abstract/weierstrass.js";
import type { Bytes, Random } from "../wire/bytes.ts";
import type { HashName } from "./hash.ts";
import { Secret } from "./secret.ts";

const GIVEN_DIGEST = { prehash: false, lowS: false, format: "der" } as const;
/** What RFC 6979 §3.6 adds to the nonce, so that two signatures of a digest differ. */
const NONCE_BYTES = 32;

export const signMessage = (hash: HashName, key: KeyObject, message: Bytes): Bytes => new Uint8Array(sign(hash, message, key));

export const verifyMessage = (hash: HashName, key: KeyObject, message: Bytes, signature: Bytes): boolean =>
  verify(hash, message, key, signature);

export const signDigest = (curve: ECDSA, scalar: Secret, digest: Bytes, random: Random): Bytes =>
  new Uint8Array(curve.sign(digest, Secret.open(scalar), { ...GIVEN_DIGEST, extraEntropy: random(NONCE_BYTES) }));

export function verifyDigest(curve: ECDSA, point: Bytes, digest: Bytes, signature: Bytes): boolean {
  try {
    return curve.verify(signature, digest, point, GIVEN_DIGEST);
  } catch {
    return false;
  }
}
