// What a refusal says back of a caller's text: at most 1 KiB, whole characters, and marked where it was cut.

import { describe, expect, it } from "vitest";
import { shown } from "../../../src/wire/shown.ts";

const bytesOf = (text: string): number => new TextEncoder().encode(text).byteLength;

describe("a text that is said back", () => {
  it.each(["", "a", "a".repeat(1024), "é".repeat(512), "\u{1f600}".repeat(256)])("is whole within 1 KiB: %#", (text) => {
    expect(shown(text)).toBe(text);
  });

  it.each(["a", "é", "鍵", "\u{1f600}", "a\u{1f600}", "é\u{1f600}鍵a", "\u0000"])("is cut between characters: %j", (unit) => {
    for (const before of ["", "a", "aa", "aaa"]) {
      for (const length of [1025, 2048, 50_000]) {
        const text = shown(before + unit.repeat(length));
        expect(text.isWellFormed()).toBe(true);
        expect(text.endsWith("…")).toBe(true);
        expect(bytesOf(text)).toBeLessThanOrEqual(1024);
        expect(bytesOf(text)).toBeGreaterThan(1024 - 8);
        expect((before + unit.repeat(length)).startsWith(text.slice(0, -1))).toBe(true);
      }
    }
  });

  it.each(["\ud800", "a\udc00", `${"a".repeat(1023)}\ud83d`, `${"a".repeat(2000)}\ud83d`])("is well-formed: %#", (text) => {
    expect(shown(text).isWellFormed()).toBe(true);
    expect(bytesOf(shown(text))).toBeLessThanOrEqual(1024);
  });
});
