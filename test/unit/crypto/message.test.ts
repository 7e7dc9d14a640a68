// The cipher of symmetric keys: what one key sealed opens under that key alone, in that context alone, unaltered.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { equal } from "../../../src/crypto/equal.ts";
import {
  COMMITMENT_BYTES,
  MESSAGE_NONCE_BYTES,
  MESSAGE_TAG_BYTES,
  messageKey,
  openMessage,
  sealMessage,
  tagOf,
} from "../../../src/crypto/message.ts";
import { Secret } from "../../../src/crypto/secret.ts";
import { type Bytes, concat, toHex, utf8 } from "../../../src/wire/bytes.ts";

const keyOf = (fill: number): Promise<CryptoKey> => messageKey(new Secret(new Uint8Array(32).fill(fill)));
const NONCE = Uint8Array.from({ length: MESSAGE_NONCE_BYTES }, (_, at) => at);
const HEADER = utf8("head");
const PLAINTEXT = utf8("hello");
const associated = (commitment: Bytes): Bytes => concat(HEADER, commitment);

const flipped = (bytes: Bytes, bit: number): Bytes => {
  const copy = bytes.slice();
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
};

describe("a message", () => {
  it("opens as it was sealed, of any length", async () => {
    const key = await keyOf(1);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 4096 }), fc.uint8Array({ maxLength: 64 }), async (plaintext, context) => {
        const about = (commitment: Bytes) => concat(commitment, context);
        const sealed = await sealMessage(key, NONCE, new Uint8Array(plaintext), about);
        expect(sealed.body).toHaveLength(plaintext.byteLength + MESSAGE_TAG_BYTES);
        expect(sealed.commitment).toHaveLength(COMMITMENT_BYTES);
        expect(await openMessage(key, NONCE, sealed, about(sealed.commitment))).toEqual(new Uint8Array(plaintext));
      }),
      { numRuns: 50 },
    );
  });

  it("does not open with any bit of nonce, commitment, body or associated data changed", async () => {
    const key = await keyOf(1);
    const sealed = await sealMessage(key, NONCE, PLAINTEXT, associated);
    const { commitment, body } = sealed;
    const about = associated(commitment);
    const refused = async (nonce: Bytes, message: typeof sealed, context: Bytes, what: string) =>
      expect(await openMessage(key, nonce, message, context), what).toBeUndefined();

    for (let bit = 0; bit < NONCE.byteLength * 8; bit++) await refused(flipped(NONCE, bit), sealed, about, `nonce ${bit}`);
    for (let bit = 0; bit < body.byteLength * 8; bit++)
      await refused(NONCE, { commitment, body: flipped(body, bit) }, about, `body ${bit}`);
    for (let bit = 0; bit < about.byteLength * 8; bit++) await refused(NONCE, sealed, flipped(about, bit), `associated ${bit}`);
    for (let bit = 0; bit < commitment.byteLength * 8; bit++) {
      const other = flipped(commitment, bit);
      // Even where the associated data is what was sealed: the commitment itself is compared.
      await refused(NONCE, { commitment: other, body }, about, `commitment ${bit}`);
      await refused(NONCE, { commitment: other, body }, associated(other), `commitment ${bit}, associated`);
    }
  });

  it("does not open shortened, lengthened, or without its tag", async () => {
    const key = await keyOf(1);
    const { commitment, body } = await sealMessage(key, NONCE, PLAINTEXT, associated);
    const bodies = [...Array.from(body.keys(), (length) => body.slice(0, length)), concat(body, Uint8Array.of(0))];
    for (const other of bodies)
      expect(await openMessage(key, NONCE, { commitment, body: other }, associated(commitment))).toBeUndefined();
  });

  it("does not open under another key, whichever of the two commitments it carries", async () => {
    const [key, other] = [await keyOf(1), await keyOf(2)];
    const mine = await sealMessage(key, NONCE, PLAINTEXT, () => HEADER);
    const theirs = await sealMessage(other, NONCE, PLAINTEXT, () => HEADER);
    expect(toHex(mine.commitment)).not.toBe(toHex(theirs.commitment));
    expect(await openMessage(other, NONCE, mine, HEADER)).toBeUndefined();
    expect(await openMessage(other, NONCE, { ...mine, commitment: theirs.commitment }, HEADER)).toBeUndefined();
    // AES-GCM alone would take this one: key, nonce, body and associated data are those that it was sealed with.
    expect(await openMessage(other, NONCE, { ...theirs, commitment: mine.commitment }, HEADER)).toBeUndefined();
    expect(await openMessage(other, NONCE, theirs, HEADER)).toEqual(PLAINTEXT);
  });

  it("under another nonce has another commitment and another body: nothing of one message is in the next", async () => {
    const key = await keyOf(1);
    const first = await sealMessage(key, NONCE, PLAINTEXT, () => HEADER);
    const second = await sealMessage(key, flipped(NONCE, 0), PLAINTEXT, () => HEADER);
    expect(toHex(first.commitment)).not.toBe(toHex(second.commitment));
    expect(toHex(first.body)).not.toBe(toHex(second.body));
  });
});

it("secrets are equal where all of their bytes are", () => {
  const bytes = Uint8Array.of(1, 2, 3);
  expect(equal(bytes, Uint8Array.of(1, 2, 3))).toBe(true);
  for (const other of [
    Uint8Array.of(1, 2, 4),
    Uint8Array.of(0, 2, 3),
    Uint8Array.of(1, 2),
    Uint8Array.of(1, 2, 3, 0),
    new Uint8Array(),
  ])
    expect(equal(bytes, other)).toBe(false);
  expect(equal(new Uint8Array(), new Uint8Array())).toBe(true);
});

describe("a material", () => {
  it("made ready cannot be read again, and serves for nothing but derivation", async () => {
    const key = await keyOf(1);
    expect([key.extractable, key.usages, key.algorithm.name]).toEqual([false, ["deriveBits"], "HKDF"]);
    await expect(crypto.subtle.exportKey("raw", key)).rejects.toThrow();
  });

  it("has a tag that depends on its salt: RFC 4231, test case 2", async () => {
    const tag = await tagOf(new Secret(utf8("Jefe")), new Secret(utf8("what do ya want for nothing?")));
    expect(toHex(tag)).toBe("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  });
});
