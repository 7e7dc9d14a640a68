// The conditions of key policies: which operators, keys and values are taken, and in whose words the rest is refused. Pure.

import { describe, expect, it } from "vitest";
import { checkCondition } from "../../../src/authz/conditions.ts";
import { ApiError } from "../../../src/wire/api-error.ts";

/** The message that a condition is refused with; undefined where it is taken. */
function refusal(condition: unknown): string | undefined {
  try {
    checkCondition(condition);
    return undefined;
  } catch (cause) {
    if (!(cause instanceof ApiError) || cause.code !== "MalformedPolicyDocumentException") throw cause;
    return cause.message;
  }
}
const REFUSED = expect.stringMatching(/./);

const variable = (text: string): string => `\${${text}}`;

/** Every operator of the IAM user guide, with a value that it compares. */
const OPERATORS: Readonly<Record<string, string>> = {
  StringEquals: "AWS_KMS",
  StringNotEquals: "",
  StringEqualsIgnoreCase: "aws_kms",
  StringNotEqualsIgnoreCase: "é",
  StringLike: "alias/*",
  StringNotLike: variable("aws:username"),
  NumericEquals: "7",
  NumericNotEquals: "7",
  NumericLessThan: "30",
  NumericLessThanEquals: "30",
  NumericGreaterThan: "6",
  NumericGreaterThanEquals: "6",
  DateEquals: "2026-11-24",
  DateNotEquals: "2026-11-24",
  DateLessThan: "2026-11-24T12:00:00Z",
  DateLessThanEquals: "2026-11-24T12:00:00Z",
  DateGreaterThan: "1764000000",
  DateGreaterThanEquals: "1764000000",
  Bool: "true",
  BinaryEquals: "QmluYXJ5VmFsdWVJbkJhc2U2NA==",
  IpAddress: "203.0.113.0/24",
  NotIpAddress: "2001:db8::/32",
  ArnEquals: "arn:aws:iam::111122223333:role/app",
  ArnNotEquals: "arn:aws:iam::111122223333:role/app",
  ArnLike: "arn:aws:iam::*:role/*",
  ArnNotLike: "arn:aws:iam::*:role/*",
  Null: "true",
};

describe("a condition", () => {
  it.each([null, [], "StringEquals", 1, true, [{ StringEquals: { "kms:CallerAccount": "111122223333" } }]])(
    "is not %j",
    (condition) => expect(refusal(condition)).toEqual(REFUSED),
  );

  it("has as many operators, and an operator as many keys, as its author likes", () => {
    expect(
      refusal({
        StringEquals: { "kms:CallerAccount": "111122223333", "kms:ViaService": "s3.us-east-1.amazonaws.com" },
        Bool: { "kms:GrantIsForAWSResource": true },
      }),
    ).toBeUndefined();
  });

  it.each([{}, { StringEquals: {} }, { "ForAnyValue:StringLike": { "kms:GrantOperations": [] } }])(
    "may be empty, as on AWS: %j",
    (condition) => expect(refusal(condition)).toBeUndefined(),
  );

  it.each([null, [], "kms:CallerAccount", true, [{ "kms:CallerAccount": "111122223333" }]])(
    "has no operator with %j instead of keys",
    (keys) => expect(refusal({ StringEquals: keys })).toEqual(REFUSED),
  );

  it("is refused for its last operator, key and value as for its first", () => {
    const good = { "kms:CallerAccount": "111122223333" };
    expect(refusal({ StringEquals: good, StringAlmostEquals: good })).toEqual(REFUSED);
    expect(refusal({ StringEquals: { ...good, "kms:ViaService": null } })).toEqual(REFUSED);
    expect(refusal({ StringEquals: { "kms:ViaService": ["s3.us-east-1.amazonaws.com", {}] } })).toEqual(REFUSED);
  });
});

describe("an operator", () => {
  it.each(Object.entries(OPERATORS))("%s is known, and with a set operator", (name, value) => {
    for (const prefix of ["", "ForAllValues:", "ForAnyValue:"])
      expect(refusal({ [prefix + name]: { "aws:Example": value } }), prefix).toBeUndefined();
  });

  it.each(Object.entries(OPERATORS))("%s takes IfExists, unless it is Null", (name, value) => {
    for (const prefix of ["", "ForAllValues:", "ForAnyValue:"])
      expect(refusal({ [`${prefix}${name}IfExists`]: { "aws:Example": value } }), prefix).toEqual(
        name === "Null" ? REFUSED : undefined,
      );
  });

  it.each([
    "stringEquals",
    "STRINGEQUALS",
    "StringEqualz",
    "",
    "IfExists",
    "ForAllValues:",
    "StringEqualsifexists",
    "StringEqualsIfExistsIfExists",
    "IfExistsStringEquals",
    "forAllValues:StringEquals",
    "ForAllValues::StringEquals",
    "ForAllValues:ForAnyValue:StringEquals",
    "ForAllValuesStringEquals",
    "ForSomeValues:StringEquals",
    " StringEquals",
    "StringEquals\n",
    "StringLikeIgnoreCase",
    "BinaryNotEquals",
    "NotBool",
    "constructor",
    "__proto__",
  ])("is not %j, and AWS's words name it", (name) => {
    expect(refusal({ [name]: { "kms:CallerAccount": "111122223333" } })).toBe(`Invalid Condition type : ${name}`);
    expect(refusal({ [name]: {} })).toBe(`Invalid Condition type : ${name}`);
  });
});

describe("a value", () => {
  it.each(["", "a", 0, 12.5, true, false, [], ["a"], ["a", 1, false]])("may be %j", (value) =>
    expect(refusal({ StringEquals: { "aws:Example": value } })).toBeUndefined(),
  );

  it.each([null, {}, { StringLike: "a" }, [null], ["a", {}], [[]], [["a"]]])("may not be %j", (value) =>
    expect(refusal({ StringEquals: { "aws:Example": value } })).toEqual(REFUSED),
  );

  // biome-ignore format: what is taken, and what is not, in few lines.
  it.each([
    ["Numeric", ["0", "10", 10, "10.5", 10.5, "-1", "+1", "1e3", 1e21, 1e-7],
      ["", "ten", " 10", "10 ", "0x10", "1,5", "1.", ".5", "NaN", "Infinity", true]],
    ["Date", ["2026", "2026-01", "2024-02-29", "2026-01-01T00:00Z", "2026-01-01T23:59:59Z", "2026-01-01T00:00:00.000Z",
      "2026-01-01T00:00:00+09:00", "2026-01-01T00:00", "2016-12-13t02:00:00z", "1767225600", 1767225600],
      ["", "tomorrow", "2026/01/01", "2026-13-45", "2026-02-30", "2025-02-29T00:00Z", "2026-04-31", "2026-00-01",
      "2026-01-01T25:00Z", "2026-01-01T00:60Z", "2026-01-01T00Z", "2026-01-01T00:00:00+99:00", "2026-01-01 00:00",
      "Thu, 01 Jan 2026 00:00:00 GMT", "Jan 1", "-1", "1.5", "26-01-01", "2026Z", true]],
    ["Binary", ["", "YWJj", "YWJjZA=="], ["!!!", "abc", "YWJj==", "YW Jj", "YWJ_"]],
    ["IpAddress", ["203.0.113.0/24", "203.0.113.5", "0.0.0.0/0", "203.0.113.5/32", "2001:db8::/32", "2001:DB8::1", "::/0",
      "::1/128", "1:2:3:4:5:6:7:8", "::ffff:203.0.113.5"],
      ["", "203.0.113.999/24", "example.com", "1.2.3", "1.2.3.4.5", "01.2.3.4", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/08",
      "10.0.0.0/24 ", "10.0.0.0/-1", "10", "2001:db8::/129", "2001:db8", "1::2::3", "fe80::1%eth0", "12345::",
      "::1]:80/8", "*", 10]],
    ["Arn", ["*", "arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:role/a:b", "arn:*:s3:::b", "arn:aws:*:*:*:*",
      `arn:aws:iam::${variable("aws:PrincipalAccount")}:role/app`],
      ["", "nope", "arn", "arn:aws:s3:b", "arn:aws:iam::root", variable("aws:PrincipalArn"), "aws:arn:iam::111122223333:root",
      " arn:aws:iam::111122223333:root", true]],
  ] as const)("of the operators of %s is one that they compare", (family, taken, refused) => {
    for (const name of Object.keys(OPERATORS).filter((operator) => operator.includes(family))) {
      for (const value of taken) expect(refusal({ [name]: { "aws:Example": value } }), `${name} ${value}`).toBeUndefined();
      for (const value of refused) expect(refusal({ [name]: { "aws:Example": value } }), `${name} ${value}`).toEqual(REFUSED);
      expect(refusal({ [name]: { "aws:Example": [taken[0], refused[0]] } }), name).toEqual(REFUSED);
    }
  });

  it.each(["Bool", "Null", "StringEquals", "StringLikeIfExists", "ForAnyValue:StringLike"])("of %s is any text", (name) => {
    for (const value of ["true", "FALSE", true, "yes", "", variable("aws:SecureTransport, 'false'"), ["true", "false"]])
      expect(refusal({ [name]: { "aws:Example": value } }), `${value}`).toBeUndefined();
  });
});

describe("a key", () => {
  const NOT_PERMITTED =
    "These condition keys are not permitted in a key policy: aws:ResourceTag, kms:ResourceTag, kms:ResourceAliases";
  const OVERLY_PERMISSIVE =
    "OverlyPermissiveCondition: Using the ForAllValues set operator with a single-valued condition key matches requests " +
    "without the specified [encryption context or tag] or with an unspecified [encryption context or tag]. " +
    "To fix, remove ForAllValues.";

  it.each([
    "aws:ResourceTag/Project",
    "aws:ResourceTag",
    "kms:ResourceTag/a/b",
    "kms:ResourceAliases",
    "AWS:resourcetag/Project",
    "KMS:RESOURCEALIASES",
  ])("is not %s, which a key policy may not use", (key) => {
    for (const name of ["StringEquals", "ForAnyValue:StringLike", "ForAllValues:StringLikeIfExists", "Null"])
      expect(refusal({ [name]: { [key]: "true" } }), name).toBe(NOT_PERMITTED);
    expect(refusal({ StringEquals: { [key]: [] } })).toBe(NOT_PERMITTED);
  });

  it.each([
    "kms:EncryptionContext:Department",
    "kms:EncryptionContext:aws:s3:arn",
    "aws:RequestTag/Project",
    "KMS:encryptioncontext:x",
    "AWS:REQUESTTAG/x",
  ])("with one value at most, %s, is not asked for all of its values", (key) => {
    for (const name of ["StringEquals", "StringLikeIfExists", "StringNotEquals", "Null"])
      expect(refusal({ [`ForAllValues:${name}`]: { [key]: "IT" } }), name).toBe(OVERLY_PERMISSIVE);
    for (const name of ["StringEquals", "StringEqualsIfExists", "ForAnyValue:StringEquals", "Null"])
      expect(refusal({ [name]: { [key]: "IT" } }), name).toBeUndefined();
  });

  it.each([
    "kms:EncryptionContextKeys",
    "aws:TagKeys",
    "kms:GrantOperations",
    "kms:CallerAccount",
    "aws:PrincipalTag/team",
    "aws:RequestTagX/y",
    "kms:ResourceAliasesX",
    "aws:ResourceTags/x",
    "aws:ResourceAccount",
    "kms:RequestAlias",
    "no-vendor",
  ])("%s stands with every operator", (key) => {
    for (const name of [
      "StringEquals",
      "ForAnyValue:StringEquals",
      "ForAllValues:StringEquals",
      "ForAllValues:StringLikeIfExists",
    ])
      expect(refusal({ [name]: { [key]: "a" } }), name).toBeUndefined();
  });
});
