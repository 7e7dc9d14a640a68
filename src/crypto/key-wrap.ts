// AES key wrap with padding (RFC 5649, NIST SP 800-38F KWP), by noble: neither Web Crypto nor workerd's node:crypto has it.

import { aeskwp } from "@noble/ciphers/aes.js";
import type { Bytes } from "../wire/bytes.ts";
import { Secret } from "./secret.ts";

/** @returns what was wrapped; undefined where this key did not wrap it. */
export function unwrap(key: Secret, wrapped: Bytes): Secret | undefined {
  try {
    return new Secret(new Uint8Array(aeskwp(Secret.open(key)).decrypt(wrapped)));
  } catch {
    return undefined;
  }
}
