// The condition operators on present keys: what compares with what. Dates, numbers, texts, bytes and truths in the forms that AWS documents.

import { describe, expect, it } from "vitest";
import { holds } from "../../support/authz-asked.ts";

const of = (operator: string, given: string, written: string): boolean => holds({ [operator]: { k: written } }, { k: given });

/** An operator, and the one that says the opposite of a present value. */
const OPPOSITES = [
  ["StringEquals", "StringNotEquals"],
  ["StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"],
  ["StringLike", "StringNotLike"],
  ["NumericEquals", "NumericNotEquals"],
  ["DateEquals", "DateNotEquals"],
  ["IpAddress", "NotIpAddress"],
  ["ArnEquals", "ArnNotEquals"],
  ["ArnLike", "ArnNotLike"],
] as const;

const VALUES = [
  ...[
    "",
    "a",
    "A",
    "*",
    "1",
    "1.0",
    "true",
    "2026-03-01",
    "10.0.0.1",
    "10.0.0.0/8",
    "::1",
    "arn:aws:iam::111122223333:root",
    "YWI=",
  ],
];

it.each(OPPOSITES)("%s and %s are opposites, whatever is given and written", (operator, opposite) => {
  for (const given of VALUES)
    for (const written of VALUES) expect(of(opposite, given, written)).toBe(!of(operator, given, written));
});

it.each(OPPOSITES.flat().filter((name) => name.startsWith("Arn")))("%s is Like and Equals in one", (operator) => {
  const other = operator.includes("Equals") ? operator.replace("Equals", "Like") : operator.replace("Like", "Equals");
  const given = "arn:aws:iam::111122223333:role/svc/app";
  for (const written of [given, "arn:aws:iam::*:role/*", "arn:aws:iam::111122223333:role/sv?/app", "arn:aws:iam::1:*"])
    expect(of(operator, given, written)).toBe(of(other, given, written));
});

describe("texts", () => {
  it.each([
    // operator, given, written, holds
    ["StringEquals", "AWS_KMS", "AWS_KMS", true],
    ["StringEquals", "AWS_KMS", "aws_kms", false],
    ["StringEquals", "AWS_KMS", "AWS_*", false],
    ["StringEquals", "*", "*", true],
    ["StringEquals", "a", "?", false],
    ["StringEquals", "a ", "a", false],
    ["StringEquals", "\u00E9", "e\u0301", false],
    ["StringEqualsIgnoreCase", "AWS_KMS", "aws_kms", true],
    ["StringEqualsIgnoreCase", "\u00C9", "\u00E9", true],
    ["StringEqualsIgnoreCase", "AWS", "aws*", false],
    ["StringLike", "alias/finance-key", "alias/finance*", true],
    ["StringLike", "alias/Finance-key", "alias/finance*", false],
    ["StringLike", "alias/a/b", "alias/*", true],
    ["StringLike", "a:b:c", "a*c", true],
    ["StringLike", "ab", "a?", true],
    ["StringLike", "a", "a?", false],
    ["StringLike", "", "*", true],
    ["StringLike", "", "?", false],
    ["StringLike", "a\nb", "a?b", true],
    ["StringLike", "line\nline", "l*e", true],
  ])("%s: %j against %j: %s", (operator, given, written, expected) => {
    expect(of(operator, given, written)).toBe(expected);
  });
});

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

describe("truths", () => {
  it.each([
    ["true", "true", true],
    ["true", "TRUE", true],
    ["False", "false", true],
    ["true", "false", false],
    ["yes", "yes", false],
    ["1", "1", false],
    ["", "", false],
    ["", "false", false],
    ["true ", "true", false],
  ])("%j against %j: %s", (given, written, expected) => {
    expect(of("Bool", given, written)).toBe(expected);
  });
});

describe("bytes", () => {
  it.each([
    ["YWI=", "YWI=", true],
    ["YWI=", "YWM=", false],
    ["", "", true],
    ["YWI=", "ywi=", false],
    ["YWI", "YWI=", false],
    ["YWI=", "YWI", false],
    ["*", "*", false],
  ])("%j against %j: %s", (given, written, expected) => {
    expect(of("BinaryEquals", given, written)).toBe(expected);
  });
});

describe("ARNs", () => {
  const ARN = "arn:aws:iam::111122223333:role/svc/app";
  it.each(["ArnEquals", "ArnLike"])("%s of * holds of every ARN, and of nothing else", (operator) => {
    expect(of(operator, ARN, "*")).toBe(true);
    for (const given of ["", "*", "app", "arn:aws:iam"]) expect(of(operator, given, "*")).toBe(false);
  });

  it("have variables in every part, whose colons divide nothing", () => {
    const given = { "aws:PrincipalAccount": "111122223333", arn: ARN };
    const written = `arn:aws:iam::\${aws:PrincipalAccount}:role/*`;
    expect(holds({ ArnLike: { arn: written } }, given)).toBe(true);
    expect(holds({ ArnLike: { arn: written } }, { ...given, "aws:PrincipalAccount": "*" })).toBe(false);
  });
});

describe("variables", () => {
  const given = { "aws:username": "al*ce", "aws:PrincipalTag/day": "2026-03-01", n: "7", t: "true", ip: "10.0.0.1", list: ["a"] };
  const v = (inside: string): string => `\${${inside}}`;
  const with_ = (operator: string, key: string, written: string) =>
    holds({ [operator]: { [key]: written } }, { ...given, k: "al*ce" });

  it.each(["StringEquals", "StringEqualsIgnoreCase", "StringLike"])("stand in %s", (operator) => {
    expect(with_(operator, "k", v("aws:username"))).toBe(true);
    expect(with_(operator, "k", v("AWS:UserName"))).toBe(true);
    expect(with_(operator, "k", v("aws:nobody"))).toBe(false);
    expect(with_(operator, "k", v("list"))).toBe(false);
    expect(with_(operator, "k", v("aws:nobody, 'al*ce'"))).toBe(true);
    expect(with_(operator, "k", v("list, 'al*ce'"))).toBe(true);
    expect(with_(operator, "k", v("aws:username, 'bob'"))).toBe(true);
    expect(with_(operator, "k", `al${v("*")}ce`)).toBe(true);
  });

  it.each(["StringNotEquals", "StringNotEqualsIgnoreCase", "StringNotLike", "ArnNotLike", "ArnNotEquals"])(
    "that stand for nothing make %s hold",
    (operator) => {
      expect(with_(operator, "k", v("aws:nobody"))).toBe(true);
      expect(with_(operator, "k", `arn:aws:iam::111122223333:user/${v("aws:nobody")}`)).toBe(true);
    },
  );

  it("stand nowhere else", () => {
    expect(with_("NumericEquals", "n", v("n"))).toBe(false);
    expect(with_("DateEquals", "aws:PrincipalTag/day", v("aws:PrincipalTag/day"))).toBe(false);
    expect(with_("IpAddress", "ip", v("ip"))).toBe(false);
    expect(with_("BinaryEquals", "k", v("k"))).toBe(false);
    expect(with_("Null", "k", v("t"))).toBe(false);
    expect(holds({ StringEquals: { [v("k")]: "al*ce" } }, { k: "al*ce" })).toBe(false);
  });
});
