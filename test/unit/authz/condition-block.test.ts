// What comes of a condition whose key is absent, has many values, or has two that cannot be told apart; and which conditions are refused.

import { describe, expect, it } from "vitest";
import { conditionOf } from "../../../src/authz/condition-block.ts";
import { ApiError } from "../../../src/wire/api-error.ts";
import { holds } from "../../support/authz-asked.ts";

/** Operators and a value that each can compare. */
const POSITIVE = {
  StringEquals: "a",
  StringEqualsIgnoreCase: "a",
  StringLike: "*",
  NumericEquals: "1",
  NumericLessThan: "1",
  NumericLessThanEquals: "1",
  NumericGreaterThan: "1",
  NumericGreaterThanEquals: "1",
  DateEquals: "2026-03-01",
  DateLessThan: "2026-03-01",
  DateLessThanEquals: "2026-03-01",
  DateGreaterThan: "2026-03-01",
  DateGreaterThanEquals: "2026-03-01",
  Bool: "false",
  BinaryEquals: "YWI=",
  IpAddress: "0.0.0.0/0",
  ArnEquals: "arn:*:*:*:*:*",
  ArnLike: "arn:*:*:*:*:*",
};
const NEGATED = {
  StringNotEquals: "a",
  StringNotEqualsIgnoreCase: "a",
  StringNotLike: "*",
  NumericNotEquals: "1",
  DateNotEquals: "2026-03-01",
  NotIpAddress: "0.0.0.0/0",
  ArnNotEquals: "arn:*:*:*:*:*",
  ArnNotLike: "arn:*:*:*:*:*",
};
const KEY = "kms:RequestAlias";
const LIST = "aws:TagKeys";

describe("of an absent key", () => {
  const of = (operator: string, value: string, given = {}) => [
    holds({ [operator]: { [KEY]: value } }, given),
    holds({ [`${operator}IfExists`]: { [KEY]: value } }, given),
    holds({ [`ForAllValues:${operator}`]: { [KEY]: value } }, given),
    holds({ [`ForAllValues:${operator}IfExists`]: { [KEY]: value } }, given),
    holds({ [`ForAnyValue:${operator}`]: { [KEY]: value } }, given),
    holds({ [`ForAnyValue:${operator}IfExists`]: { [KEY]: value } }, given),
  ];

  it.each(Object.entries(POSITIVE))("%s does not hold, but for IfExists and ForAllValues", (operator, value) => {
    expect(of(operator, value)).toEqual([false, true, true, true, false, true]);
  });

  it.each(Object.entries(NEGATED))("%s holds, but for ForAnyValue", (operator, value) => {
    expect(of(operator, value)).toEqual([true, true, true, true, false, true]);
  });

  it.each(Object.entries({ ...POSITIVE, ...NEGATED }))("an empty list is one, to %s with a set operator", (operator, value) => {
    const [, , ...withSet] = of(operator, value, { [KEY]: [] });
    expect(withSet).toEqual([true, true, false, true]);
  });

  it("Null says whether it is there", () => {
    const isNull = (written: unknown, given: Readonly<Record<string, string | string[]>>) =>
      holds({ Null: { [KEY]: written } }, given);
    for (const yes of ["true", true, "True"]) {
      expect(isNull(yes, {})).toBe(true);
      expect(isNull(yes, { [KEY]: [] })).toBe(true);
      expect(isNull(yes, { [KEY]: "" })).toBe(false);
      expect(isNull(yes, { [KEY]: ["a"] })).toBe(false);
    }
    for (const no of ["false", false, "FALSE"]) {
      expect(isNull(no, {})).toBe(false);
      expect(isNull(no, { [KEY]: [] })).toBe(false);
      expect(isNull(no, { [KEY]: "" })).toBe(true);
      expect(isNull(no, { [KEY]: "false" })).toBe(true);
    }
    expect(isNull(["true", "false"], {})).toBe(true);
    expect(isNull("perhaps", {})).toBe(false);
    expect(isNull([], {})).toBe(false);
  });

  it("Null says it with a set operator too, which changes nothing", () => {
    for (const name of ["ForAllValues:Null", "ForAnyValue:Null"])
      for (const given of [{}, { [KEY]: [] }, { [KEY]: "" }, { [KEY]: ["a", "b"] }])
        for (const written of ["true", "false"])
          expect(holds({ [name]: { [KEY]: written } }, given)).toBe(holds({ Null: { [KEY]: written } }, given));
  });

  it("an empty text is none, but to ForAllValues", () => {
    const given = { [KEY]: "" };
    expect(holds({ StringEquals: { [KEY]: "" } }, given)).toBe(true);
    expect(holds({ StringEqualsIfExists: { [KEY]: "a" } }, given)).toBe(false);
    expect(holds({ "ForAnyValue:StringEquals": { [KEY]: "a" } }, given)).toBe(false);
    expect(holds({ "ForAllValues:StringEquals": { [KEY]: "a" } }, given)).toBe(true);
    expect(holds({ "ForAllValues:StringNotEquals": { [KEY]: "" } }, given)).toBe(true);
  });
});

describe("of a key with a list of values", () => {
  const of = (operator: string, values: readonly string[], written: string | string[]) =>
    holds({ [operator]: { [LIST]: written } }, { [LIST]: values });

  it.each([
    // operator, in the request, in the policy, holds
    ["ForAllValues:StringEquals", ["a"], ["a", "b"], true],
    ["ForAllValues:StringEquals", ["a", "b"], ["a", "b"], true],
    ["ForAllValues:StringEquals", ["a", "c"], ["a", "b"], false],
    ["ForAllValues:StringEquals", ["c"], ["a", "b"], false],
    ["ForAllValues:StringNotEquals", ["c", "d"], ["a", "b"], true],
    ["ForAllValues:StringNotEquals", ["a", "c"], ["a", "b"], false],
    ["ForAllValues:StringLike", ["key-1", "key-2"], "key-*", true],
    ["ForAllValues:StringLikeIfExists", ["key-1", "other"], "key-*", false],
    ["ForAnyValue:StringEquals", ["a", "c"], ["a", "b"], true],
    ["ForAnyValue:StringEquals", ["c", "d"], ["a", "b"], false],
    ["ForAnyValue:StringNotEquals", ["a", "c"], ["a", "b"], true],
    ["ForAnyValue:StringNotEquals", ["a", "b"], ["a", "b"], false],
    ["ForAnyValue:StringEquals", ["a"], [], false],
    ["ForAnyValue:StringNotEquals", ["a"], [], true],
    ["ForAnyValue:NumericGreaterThan", ["1", "7"], "5", true],
  ] as const)("%s of %j against %j: %s", (operator, values, written, expected) => {
    expect(of(operator, values, [written].flat())).toBe(expected);
  });

  it.each(Object.entries({ ...POSITIVE, ...NEGATED }))(
    "%s without a set operator does not hold, even of one value",
    (operator, value) => {
      expect(of(operator, ["a"], value)).toBe(false);
      expect(of(`${operator}IfExists`, ["a"], value)).toBe(false);
      expect(of(operator, [], value)).toBe(false);
      expect(holds({ [operator]: { [LIST]: value } }, { [LIST]: ["a"] }, { effect: "Deny" })).toBe(false);
    },
  );

  it("a single value is a set of one", () => {
    expect(holds({ "ForAllValues:StringEquals": { [KEY]: "a" } }, { [KEY]: "a" })).toBe(true);
    expect(holds({ "ForAnyValue:StringEquals": { [KEY]: "a" } }, { [KEY]: "b" })).toBe(false);
  });
});

describe("operators, keys and values", () => {
  const given = { "kms:KeySpec": "RSA_2048", "kms:KeyUsage": "SIGN_VERIFY" };

  it("must hold of every operator and every key, and of one of the values", () => {
    expect(holds({ StringEquals: { "kms:KeySpec": ["x", "RSA_2048"], "kms:KeyUsage": "SIGN_VERIFY" } }, given)).toBe(true);
    expect(holds({ StringEquals: { "kms:KeySpec": "RSA_2048", "kms:KeyUsage": "x" } }, given)).toBe(false);
    expect(holds({ StringEquals: { "kms:KeySpec": "RSA_2048" }, StringLike: { "kms:KeyUsage": "x*" } }, given)).toBe(false);
  });

  it("a negated operator must hold of all values", () => {
    expect(holds({ StringNotEquals: { "kms:KeySpec": ["x", "y"] } }, given)).toBe(true);
    expect(holds({ StringNotEquals: { "kms:KeySpec": ["x", "RSA_2048"] } }, given)).toBe(false);
  });

  it("hold where nothing is written", () => {
    expect(holds({}, given)).toBe(true);
    expect(holds({ StringEquals: {} }, given)).toBe(true);
    expect(holds({ StringEquals: { "kms:KeySpec": [] } }, given)).toBe(false);
    expect(holds({ StringNotEquals: { "kms:KeySpec": [] } }, given)).toBe(true);
  });

  it("a number or a boolean stands for its text", () => {
    expect(holds({ StringEquals: { n: 5 } }, { n: "5" })).toBe(true);
    expect(holds({ StringEquals: { n: [true, "x"] } }, { n: "true" })).toBe(true);
    expect(holds({ Bool: { n: false } }, { n: "false" })).toBe(true);
    expect(holds({ NumericLessThan: { n: 7.5 } }, { n: "7" })).toBe(true);
  });
});

describe("the name of a key", () => {
  it.each([
    ["kms:keyspec", "KMS:KeySpec"],
    ["aws:PrincipalTag/TEAM", "aws:principaltag/team"],
    ["kms:EncryptionContext:aws:s3:ARN", "kms:encryptioncontext:AWS:S3:arn"],
  ])("%s is also %s", (written, name) => {
    expect(holds({ StringEquals: { [written]: "a" } }, { [name]: "a" })).toBe(true);
    expect(holds({ StringEquals: { k: `\${${written}}` } }, { k: "a", [name]: "a" })).toBe(true);
  });

  it("folds ASCII letters only: the sign of the kelvin is no k", () => {
    for (const [written, name] of [
      ["\u212Aey", "key"],
      ["key", "\u212Aey"],
      ["aws:PrincipalTag/\u017F", "aws:PrincipalTag/s"],
      ["\u00C9", "\u00E9"],
    ] as const) {
      expect(holds({ StringEquals: { [written]: "a" } }, { [name]: "a" })).toBe(false);
      expect(holds({ Null: { [written]: "true" } }, { [name]: "a" })).toBe(true);
      for (const operator of ["StringEquals", "StringLike", "StringEqualsIgnoreCase"])
        expect(holds({ [operator]: { k: `\${${written}}` } }, { k: "a", [name]: "a" })).toBe(false);
    }
  });

  it("ends where it ends", () => {
    expect(holds({ Null: { "kms:EncryptionContext": "true" } }, { "kms:EncryptionContext:a": "1" })).toBe(true);
    expect(holds({ Null: { "kms:EncryptionContext:a": "true" } }, { "kms:EncryptionContext:a:b": "1" })).toBe(true);
  });
});

describe("of two values that cannot be told apart", () => {
  const given = { "kms:EncryptionContext:User": "a", "kms:EncryptionContext:user": "b" };
  const written = "kms:EncryptionContext:USER";
  /** Whether a condition holds in a statement that allows, and in one that denies. */
  const both = (operator: string, value: unknown) =>
    (["Allow", "Deny"] as const).map((effect) => holds({ [operator]: { [written]: value } }, given, { effect }));

  it.each([
    ["StringEquals", "a", [false, true]],
    ["StringEquals", ["a", "b"], [true, true]],
    ["StringEquals", "c", [false, false]],
    ["StringEqualsIfExists", "a", [false, true]],
    ["StringNotEquals", "a", [false, true]],
    ["StringNotEquals", "c", [true, true]],
    ["StringNotEquals", ["a", "b"], [false, false]],
    ["ForAllValues:StringEquals", "a", [false, true]],
    ["ForAnyValue:StringEquals", "a", [false, true]],
    ["ForAnyValue:StringNotEquals", "a", [false, true]],
    ["ForAllValues:StringEquals", ["a", "b"], [true, true]],
    ["Null", "true", [false, false]],
    ["Null", "false", [true, true]],
  ])("%s %j allows only if both hold, and denies if one does", (operator, value, expected) => {
    expect(both(operator, value)).toEqual(expected);
  });

  it("a variable stands for neither", () => {
    expect(holds({ StringEquals: { k: `\${${written}}` } }, { ...given, k: "a" })).toBe(false);
    expect(holds({ StringNotEquals: { k: `\${${written}}` } }, { ...given, k: "a" })).toBe(true);
  });
});

describe("a condition is refused", () => {
  const refusal = (condition: unknown, refusesValues = false): string | undefined => {
    try {
      conditionOf(condition, { variables: true, refusesValues, isStored: false, checkKey: () => {} });
      return undefined;
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause;
      return cause.code;
    }
  };
  const REFUSED = "MalformedPolicyDocumentException";

  it.each([
    ...["stringEquals", "StringEqual", "StringEquals ", "", "NullIfExists", "ForAllValues:NullIfExists", "IfExists"],
    ...["ForAllValues:", "forAllValues:StringEquals", "ForAnyValues:StringEquals", "ForAnyValue: StringEquals"],
    ...[
      "ForAnyValue:ForAllValues:StringEquals",
      "StringEqualsIfExistsIfExists",
      "StringEqualsifexists",
      "BinaryNotEquals",
      "BoolNot",
    ],
  ])("for its operator: %j", (operator) => {
    expect(refusal({ [operator]: { k: "true" } })).toBe(REFUSED);
  });

  it.each([null, [], "x", 1, true, { StringEquals: "x" }, { StringEquals: null }, { StringEquals: ["k"] }])(
    "for its form: %j",
    (condition) => {
      expect(refusal(condition)).toBe(REFUSED);
    },
  );

  it.each([null, {}, [null], [{}], [["a"]]])("for a value that is none: %j", (value) => {
    expect(refusal({ StringEquals: { k: value } })).toBe(REFUSED);
  });

  it.each([
    ["NumericEquals", "seven"],
    ["NumericEquals", "1e3"],
    ["NumericEquals", 1e21],
    ["DateEquals", "2026-03-01T24:00Z"],
    ["DateEquals", "soon"],
    ["IpAddress", "10.0.0.0/33"],
    ["BinaryEquals", "*"],
    ["ArnLike", "arn:aws:iam"],
  ])("in a key policy for a value that its operator cannot compare: %s %s", (operator, value) => {
    expect(refusal({ [operator]: { k: value } }, true)).toBe(REFUSED);
    expect(refusal({ [operator]: { k: value } })).toBeUndefined();
  });
});
