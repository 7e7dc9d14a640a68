// The chain of a store's records: nobody can change, drop or reorder one without breaking every hash behind it.
//
// hash = SHA-256(32 bytes: the predecessor's, zeros at first ‖ u32 length ‖ store ‖ u32 length ‖ incarnation ‖ u64 sequence ‖ record)

import { sha256Now } from "../crypto/hash.ts";
import { type Bytes, framed, utf8 } from "../wire/bytes.ts";

export const FIRST_PREDECESSOR: Bytes = new Uint8Array(32);

/** Where a chain stands: the sequence its next record takes, and the hash of its last. */
export interface Head {
  readonly next: number;
  readonly hash: Bytes;
}

/** The names that each hash of one incarnation of one store covers. */
export const chainName = (store: string, incarnation: string): Bytes => framed(utf8(store), utf8(incarnation));

/** The hash of a record behind `head`. Synchronous: it is computed within the commit. */
export function chainHash(name: Bytes, { next, hash }: Head, record: string): Bytes {
  const sequence = new Uint8Array(8);
  new DataView(sequence.buffer).setBigUint64(0, BigInt(next));
  return sha256Now(hash, name, sequence, record);
}
