// The chain of a store's records: nobody can change, drop or reorder one without breaking every hash behind it.
//
// hash = SHA-256(32 bytes: the predecessor's, zeros at first ‖ u32 length ‖ store ‖ u32 length ‖ incarnation ‖ u64 sequence ‖ record)

import { sha256Hex } from "../crypto/hash.ts";
import { type Bytes, encodeInto, framed, fromHex, UTF8_BYTES_A_UNIT_MAX, utf8 } from "../wire/bytes.ts";

const HASH_BYTES = 32;
const SEQUENCE_BYTES = 8;
const HALF = 2 ** 32;

/** A record's place in D1 is the number of its chain times 2^40, plus its sequence. */
export const SEQUENCE_BITS = 40;

/** 64 hexadecimal digits, as every hash here. */
export const FIRST_PREDECESSOR = "00".repeat(HASH_BYTES);

/** Where a chain stands: the sequence its next record takes, and the hash of its last. */
export interface Head {
  readonly next: number;
  readonly hash: string;
}

/** The chain of one incarnation of one store. */
export class Chain {
  /** What is hashed, in one buffer that is kept: predecessor, names, sequence, record. */
  #hashed: Bytes;
  #view: DataView;
  readonly #sequenceAt: number;

  constructor(store: string, incarnation: string) {
    const names = framed(utf8(store), utf8(incarnation));
    this.#sequenceAt = HASH_BYTES + names.byteLength;
    this.#hashed = new Uint8Array(this.#sequenceAt + SEQUENCE_BYTES);
    this.#hashed.set(names, HASH_BYTES);
    this.#view = new DataView(this.#hashed.buffer);
  }

  /** The hash of a record behind `head`. Synchronous: it is computed within the commit. @throws TypeError for a head without a hash. */
  hash({ next, hash }: Head, record: string): string {
    const predecessor = fromHex(hash);
    if (predecessor?.byteLength !== HASH_BYTES) throw new TypeError("a head has a hash of 64 hexadecimal digits");
    const recordAt = this.#sequenceAt + SEQUENCE_BYTES;
    this.#makeRoom(recordAt + record.length * UTF8_BYTES_A_UNIT_MAX);
    this.#hashed.set(predecessor);
    this.#view.setUint32(this.#sequenceAt, Math.floor(next / HALF));
    this.#view.setUint32(this.#sequenceAt + 4, next % HALF);
    const end = recordAt + encodeInto(record, this.#hashed.subarray(recordAt));
    return sha256Hex(this.#hashed.subarray(0, end));
  }

  #makeRoom(bytes: number): void {
    if (bytes <= this.#hashed.byteLength) return;
    const larger = new Uint8Array(2 * bytes);
    larger.set(this.#hashed);
    this.#hashed = larger;
    this.#view = new DataView(larger.buffer);
  }
}
