// EMSA-PSS (RFC 8017 §9.1) over a given digest, for moduli of whole bytes: MGF1 with the digest's hash, a salt exactly as long as the digest.

import { type Bytes, concat } from "../wire/bytes.ts";
import { digest as digestOf, type HashName } from "./hash.ts";

const ZEROS = new Uint8Array(8);
const TRAILER = 0xbc;
/** The encoded message has one bit less than the modulus. */
const TOP_BITS = 0x7f;

/** @returns the encoded message, as long as the modulus. The salt is as long as the digest, and random. */
export function encode(hash: HashName, digest: Bytes, salt: Bytes, modulusBytes: number): Bytes {
  const inner = digestOf(hash, concat(ZEROS, digest, salt));
  const block = new Uint8Array(modulusBytes - inner.byteLength - 1);
  block[block.byteLength - salt.byteLength - 1] = 1;
  block.set(salt, block.byteLength - salt.byteLength);
  mask(block, hash, inner);
  return concat(block, inner, Uint8Array.of(TRAILER));
}

/** Whether a message was encoded from this digest. Any other length of the salt is refused. */
export function verify(hash: HashName, digest: Bytes, encoded: Bytes): boolean {
  const innerAt = encoded.byteLength - digest.byteLength - 1;
  const saltAt = innerAt - digest.byteLength;
  const [first = 0] = encoded;
  if (first > TOP_BITS || encoded.at(-1) !== TRAILER) return false;
  const [block, inner] = [encoded.slice(0, innerAt), encoded.subarray(innerAt, -1)];
  mask(block, hash, inner);
  if (block.subarray(0, saltAt - 1).some((byte) => byte !== 0) || block[saltAt - 1] !== 1) return false;
  const again = digestOf(hash, concat(ZEROS, digest, block.subarray(saltAt)));
  return again.every((byte, at) => byte === inner[at]); // nothing here is secret
}

/** Adds MGF1 (RFC 8017 appendix B.2.1) of a seed to a block, and clears the bit that the modulus has no room for. */
function mask(block: Bytes, hash: HashName, seed: Bytes): void {
  const counter = new Uint8Array(4);
  for (let at = 0, count = 0; at < block.byteLength; count++) {
    new DataView(counter.buffer).setUint32(0, count);
    for (const byte of digestOf(hash, concat(seed, counter))) {
      if (at < block.byteLength) block[at] = (block[at] ?? 0) ^ byte;
      at++;
    }
  }
  block[0] = (block[0] ?? 0) & TOP_BITS;
}
