// The condition operators on present keys: what compares with what. Texts, bytes, truths and ARNs in the forms that AWS documents.

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
