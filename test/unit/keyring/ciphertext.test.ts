// The CiphertextBlob and the canonical encryption context: one form for one meaning.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Ciphertext, contextBytes, exceeds, parse, print, printOrigin } from "../../../src/keyring/ciphertext.ts";
import { type Bytes, concat, toHex, utf8 } from "../../../src/wire/bytes.ts";

const HEADER_BYTES = 87;
const MINIMUM = HEADER_BYTES + 16 + 1;
const UUID = "1234abcd-12ab-34cd-56ef-1234567890ab";
const MRK = "mrk-1234abcd12ab34cd56ef1234567890ab";

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map((array) => new Uint8Array(array));
const hex = (length: number) => bytes(length).map(toHex);
/** What a blob says: without the header that it was read from. */
type Said = Omit<Ciphertext, "header">;

const ciphertexts: fc.Arbitrary<Said> = fc.record({
  account: fc.integer({ min: 0, max: 10 ** 12 - 1 }).map((account) => String(account).padStart(12, "0")),
  keyId: fc.oneof(
    hex(16).map((id) => `mrk-${id}`),
    hex(16).map((id) => [id.slice(0, 8), id.slice(8, 12), id.slice(12, 16), id.slice(16, 20), id.slice(20)].join("-")),
  ),
  materialPrefix: hex(16),
  nonce: bytes(16),
  commitment: bytes(32),
  body: fc.uint8Array({ minLength: 17, maxLength: 60 }).map((array) => new Uint8Array(array)),
});

const example = (keyId: string, account = "111122223333"): Said => ({
  account,
  keyId,
  materialPrefix: "0f".repeat(16),
  nonce: new Uint8Array(16).fill(0xaa),
  commitment: new Uint8Array(32).fill(0xbb),
  body: new Uint8Array(20).fill(0xcc),
});

/** A blob with one byte replaced. */
const having = (blob: Bytes, at: number, value: number): Bytes => {
  const copy = blob.slice();
  copy[at] = value;
  return copy;
};

describe("a ciphertext", () => {
  it("is read as it was printed", () => {
    fc.assert(
      fc.property(ciphertexts, (ciphertext) => {
        const blob = print(ciphertext);
        expect(parse(blob)).toEqual({ ...ciphertext, header: blob.subarray(0, HEADER_BYTES) });
      }),
    );
  });

  it("prints back exactly, whatever bytes were read as one", () => {
    const near = fc.tuple(
      fc.constantFrom(0, 1, 2),
      fc.constantFrom(0, 1, 2, 128),
      bytes(5),
      fc.uint8Array({ minLength: 90, maxLength: 130 }),
    );
    const blobs = near.map(([version, flags, account, rest]) => concat(Uint8Array.of(version, flags), account, rest));
    let taken = 0;
    fc.assert(
      fc.property(blobs, (blob) => {
        const ciphertext = parse(blob);
        if (ciphertext === undefined) return;
        taken += 1;
        expect(print(ciphertext)).toEqual(blob);
      }),
      { numRuns: 3000 },
    );
    expect(taken).toBeGreaterThan(10);
  });

  it("has its fields where the format says", () => {
    expect(toHex(print(example(UUID)))).toBe(
      `01${"00"}${(111122223333).toString(16).padStart(10, "0")}${UUID.replaceAll("-", "")}${"0f".repeat(16)}${"aa".repeat(16)}${"bb".repeat(32)}${"cc".repeat(20)}`,
    );
    expect(toHex(print(example(MRK))).slice(0, 4)).toBe("0101");
    expect(printOrigin(example(UUID))).toHaveLength(HEADER_BYTES - 16 - 32);
  });

  it.each(["000000000000", "000000000001", "999999999999"])("names the account %s with all of its digits", (account) => {
    expect(parse(print(example(UUID, account)))?.account).toBe(account);
  });

  it("copies nothing of a blob that it reads", () => {
    const blob = print(example(UUID));
    expect(parse(blob)?.body.buffer).toBe(blob.buffer);
  });
});

describe("no ciphertext is", () => {
  const blob = print(example(UUID));

  it("one of another version", () => {
    for (let version = 0; version < 256; version++) if (version !== 1) expect(parse(having(blob, 0, version))).toBeUndefined();
  });

  it("one with another flag than the first", () => {
    for (let flags = 2; flags < 256; flags++) expect(parse(having(blob, 1, flags))).toBeUndefined();
    expect(parse(having(blob, 1, 1))?.keyId).toBe(MRK);
  });

  it("one that names a number that is no account", () => {
    const named = (hexadecimal: string) => parse(concat(blob.subarray(0, 2), Uint8Array.fromHex(hexadecimal), blob.subarray(7)));
    expect(named("e8d4a50fff")?.account).toBe("999999999999");
    expect(named("e8d4a51000")).toBeUndefined();
    expect(named("ffffffffff")).toBeUndefined();
  });

  it("one that is cut off before its message can hold a byte", () => {
    for (let length = 0; length < MINIMUM; length++) expect(parse(blob.subarray(0, length)), `${length} bytes`).toBeUndefined();
    expect(parse(blob.subarray(0, MINIMUM))).toBeDefined();
  });

  it("printed of what names no key or no material", () => {
    expect(() => print({ ...example(UUID), keyId: "alias/a" })).toThrow(TypeError);
    expect(() => print({ ...example(UUID), materialPrefix: "0F" })).toThrow(TypeError);
  });
});

describe("an encryption context", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 4 });
  const contexts = fc.uniqueArray(fc.tuple(text, text), { selector: ([name]) => name, maxLength: 5 });
  const same = (left: [string, string][], right: [string, string][]): boolean =>
    left.length === right.length && left.every(([name, value]) => right.some(([n, v]) => n === name && v === value));

  it("is the same bytes in whatever order its pairs were given", () => {
    fc.assert(
      fc.property(
        contexts.chain((pairs) => fc.tuple(fc.constant(pairs), fc.shuffledSubarray(pairs, { minLength: pairs.length }))),
        ([pairs, shuffled]) => {
          expect(contextBytes(new Map(shuffled))).toEqual(contextBytes(new Map(pairs)));
        },
      ),
    );
  });

  it("is other bytes than any other context", () => {
    fc.assert(
      fc.property(contexts, contexts, (left, right) => {
        expect(toHex(contextBytes(new Map(left))) === toHex(contextBytes(new Map(right)))).toBe(same(left, right));
      }),
    );
  });

  it.each<[Record<string, string>, Record<string, string>]>([
    [{ ab: "c" }, { a: "bc" }],
    [{ a: "b", c: "d" }, { a: "bcd" }],
    [{ a: "" }, {}],
    [{ "": "a" }, { a: "" }],
    [{ a: "A" }, { A: "a" }],
    [{ "a\0": "b" }, { a: "\0b" }],
    [{ "\u00e9": "1" }, { "e\u0301": "1" }], // nothing is normalised
  ])("%j is not %j", (left, right) => {
    expect(contextBytes(new Map(Object.entries(left)))).not.toEqual(contextBytes(new Map(Object.entries(right))));
  });

  it("has its count and each text's length before it, in four bytes", () => {
    expect(toHex(contextBytes(new Map()))).toBe("00000000");
    const context = new Map([
      ["b", "é"],
      ["a", ""],
    ]);
    expect(toHex(contextBytes(context))).toBe(
      ["00000002", "00000001", "61", "00000000", "", "00000001", "62", "00000002", "c3a9"].join(""),
    );
  });

  it("is sorted by the UTF-8 bytes of its keys, where UTF-16 has another order", () => {
    const [last, astral] = ["\uffff", "\u{10000}"];
    expect([last, astral].toSorted()).toEqual([astral, last]); // what would be sorted by UTF-16 units
    const printed = toHex(
      contextBytes(
        new Map([
          [astral, "2"],
          [last, "1"],
        ]),
      ),
    );
    expect(printed.indexOf(toHex(utf8(last)))).toBeLessThan(printed.indexOf(toHex(utf8(astral))));
  });

  it("puts a key before the longer ones that begin with it", () => {
    const printed = toHex(
      contextBytes(
        new Map([
          ["ab", ""],
          ["a", ""],
        ]),
      ),
    );
    expect(printed).toBe(`00000002${"00000001"}61${"00000000"}${"00000002"}6162${"00000000"}`);
  });
});

it("a context exceeds a limit exactly where its canonical bytes do", () => {
  const contexts = fc.dictionary(fc.string({ unit: "grapheme", maxLength: 8 }), fc.string({ unit: "grapheme", maxLength: 8 }));
  fc.assert(
    fc.property(contexts, (given) => {
      const context = new Map(Object.entries(given));
      const bytes = contextBytes(context).byteLength;
      return !exceeds(context, bytes) && (context.size === 0 || exceeds(context, bytes - 1));
    }),
  );
});
