// The condition operators that order numbers and dates: which texts are some, in the forms that AWS documents, and how they compare.

import { describe, expect, it } from "vitest";
import { holds } from "../../support/authz-asked.ts";

const of = (operator: string, given: string, written: string): boolean => holds({ [operator]: { k: written } }, { k: given });

describe("numbers", () => {
  it.each([
    ["7", "7", "="],
    ["7", "7.0", "="],
    ["07", "+7", "="],
    ["-0", "0", "="],
    ["9", "30", "<"],
    ["-2", "-1", "<"],
    ["6.9", "7", "<"],
    ["1000", "999.5", ">"],
  ])("%s %s: %s", (given, written, relation) => {
    const met = {
      NumericEquals: relation === "=",
      NumericNotEquals: relation !== "=",
      NumericLessThan: relation === "<",
      NumericLessThanEquals: relation !== ">",
      NumericGreaterThan: relation === ">",
      NumericGreaterThanEquals: relation !== "<",
    };
    for (const [operator, expected] of Object.entries(met)) expect(of(operator, given, written), operator).toBe(expected);
  });

  it.each([
    "",
    " 7",
    "7 ",
    "7.",
    ".7",
    "0x7",
    "7 days",
    "seven",
    "NaN",
    "Infinity",
    "--7",
    "1_000",
    "1,000",
    "\u0667",
    "7\n",
    "7e0",
    "7E+0",
    "70e-1",
  ])("%j is none, on either side", (text) => {
    for (const operator of [
      "NumericEquals",
      "NumericLessThanEquals",
      "NumericGreaterThanEquals",
      "NumericLessThan",
      "NumericGreaterThan",
    ]) {
      expect(of(operator, text, "7")).toBe(false);
      expect(of(operator, "7", text)).toBe(false);
    }
    expect(of("NumericNotEquals", text, "7")).toBe(true);
    expect(of("NumericNotEquals", "7", text)).toBe(true);
  });
});

it.each(["NumericLessThanEquals", "NumericGreaterThanEquals", "NumericEquals"])(
  "%s of nothing holds of no number",
  (operator) => {
    for (const given of ["0", "9".repeat(400), `-${"9".repeat(400)}`]) {
      expect(holds({ [operator]: { k: [] } }, { k: given })).toBe(false);
      expect(of(operator, given, "seven")).toBe(false);
    }
  },
);

it("an order holds of one of several", () => {
  for (const [operator, given] of [
    ["NumericLessThan", "8"],
    ["NumericLessThanEquals", "9"],
    ["NumericGreaterThan", "2"],
    ["NumericGreaterThanEquals", "1"],
  ] as const) {
    for (const written of [
      ["1", "9", "4"],
      ["9", "1"],
      ["x", "1", "9"],
    ])
      expect(holds({ [operator]: { k: written } }, { k: given })).toBe(true);
    expect(holds({ [operator]: { k: ["1", "9"] } }, { k: operator.includes("Less") ? "10" : "0" })).toBe(false);
  }
});

describe("dates", () => {
  it.each([
    ["2026", "2026-01-01T00:00:00Z"],
    ["2026-03", "2026-03-01T00:00:00Z"],
    ["2026-03-01", "2026-03-01T00:00:00Z"],
    ["2026-03-01T12:00Z", "2026-03-01T12:00:00Z"],
    ["2026-03-01T12:00", "2026-03-01T12:00:00Z"],
    ["2026-03-01T12:00:00", "2026-03-01T12:00:00Z"],
    ["2026-03-01T13:00:00+01:00", "2026-03-01T12:00:00Z"],
    ["2026-03-01T06:30:00-05:30", "2026-03-01T12:00:00Z"],
    ["2026-02-28T23:00:00-13:00", "2026-03-01T12:00:00Z"],
    ["2026-03-01T12:00:00.0Z", "2026-03-01T12:00:00Z"],
    ["2026-03-01T12:00:00.500Z", "2026-03-01T12:00:00.5Z"],
    ["1772366400", "2026-03-01T12:00:00Z"],
    ["0", "1970-01-01"],
    ["2024-02-29", "2024-02-29T00:00Z"],
  ])("%s is %s", (one, other) => {
    expect(of("DateEquals", one, other)).toBe(true);
    expect(of("DateEquals", other, one)).toBe(true);
    expect(of("DateLessThan", one, other)).toBe(false);
    expect(of("DateGreaterThanEquals", one, other)).toBe(true);
  });

  it.each([
    ["2026", "2027"],
    ["2026-03-01T12:00:00Z", "2026-03-01T12:00:00.5Z"],
    ["2026-03-01T12:00:00+01:00", "2026-03-01T12:00:00Z"],
    ["2026-03-01T12:00:00Z", "1772366401"],
    ["1999-12-31T23:59:59Z", "2000"],
  ])("%s is before %s", (one, other) => {
    expect(of("DateLessThan", one, other)).toBe(true);
    expect(of("DateLessThanEquals", one, other)).toBe(true);
    expect(of("DateGreaterThan", other, one)).toBe(true);
    expect(of("DateGreaterThan", one, other)).toBe(false);
    expect(of("DateNotEquals", one, other)).toBe(true);
  });

  it.each([
    ...[
      "",
      "soon",
      "Jan 1",
      "Jan 1 2026",
      "1/1/2026",
      "2026-1-1",
      "2026-13",
      "2026-00",
      "2026-03-32",
      "2026-03-00",
      "2026-02-29",
    ],
    ...[
      "2026-02-30",
      "2026-04-31",
      "2026-02-30T12:00:00Z",
      "2026-03-01T",
      "2026-03-01T12",
      "2026-02-28T24:00Z",
      "2026-02-28T24:00:00",
      "2026-03-01T25:00Z",
      "2026-03-01T12:60Z",
    ],
    ...[
      "2026-03-01T12:00:60Z",
      "2026-03-01T12:00:00.Z",
      "2026-03-01 12:00:00Z",
      "2026-03-01T12:00:00+1",
      "2026-03-01T12:00:00+0100",
    ],
    ...[
      "2026-03-01T12:00:00+25:00",
      "2026-03-01T12:00:00+00:60",
      "2026-03-01Z",
      "2026-03Z",
      "2026-03-01T12:00:00ZZ",
      "-2026",
      "+12026-01-01",
    ],
    ...["1772366400.5", "-1", "1e9", " 2026-03-01", "2026-03-01\n"],
  ])("%j is none, on either side", (text) => {
    for (const operator of ["DateEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals"]) {
      expect(of(operator, text, "2026-03-01")).toBe(false);
      expect(of(operator, "2026-03-01", text)).toBe(false);
      expect(of(operator, text, text)).toBe(false);
    }
    expect(of("DateNotEquals", text, "2026-03-01")).toBe(true);
  });
});
