// Bytes that must not leave: they cannot be logged, put in JSON or sent over RPC. `Secret.open` may be called in this folder only
// (test/tidy.test.ts), so that everything that touches key bytes can be found by one search.

import type { Bytes } from "../wire/bytes.ts";

export class Secret {
  readonly #bytes: Bytes;

  /** Takes the bytes over: whoever made them keeps no reference. */
  constructor(bytes: Bytes) {
    this.#bytes = bytes;
  }

  static open(secret: Secret): Bytes {
    return secret.#bytes;
  }

  /** Of a key's length nobody makes a secret. */
  get byteLength(): number {
    return this.#bytes.byteLength;
  }

  toJSON(): never {
    throw new TypeError("a Secret was about to be serialized");
  }
}

/** The bytes of a secret that belongs to whoever has asked for it, such as a data key: he is about to be given them. */
export const handedOver = (secret: Secret): Bytes => Secret.open(secret);
