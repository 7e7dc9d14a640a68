// Patterns of texts and of ARNs, with wildcards and policy variables.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ArnVariables, arnPartsOf, arnPatternOf, patternOf, type Resolve } from "../../../src/authz/pattern.ts";
import { ApiError } from "../../../src/wire/api-error.ts";

const VALUES: Readonly<Record<string, string>> = { name: "al*ce", empty: "", colon: "a:b", nested: `\${name}` };
const resolve: Resolve = (key) => VALUES[key];
const v = (inside: string): string => `\${${inside}}`;

const isLike = (pattern: string, text: string): boolean =>
  patternOf(pattern, { wildcards: true, variables: true })(text, resolve);
const isSame = (pattern: string, text: string): boolean =>
  patternOf(pattern, { wildcards: false, variables: true })(text, resolve);
/** Undefined for a pattern that is none. */
function isLikeArn(pattern: string, text: string, variables: ArnVariables = "everywhere"): boolean | undefined {
  const matches = arnPatternOf(pattern, variables);
  const parts = arnPartsOf(text);
  return matches && parts !== undefined && matches(parts, resolve);
}

describe("a pattern", () => {
  it.each([
    // pattern, texts that match, texts that do not
    ["", [""], ["a"]],
    ["a", ["a"], ["", "aa", "A", "b"]],
    ["*", ["", "a", "a/b:c", "\n"], []],
    ["**", ["", "ab"], []],
    ["?", ["a", "*", "?", "\n"], ["", "ab"]],
    ["*?", ["a", "ab"], [""]],
    ["?*", ["a", "ab"], [""]],
    ["??", ["ab", "\u{1F511}"], ["a", "abc"]],
    ["a*", ["a", "ab"], ["", "ba"]],
    ["*a", ["a", "ba", "aa"], ["", "ab"]],
    ["a*a", ["aa", "aba", "aaa"], ["a", "ab"]],
    ["*a*", ["a", "bab"], ["", "b"]],
    ["a*b*c", ["abc", "axbxc", "abcbc"], ["acb", "ab", "abcd"]],
    ["*ab*ab*", ["abab", "xabyabz"], ["ab", "aab"]],
    ["*aab", ["aaab", "aab"], ["ab", "aaba"]],
    ["a?c*e", ["abcde", "abce", "a?ce"], ["abde", "ace"]],
    ["*?b", ["ab", "bb", "abab"], ["b", "ba"]],
    ["*a?b*", ["a-b", "xxa-by", "aab", "aaab"], ["ab", "a--b"]],
    ["*a?b?c*d", ["aXbXcd", "a.b.a.b.cd"], ["abcd", "a.b.c"]],
    ["a.c", ["a.c"], ["abc"]],
    ["[a-z]+(x|y)^$\\d", ["[a-z]+(x|y)^$\\d"], ["ax1"]],
    ["$", ["$"], []],
    ["$a{b}", ["$a{b}"], []],
  ] as const)("%j is matched whole", (pattern, texts, others) => {
    for (const text of texts) expect(isLike(pattern, text), text).toBe(true);
    for (const text of others) expect(isLike(pattern, text), text).toBe(false);
  });

  it("without wildcards is one text", () => {
    expect(isSame("a*?", "a*?")).toBe(true);
    expect(isSame("a*?", "abc")).toBe(false);
  });

  it("matches as a regular expression does", () => {
    const some = fc.array(fc.constantFrom("a", "b", "*", "?"), { maxLength: 8 }).map((each) => each.join(""));
    const text = fc.array(fc.constantFrom("a", "b"), { maxLength: 10 }).map((each) => each.join(""));
    fc.assert(
      fc.property(some, text, (pattern, given) => {
        const expression = new RegExp(`^${pattern.replaceAll("*", ".*").replaceAll("?", ".")}$`);
        expect(isLike(pattern, given)).toBe(expression.test(given));
      }),
      { numRuns: 2000 },
    );
  });
});

describe("a variable", () => {
  it.each([
    [v("name"), "al*ce"],
    [v(" name "), "al*ce"],
    [`x${v("name")}y`, "xal*cey"],
    [v("name") + v("name"), "al*ceal*ce"],
    [v("empty"), ""],
    [`a${v("empty")}b`, "ab"],
    [v("nobody, 'x y'"), "x y"],
    [v("nobody,'x'"), "x"],
    [v("nobody , '' "), ""],
    [v("nobody, '*'"), "*"],
    [v("name, 'bob'"), "al*ce"],
    [v("empty, 'bob'"), ""],
    [v("*") + v("?") + v("$"), "*?$"],
    [`${v("$")}{name}`, v("name")],
    [v("nested"), v("name")],
  ])("%s stands for %j, with wildcards and without", (pattern, text) => {
    expect(isLike(pattern, text)).toBe(true);
    expect(isSame(pattern, text)).toBe(true);
    expect(isLike(`*${pattern}`, `...${text}`)).toBe(true);
  });

  it("stands for data, never for a pattern", () => {
    expect(isLike(v("name"), "alice")).toBe(false);
    expect(isLike(v("*"), "a")).toBe(false);
    expect(isLike(v("?"), "a")).toBe(false);
    expect(isLike(v("nobody, '*'"), "a")).toBe(false);
    expect(isLike(v("nobody, '?'"), "a")).toBe(false);
    expect(isLike(v("nested"), "al*ce")).toBe(false);
  });

  it.each([v("nobody"), `*${v("nobody")}`, `${v("nobody")}*`, v("name") + v("nobody")])(
    "without a value matches nothing: %s",
    (pattern) => {
      for (const text of ["", "a", "al*ce", pattern, v("nobody")]) {
        expect(isLike(pattern, text)).toBe(false);
        expect(isSame(pattern, text)).toBe(false);
      }
    },
  );

  it("is plain text in a document of 2008, where its wildcards are wildcards", () => {
    const of = (pattern: string) => patternOf(pattern, { wildcards: true, variables: false });
    expect(of(v("name"))(v("name"), resolve)).toBe(true);
    expect(of(v("name"))("al*ce", resolve)).toBe(false);
    expect(of(v("*"))(v("anything"), resolve)).toBe(true);
    expect(of("${")("${", resolve)).toBe(true);
  });

  it.each([
    `\${`,
    `\${name`,
    `\${}`,
    `\${ }`,
    `\${a b}`,
    `\${,'x'}`,
    `\${a,x}`,
    `\${a,'x}`,
    `\${a,'x'y}`,
    `\${a\${b}}`,
    `a\${`,
    `\${a'b}`,
  ])("that is not well formed is refused: %s", (pattern) => {
    expect(() => isLike(pattern, "")).toThrow(ApiError);
    expect(() => isLikeArn(`arn:aws:s3:::${pattern}`, "")).toThrow(ApiError);
  });
});

describe("an ARN's pattern", () => {
  const KEY = "arn:aws:kms:us-east-1:111122223333:key/a/b";

  it.each([
    KEY,
    "*",
    "arn:aws:kms:us-east-1:111122223333:*",
    "arn:aws:kms:us-east-1:111122223333:key/*",
    "arn:aws:kms:us-east-1:111122223333:key/*b",
    "arn:aws:kms:us-east-1:111122223333:ke?/a?b",
    "arn:aws:kms:*:111122223333:key/a/b",
    "arn:aws:kms:us-*-1:1111????3333:key/*",
    "a*:?ws:*:*:*:*",
    "*:*:*:*:*:*",
  ])("%s matches a key", (pattern) => {
    expect(isLikeArn(pattern, KEY)).toBe(true);
  });

  it.each([
    ["its partition", "arn:aws-cn:kms:us-east-1:111122223333:key/a/b"],
    ["its service", "arn:aws:s3:us-east-1:111122223333:key/a/b"],
    ["its region", "arn:aws:kms:us-east-2:111122223333:key/a/b"],
    ["its account", "arn:aws:kms:us-east-1:444455556666:key/a/b"],
    ["an empty region", "arn:aws:kms::111122223333:key/a/b"],
    ["its resource", "arn:aws:kms:us-east-1:111122223333:key/a"],
    ["its case", "arn:aws:kms:us-east-1:111122223333:KEY/a/b"],
    ["a wildcard across a colon", "arn:aws:kms:*:key/a/b:*"],
    ["wildcards across colons", "arn:*:key/a/b:*:*:*"],
    ["a colon too many", "arn:aws:kms:us-east-1:111122223333::key/a/b"],
    ["more at its end", "arn:aws:kms:us-east-1:111122223333:key/a/b?"],
  ])("differs by %s", (_, pattern) => {
    expect(isLikeArn(pattern, KEY)).toBe(false);
  });

  it.each(["", "arn", "**", "arn:*", "arn:aws:kms:*", "arn:aws:kms:us-east-1:111122223333", "key/a"])(
    "has six parts: %j is none",
    (pattern) => {
      expect(isLikeArn(pattern, KEY)).toBeUndefined();
    },
  );

  it.each(["", "red", "arn:aws:sns:us-east-1:red", "arn:::::".slice(0, 7)])("never matches what is no ARN: %j", (text) => {
    expect(isLikeArn("*:*:*:*:*:*", text)).toBe(false);
    expect(isLikeArn("arn:*:*:*:*:*", text)).toBe(false);
    expect(isLikeArn("*", text)).toBe(false);
  });

  it("takes the colons of the last part as they are", () => {
    const TOPIC = "arn:aws:sns:us-east-1:111122223333:topic:one:two";
    expect(isLikeArn("arn:aws:sns:us-east-1:111122223333:topic:*", TOPIC)).toBe(true);
    expect(isLikeArn("arn:aws:sns:*:*:*two", TOPIC)).toBe(true);
    expect(isLikeArn("arn:aws:sns:*:topic:one:two", TOPIC)).toBe(false);
    expect(isLikeArn("arn:aws:sns:*:*:topic", TOPIC)).toBe(false);
  });

  it("has variables, whose colons divide nothing", () => {
    expect(isLikeArn(`arn:aws:sns:us-east-1:111122223333:${v("colon")}`, "arn:aws:sns:us-east-1:111122223333:a:b")).toBe(true);
    expect(
      isLikeArn(`arn:aws:sns:us-east-1:111122223333:x/${v("aws:PrincipalTag/x, 'y'")}`, "arn:aws:sns:us-east-1:111122223333:x/y"),
    ).toBe(true);
    expect(isLikeArn(`arn:aws:sns:us-east-1:${v("colon")}`, "arn:aws:sns:us-east-1:a:b")).toBeUndefined();
    expect(isLikeArn(`arn:aws:sns:us-east-1:111122223333:${v("nobody")}`, "arn:aws:sns:us-east-1:111122223333:")).toBe(false);
    expect(isLikeArn(`arn:aws:sns:us-east-1:111122223333:${v("name")}`, "arn:aws:sns:us-east-1:111122223333:alice")).toBe(false);
    expect(isLikeArn(`arn:aws:sns:us-east-1:111122223333:${v("*")}`, "arn:aws:sns:us-east-1:111122223333:*")).toBe(true);
    expect(isLikeArn(`arn:aws:sns:us-east-1:111122223333:${v("*")}`, "arn:aws:sns:us-east-1:111122223333:a")).toBe(false);
  });

  it("may have variables in its last part alone: before it they are text", () => {
    const TOPIC = "arn:aws:sns:us-east-1:al*ce:al*ce";
    const of = (pattern: string, text = TOPIC) => isLikeArn(pattern, text, "in the last part");
    expect(of(`arn:aws:sns:us-east-1:*:${v("name")}`)).toBe(true);
    expect(of(`arn:aws:sns:us-east-1:${v("name")}:*`)).toBe(false);
    expect(of(`arn:aws:sns:us-east-1:${v("name")}:*`, `arn:aws:sns:us-east-1:${v("name")}:x`)).toBe(true);
    expect(of(`arn:aws:sns:us-east-1:${v("*")}:*`, `arn:aws:sns:us-east-1:\${x}:x`)).toBe(true);
    expect(of(`arn:aws:sns:\${:*:*`, `arn:aws:sns:\${:x:x`)).toBe(true);
    expect(of(`arn:aws:sns:${v("a:b")}:x`, `arn:aws:sns:\${a:b}:x`)).toBe(true);
    expect(of(`arn:aws:sns:us-east-1:${v("colon")}`)).toBeUndefined();
    expect(() => of(`arn:aws:sns:us-east-1:*:\${`)).toThrow(ApiError);
    expect(isLikeArn(`arn:aws:sns:us-east-1:*:${v("name")}`, TOPIC, "nowhere")).toBe(false);
  });
});
