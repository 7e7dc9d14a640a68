// SHA-2 (FIPS 180-4), synchronous: a record's hash is computed within the commit, and a signature's two digests are not worth a promise each.

import { hash } from "node:crypto";
import type { Bytes } from "../wire/bytes.ts";

export type HashName = "sha256" | "sha384" | "sha512";

/** The hash of bytes, or of a text's UTF-8. */
export const digest = (name: HashName, message: Bytes | string): Bytes => new Uint8Array(hash(name, message, "buffer"));

export const sha256 = (message: Bytes | string): Bytes => digest("sha256", message);

/** The same in lower-case hexadecimal. */
export const sha256Hex = (message: Bytes | string): string => hash("sha256", message, "hex");
