// What comes from a root key: keys that share nothing, and boxes that open only where they were sealed.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boxes } from "../../../src/crypto/aead.ts";
import { accessKeyText, derive, deriveAccessKey, type Purpose } from "../../../src/crypto/derive.ts";
import { sha256, sha256Hex } from "../../../src/crypto/hash.ts";
import { parseRootKeys, type RootKeys } from "../../../src/crypto/root-keys.ts";
import { Secret } from "../../../src/crypto/secret.ts";
import { type Bytes, concat, fromBase64, toHex, utf8 } from "../../../src/wire/bytes.ts";
import { OLDER_ROOT_KEYS, TEST_ROOT_KEYS } from "../../support/root-keys.ts";

const rootKeys = parseRootKeys(TEST_ROOT_KEYS);
const olderRootKeys = parseRootKeys(OLDER_ROOT_KEYS);
const V2_ALONE = parseRootKeys(
  JSON.stringify({ seal: 2, credentials: [2], keys: { 2: "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=" } }),
);

const PURPOSES: readonly Purpose[] = ["access-key", "access-key-check", "material", "marker", "passport", "check"];

const hexOf = async (version: number, purpose: Purpose, ...parts: (string | Bytes)[]): Promise<string> =>
  toHex(Secret.open(await derive(rootKeys, version, purpose, ...parts)));

describe("derivation", () => {
  it("gives 32 bytes, the same each time", async () => {
    const first = await hexOf(1, "material", "111122223333", "us-east-1");
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(await hexOf(1, "material", "111122223333", "us-east-1")).toBe(first);
  });

  it("gives each version, purpose and list of parts a key of its own", async () => {
    const lists = [[], [""], ["", ""], ["a"], ["a", ""], ["", "a"], ["ab"], ["a", "b"], ["b", "a"], ["\0"], ["a\0"], ["a\0b"]];
    const all = [1, 2].flatMap((version) =>
      PURPOSES.flatMap((purpose) => lists.map((parts) => hexOf(version, purpose, ...parts))),
    );
    expect(new Set(await Promise.all(all)).size).toBe(2 * PURPOSES.length * lists.length);
  });

  it("takes a purpose for no part, and a part for no purpose", async () => {
    expect(await hexOf(1, "access-key", "check")).not.toBe(await hexOf(1, "access-key-check"));
    expect(await hexOf(1, "marker", "material")).not.toBe(await hexOf(1, "material", "marker"));
  });

  it("keeps any two lists of parts apart", async () => {
    const parts = fc.array(
      fc.uint8Array({ maxLength: 6 }).map((bytes) => new Uint8Array(bytes)),
      { maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(parts, parts, async (left, right) => {
        const same = JSON.stringify(left.map(toHex)) === JSON.stringify(right.map(toHex));
        expect((await hexOf(1, "marker", ...left)) === (await hexOf(1, "marker", ...right))).toBe(same);
      }),
    );
  });

  it("takes a text for its UTF-8 bytes", async () => {
    expect(await hexOf(1, "marker", "é")).toBe(await hexOf(1, "marker", Uint8Array.of(0xc3, 0xa9)));
  });

  it("fails where the version is not held, and says which", async () => {
    await expect(derive(rootKeys, 3, "marker")).rejects.toThrow(new RangeError("root key version 3 is not among ROOT_KEYS"));
  });

  it("of an access key gives 30 bytes as 40 characters: the beginning of what 32 would be", async () => {
    const text = accessKeyText(await deriveAccessKey(rootKeys, 2, "AKIAIOSFODNN7EXAMPLE"));
    expect(text).toMatch(/^[A-Za-z0-9+/]{40}$/);
    expect(toHex(fromBase64(text) ?? new Uint8Array())).toBe((await hexOf(2, "access-key", "AKIAIOSFODNN7EXAMPLE")).slice(0, 60));
  });
});

it("SHA-256 is SHA-256, of bytes and of a text's UTF-8", () => {
  const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  const hashes = [toHex(sha256(utf8("abc"))), toHex(sha256("abc")), sha256Hex("abc"), sha256Hex(utf8("xabcx").subarray(1, 4))];
  expect(hashes).toEqual([abc, abc, abc, abc]);
  expect(sha256Hex("🔑")).toBe(sha256Hex(utf8("🔑")));
});

describe("a box", () => {
  const IV = Uint8Array.from({ length: 12 }, (_, at) => 0xf0 + at);
  const at = (keys: RootKeys, purpose: Purpose = "material", ...parts: string[]) =>
    boxes(keys, (length) => IV.slice(0, length), purpose, ...(parts.length === 0 ? ["111122223333", "us-east-1"] : parts));
  const about = (text: string) => (version: number) => concat(utf8(text), Uint8Array.of(version));
  const plaintext = utf8("sealed");
  const sealed = (keys = rootKeys): Promise<Bytes> => at(keys).seal(plaintext, about("key"));

  it("is format 1, the version that sealed it, the IV, the ciphertext and a tag of 16 bytes", async () => {
    const box = await sealed();
    expect(box.subarray(0, 14)).toEqual(concat(Uint8Array.of(1, 2), IV));
    expect(box).toHaveLength(14 + plaintext.byteLength + 16);
    expect(toHex(box)).not.toContain(toHex(plaintext));
  });

  it("opens where it was sealed, empty ones too", async () => {
    expect(await at(rootKeys).open(await sealed(), about("key"))).toEqual(plaintext);
    const empty = await at(rootKeys).seal(new Uint8Array(), about("key"));
    expect(await at(rootKeys).open(empty, about("key"))).toEqual(new Uint8Array());
  });

  it("of a Secret opens as a Secret", async () => {
    const box = await at(rootKeys).sealSecret(new Secret(plaintext), about("key"));
    const opened = await at(rootKeys).openSecret(box, about("key"));
    expect(opened && Secret.open(opened)).toEqual(plaintext);
    expect(await at(rootKeys).openSecret(box, about("other"))).toBeUndefined();
  });

  it.each([
    ["for another purpose", at(rootKeys, "marker", "111122223333", "us-east-1"), about("key")],
    ["in another account", at(rootKeys, "material", "444455556666", "us-east-1"), about("key")],
    ["in another Region", at(rootKeys, "material", "111122223333", "us-east-2"), about("key")],
    ["with more parts", at(rootKeys, "material", "111122223333", "us-east-1", ""), about("key")],
    ["with other associated data", at(rootKeys), about("yek")],
    ["with associated data of another version", at(rootKeys), () => about("key")(1)],
  ])("does not open %s", async (_, other, associated) => {
    expect(await other.open(await sealed(), associated)).toBeUndefined();
  });

  it("does not open with any bit changed, nor shortened, nor lengthened", async () => {
    const box = await sealed();
    for (let bit = 0; bit < box.byteLength * 8; bit++) {
      const changed = box.slice();
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(await at(rootKeys).open(changed, about("key")), `bit ${bit}`).toBeUndefined();
    }
    for (let length = 0; length < box.byteLength; length++)
      expect(await at(rootKeys).open(box.slice(0, length), about("key")), `${length} bytes`).toBeUndefined();
    expect(await at(rootKeys).open(concat(box, Uint8Array.of(0)), about("key"))).toBeUndefined();
  });

  it("of an older version opens while that version is held, and new ones are sealed under the sealing version", async () => {
    const older = await sealed(olderRootKeys);
    expect(older[1]).toBe(1);
    expect(await at(rootKeys).open(older, about("key"))).toEqual(plaintext);
    expect((await sealed())[1]).toBe(2);
    expect(await at(olderRootKeys).open(await sealed(), about("key"))).toEqual(plaintext);
    expect(await at(V2_ALONE).open(older, about("key"))).toBeUndefined();
    expect(await at(V2_ALONE).open(await sealed(), about("key"))).toEqual(plaintext);
  });

  it("takes a fresh IV each time", async () => {
    const asked: number[] = [];
    const random = (length: number): Bytes => {
      asked.push(length);
      return new Uint8Array(length).fill(asked.length);
    };
    const box = boxes(rootKeys, random, "marker");
    const [first, second] = [await box.seal(plaintext, about("")), await box.seal(plaintext, about(""))];
    expect(asked).toEqual([12, 12]);
    expect(toHex(first)).not.toBe(toHex(second));
  });
});
