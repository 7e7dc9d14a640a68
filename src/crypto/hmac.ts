// HMAC (FIPS 198-1) with a key that its owner chooses, by node:crypto, which has SHA-224 too.

import { createHmac, createSecretKey, type KeyObject } from "node:crypto";
import type { Bytes } from "../wire/bytes.ts";
import { equal } from "./equal.ts";
import type { HashName } from "./hash.ts";
import { Secret } from "./secret.ts";

export const open = (material: Secret): KeyObject => createSecretKey(Secret.open(material));

export const authenticate = (hash: HashName | "sha224", key: KeyObject, message: Bytes): Bytes =>
  new Uint8Array(createHmac(hash, key).update(message).digest());

/** Whether a tag, whole, is the message's; in constant time. */
export const verify = (hash: HashName | "sha224", key: KeyObject, message: Bytes, tag: Bytes): boolean =>
  equal(authenticate(hash, key, message), tag);
