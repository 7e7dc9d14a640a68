// Bytes and the texts they travel as: every text names one value, and what is no such text is refused.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  concat,
  framed,
  fromBase64,
  fromBase64Url,
  fromHex,
  fromUtf8,
  toBase64,
  toBase64Url,
  toHex,
  utf8,
  utf8Length,
} from "../../../src/wire/bytes.ts";

const bytes = fc.uint8Array({ maxLength: 70 }).map((array) => new Uint8Array(array));
const of = (...values: number[]) => Uint8Array.from(values);

describe("what was printed is read again", () => {
  it("as hexadecimal", () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(fromHex(toHex(value))).toEqual(value);
      }),
    );
    expect(toHex(of(0, 10, 255))).toBe("000aff");
  });

  it("as base64", () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(fromBase64(toBase64(value))).toEqual(value);
      }),
    );
    fc.assert(
      fc.property(bytes, (value) => {
        expect(toBase64(value)).toBe(value.toBase64());
      }),
    );
  });

  it("as base64url, without padding", () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(toBase64Url(value)).toBe(value.toBase64({ alphabet: "base64url", omitPadding: true }));
        expect(fromBase64Url(toBase64Url(value))).toEqual(value);
      }),
    );
  });

  it("as UTF-8, a byte order mark included", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(fromUtf8(utf8(text))).toBe(text);
      }),
    );
    expect(fromUtf8(utf8("\ufeffa"))).toBe("\ufeffa");
  });
});

describe("what is no such text is refused", () => {
  it.each(["0", "0g", "0A", " 00", "0x00", "00 "])("as hexadecimal: %j", (text) => expect(fromHex(text)).toBeUndefined());

  it.each(["A", "AA", "AAA", "AAAA=", "AA=A", "A===", "====", "AAAA\n", "AA AA", " AAAA", "AA-_", "AAé="])(
    "as base64: %j",
    (text) => expect(fromBase64(text)).toBeUndefined(),
  );

  it.each(["A", "AAAAA", "AA==", "AA+/", "AA A", "AAA\n", "AAÿA"])("as base64url: %j", (text) =>
    expect(fromBase64Url(text)).toBeUndefined(),
  );

  it("as UTF-8: what is none", () => {
    for (const none of [of(0xff), of(0xc3), of(0xc0, 0x80), of(0xed, 0xa0, 0x80), of(0xf4, 0x90, 0x80, 0x80)])
      expect(fromUtf8(none)).toBeUndefined();
  });

  it("no two base64url texts name the same bytes", () => {
    const texts = fc.array(fc.constantFrom(..."ABCDEFGH-_wxyz0189"), { maxLength: 12 }).map((characters) => characters.join(""));
    fc.assert(
      fc.property(texts, (text) => {
        const value = fromBase64Url(text);
        if (value !== undefined) expect(toBase64Url(value)).toBe(text);
      }),
    );
    expect(fromBase64Url("AB")).toBeUndefined(); // of the second character only two bits count
    expect(fromBase64Url("AA")).toEqual(of(0));
  });
});

describe("parts put together", () => {
  const parts = fc.array(bytes, { maxLength: 5 });

  it("concat keeps order and bytes, in an array of its own", () => {
    const part = of(1, 2);
    const joined = concat(part, of(), of(3));
    expect(joined).toEqual(of(1, 2, 3));
    part[0] = 9;
    expect(joined[0]).toBe(1);
    expect(joined.buffer.byteLength).toBe(3);
  });

  it("framed puts a length of four bytes before each", () => {
    expect(framed(of(7), of(), of(8, 9))).toEqual(of(0, 0, 0, 1, 7, 0, 0, 0, 0, 0, 0, 0, 2, 8, 9));
    expect(framed(new Uint8Array(0x010203)).subarray(0, 4)).toEqual(of(0, 1, 2, 3));
    expect(framed()).toEqual(of());
  });

  it("framed tells any two lists of parts apart", () => {
    fc.assert(
      fc.property(parts, parts, (left, right) => {
        expect(toHex(framed(...left)) === toHex(framed(...right))).toBe(
          JSON.stringify(left.map(toHex)) === JSON.stringify(right.map(toHex)),
        );
      }),
    );
    // Bytes moved over the border between two parts, which no property finds by chance.
    expect(framed(of(1, 2), of(3))).not.toEqual(framed(of(1), of(2, 3)));
    expect(framed(of(1), of())).not.toEqual(framed(of(1)));
  });
});

it("a text's bytes of UTF-8 are counted without being made; past the limit the count is only above it", () => {
  for (const text of ["", "a", "é", "記", "😀", "aé記😀".repeat(50)]) {
    const bytes = utf8(text).byteLength;
    expect(utf8Length(text, bytes)).toBe(bytes);
    expect(utf8Length(text, bytes + 1)).toBe(bytes);
    if (bytes > 0) expect(utf8Length(text, bytes - 1)).toBeGreaterThan(bytes - 1);
  }
});
