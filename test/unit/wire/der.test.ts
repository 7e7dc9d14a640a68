// DER as it is read: one encoding a value.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contentOf, elementsOf, INTEGER, SEQUENCE } from "../../../src/wire/der.ts";
import { element, hex, integer, sequence } from "../../support/der.ts";

describe("DER", () => {
  it("is read element by element, each with its tag, value and whole", () => {
    const [first, second, ...more] = elementsOf(hex("0201053000")) ?? [];
    expect(first).toEqual({ tag: INTEGER, value: hex("05"), whole: hex("020105") });
    expect(second).toEqual({ tag: SEQUENCE, value: hex(""), whole: hex("3000") });
    expect(more).toEqual([]);
    expect(contentOf(hex("3003020105"), SEQUENCE)).toEqual(hex("020105"));
  });

  it.each([
    ["nothing in its value", "04"],
    ["a value cut short", "0402ff"],
    ["an indefinite length", "30800000"],
    ["a long length that a short one would do for", "04810100"],
    ["a long length with a zero in front", `0482007f${"00".repeat(127)}`],
    ["a length that is cut short", "0482ff"],
    ["a length of four bytes", "048400000001ff"],
    ["a tag of more than a byte", "1f8100"],
  ])("has not %s", (_, text) => {
    expect(elementsOf(hex(text))).toBeUndefined();
  });

  it("one value is the only element, of the tag that is asked for", () => {
    expect(contentOf(hex("0201050500"), INTEGER)).toBeUndefined();
    expect(contentOf(hex("020105"), SEQUENCE)).toBeUndefined();
    expect(contentOf(hex(""), SEQUENCE)).toBeUndefined();
  });

  it("gives back what was written, of any length", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70_000 / 2 }), (bytes) => {
        const value = new Uint8Array(bytes);
        expect(contentOf(element(0x04, value), 0x04)).toEqual(value);
        expect(elementsOf(sequence(integer(1), element(0x04, value)))).toHaveLength(1);
      }),
      { numRuns: 50 },
    );
  });

  it("never throws, whatever it is given", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const elements = elementsOf(new Uint8Array(bytes));
        const whole = (elements ?? []).flatMap((each) => [...each.whole]);
        if (elements !== undefined) expect(whole).toEqual([...bytes]);
      }),
    );
  });
});
