// What the text of a JSON document shows without a walk through its values, held against a walk.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hasMoreObjects, loneSurrogateIn } from "../../../src/wire/json-text.ts";

const isWellFormed = (value: unknown): boolean => {
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([name, item]) => name.isWellFormed() && isWellFormed(item));
};

/** JSON whose texts are written by escapes alone. */
const escaped = (value: unknown): string =>
  JSON.stringify(value).replaceAll(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

describe("half a surrogate pair", () => {
  const units = fc.array(fc.constantFrom("\ud83d", "\ude00", "a", "\\", '"', "\u00e9", "u"), { maxLength: 8 });
  const values = units.chain((parts) => fc.constantFrom(parts.join(""), [parts.join("")], { [parts.join("")]: "x" }));

  it("is found where an escape names one, and nowhere else", () => {
    fc.assert(fc.property(values, (value) => loneSurrogateIn(escaped(value)) === !isWellFormed(value)));
  });

  it.each([
    ['"\\\\ud83d"', false],
    ['"\\\\\\ud83d"', true],
    ['"\\uD83D\\uDE00"', false],
    ['"\\ude00\\ud83d"', true],
    ['"\\ud83d"', true],
  ])("of %s: %o", (json, expected) => {
    expect(loneSurrogateIn(json)).toBe(expected);
  });
});

it.each([
  ['{"a":{}}', 0, true],
  ["{}", 0, false],
  ['[{"a":1},{"b":2}]', 2, false],
  ['[{"a":1},{"b":2},{"c":3}]', 2, true],
])("%s has more than %d objects that are not empty: %o", (json, max, expected) => {
  expect(hasMoreObjects(json, max)).toBe(expected);
});
