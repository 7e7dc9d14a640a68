// SHA-256 (FIPS 180-4): asynchronous for requests, synchronous for what must be computed within a commit.

import { createHash } from "node:crypto";
import type { Bytes } from "../wire/bytes.ts";

export const sha256 = async (bytes: Bytes): Promise<Bytes> => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

/** The hash of several parts in a row, at once. */
export function sha256Now(...parts: readonly (Bytes | string)[]): Bytes {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}
