// Unwraps key material that was wrapped for an RSA key of ours: RSAES-OAEP alone, or RSAES-OAEP of an AES key followed by that key's wrap.
// Nobody learns from the outside which layer failed: where the first does not open, the second is tried under a random key.

import { type Bytes, concat, type Random } from "../wire/bytes.ts";
import { unwrap } from "./key-wrap.ts";
import { decryptOaep, type OaepHash, type Rsa } from "./rsa.ts";
import { Secret } from "./secret.ts";

const AES_BYTES = 32;

/**
 * No modulus is this large: OAEP fails at once, without the private operation. What does not open costs an exception of node:crypto's, which
 * is long enough to be measured: 65 µs beside 1.2 ms. So what opens has to cost one too; the call around it makes it 30 µs more than that.
 */
const TOO_LARGE = new Uint8Array(512).fill(0xff);

/** @returns undefined for what does not open. */
export function unwrapOaep(hash: OaepHash, key: Rsa, wrapped: Bytes): Secret | undefined {
  const opened = decryptOaep(hash, key, wrapped);
  return opened && new Secret(opened);
}

/** @returns undefined for what does not open, after the same work whichever layer it was. */
export function unwrapAesKey(hash: OaepHash, key: Rsa, wrapped: Bytes, random: Random): Secret | undefined {
  const other = random(AES_BYTES);
  const opened = decryptOaep(hash, key, wrapped.subarray(0, key.modulusBytes));
  if (opened !== undefined) decryptOaep(hash, key, TOO_LARGE.subarray(0, key.modulusBytes));
  const aes = opened?.byteLength === AES_BYTES ? opened : other;
  return unwrap(new Secret(aes), concat(wrapped.subarray(key.modulusBytes)));
}
