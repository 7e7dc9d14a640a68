// Violations: all are counted, as many worded as an answer has room for, and what is secret is in no word.

import { describe, expect, it } from "vitest";
import { listOf, sensitive, string, structure } from "../../../src/wire/shape.ts";
import { Violations } from "../../../src/wire/violations.ts";

const wordsOf = (violations: Violations): string[] =>
  violations
    .refusal()
    .message.replace(/^.*? detected: /, "")
    .split("; ");

describe("violations", () => {
  it("are all counted, and a hundred of them worded", () => {
    const violations = new Violations();
    for (let at = 0; at < 250; at++) violations.add(`${at}`, "a", "rule");
    expect(violations.refusal().message).toMatch(/^250 validation errors detected: Value '0' at 'a'/);
    expect(wordsOf(violations)).toHaveLength(100);
  });

  it("that are found within a member count with those outside it", () => {
    const [outer, inner] = [new Violations(), new Violations()];
    for (let at = 0; at < 150; at++) inner.addAbsent("a");
    outer.addAbsent("b");
    outer.addAll(inner);
    expect(outer.count).toBe(151);
    expect(wordsOf(outer)).toHaveLength(100);
  });

  it("take at most 60 KiB of words", () => {
    const violations = new Violations();
    for (let at = 0; at < 100; at++) violations.add("\u0001".repeat(5000), "a", "rule");
    expect(JSON.stringify(violations.refusal().message).length).toBeLessThanOrEqual(61 * 1024);
    expect(violations.count).toBe(100);
  });
});

describe("what is sensitive", () => {
  const short = string({ max: 3 });
  it.each([
    ["a text", sensitive(short), "SECRET"],
    ["a list of texts", sensitive(listOf(short)), ["SECRET"]],
    ["a list of sensitive texts", listOf(sensitive(short)), ["SECRET"]],
    ["a list of structures", sensitive(listOf(structure({ A: short }))), [{ A: "SECRET" }]],
    ["a structure", sensitive(structure({ A: listOf(structure({ B: short })) })), { A: [{ B: "SECRET" }] }],
  ])("stands in no violation: %s", (_, shape, value) => {
    const violations = new Violations();
    shape.read(value, "member", violations);
    expect(violations.count).toBe(1);
    expect(violations.refusal().message).not.toContain("SECRET");
  });
});
