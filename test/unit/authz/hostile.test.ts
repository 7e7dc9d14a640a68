// Policies and requests of somebody who means harm: documents that are slow to compare, and names that JavaScript's objects have by themselves.
// A decision is synchronous, so a slow one holds up every other call of its account.

import { describe, expect, it } from "vitest";
import type { Value } from "../../../src/authz/context.ts";
import { type Document, documentOf, targetOf } from "../../../src/authz/document.ts";
import { evaluate } from "../../../src/authz/evaluate.ts";
import { keyPolicyOf } from "../../../src/authz/key-policy.ts";
import { ApiError } from "../../../src/wire/api-error.ts";
import { contextOf } from "../../support/authz-asked.ts";

/** One pattern against one value, or a document with little in it that is slow. */
const MS_MAX = 20;
/** A document of 32 KiB that is nothing but slow patterns: some hundred million comparisons, so that a slow machine still makes it. */
const DOCUMENT_MS_MAX = 2000;
const PATTERN_CHARACTERS = 4000;
const VALUE_CHARACTERS = 8192;
const ROOM = 32_000;

/** Milliseconds, the best of three; the clock here has steps of one. */
function best(run: () => void): number {
  const times = [1, 2, 3].map(() => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return Math.min(...times);
}

const conditional = (operator: string, values: unknown, key: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: { Effect: "Allow", Action: "*", Resource: "*", Condition: { [operator]: { [key]: values } } },
  });

function decide(document: Document, given: Readonly<Record<string, string | readonly string[]>>): boolean {
  const decision = evaluate({
    principal: {
      type: "User",
      arn: "arn:aws:iam::111122223333:user/alice",
      account: "111122223333",
      uniqueId: "AIDAALICEALICEALICE1",
    },
    documents: { identity: [document], boundary: undefined, session: [], guardrails: [] },
    target: targetOf("kms:CreateKey", ["*"]),
    context: contextOf(given),
    policy: undefined,
    worksAcrossAccounts: false,
    grant: () => undefined,
  });
  return decision.allowed;
}

it("the clock sees work that does not wait", () => {
  const spun = best(() => {
    let sum = 0;
    for (let at = 0; at < 2e7; at++) sum += at % 7;
    expect(sum).toBeGreaterThan(0);
  });
  expect(spun).toBeGreaterThan(0);
});

const KEY = "kms:EncryptionContext:text";
const A = "a".repeat(VALUE_CHARACTERS);
const a = (count: number): string => "a".repeat(count);
/** A stretch over and over, so that the whole pattern has 4,000 characters. */
const over = (stretch: string, before = "*", behind = "b*"): string =>
  before + stretch.repeat(Math.floor((PATTERN_CHARACTERS - before.length - behind.length) / stretch.length)) + behind;

describe("one pattern of 4,000 characters is compared with 8 KiB in time:", () => {
  const PATTERNS: readonly (readonly [string, string])[] = [
    ["*aa…ab*", over("a")],
    ["*baa…a*", over("a", "*b", "*")],
    ["*aa…abaa…a*", `*${a(1998)}b${a(1998)}*`],
    ["*a?aa…ab*", over("a", "*a?")],
    ["*aa…a?aa…ab*", `*${a(2000)}?${a(1990)}b*`],
    ["*baa…a?aa…a*", `*b${a(1990)}?${a(2000)}*`],
    ["*a?a?…a?b*", over("a?")],
    ["*aa?aa?…aa?b*", over("aa?")],
    ["*a?a?…b?a?a*", `*${"a?".repeat(999)}b${"?a".repeat(999)}*`],
    ["*??…??b*", over("?")],
    ["*?a?a…*", over("?a")],
    ["*a*a…*a*b*", over("a*")],
    ["*a?*a?*…b*", over("a?*")],
    ["*?a*?a*…b*", over("?a*")],
    ["*a*a…*a", over("*a", "", "")],
  ];
  it.each(PATTERNS)("%s", (_, pattern) => {
    expect(pattern.length).toBeGreaterThan(PATTERN_CHARACTERS - 20);
    for (const operator of ["StringLike", "StringNotLike", "ForAnyValue:StringLike"]) {
      const document = documentOf(conditional(operator, pattern, KEY), "identity");
      expect(best(() => decide(document, { [KEY]: A }))).toBeLessThanOrEqual(MS_MAX);
    }
  });

  it("in an ARN", () => {
    const document = documentOf(conditional("ArnLike", `arn:aws:s3:::${over("a?")}`, KEY), "identity");
    expect(best(() => decide(document, { [KEY]: `arn:aws:s3:::${A}` }))).toBeLessThanOrEqual(MS_MAX);
  });

  it("in an ARN's value against a pattern with 4,000 colons", () => {
    const document = documentOf(conditional("ArnLike", `arn:${":".repeat(PATTERN_CHARACTERS)}*`, KEY), "identity");
    expect(best(() => decide(document, { [KEY]: `arn:${":".repeat(VALUE_CHARACTERS)}` }))).toBeLessThanOrEqual(MS_MAX);
  });
});

describe("a document of 32 KiB decides in time:", () => {
  const filled = (pattern: string): string[] => Array(Math.floor(ROOM / (pattern.length + 3))).fill(pattern);
  const PATTERNS: readonly (readonly [string, string])[] = [
    ["of *aa…ab*", `*${a(250)}b*`],
    ["of *aa…abaa…a*", `*${a(250)}b${a(250)}*`],
    ["of *a?a?…b*", `*${"a?".repeat(20)}b*`],
    ["of *a?b*", "*a?b*"],
  ];
  it.each(PATTERNS)("%s", (_, pattern) => {
    const document = documentOf(conditional("StringLike", filled(pattern), KEY), "identity");
    expect(best(() => decide(document, { [KEY]: A }))).toBeLessThanOrEqual(DOCUMENT_MS_MAX);
  });

  /** Values that differ, as short as they can be: each fits into the document but fits no value of the request. */
  const different = (of: (at: number) => string): string[] => {
    const values: string[] = [];
    for (let left = ROOM; left > 0; left -= (values.at(-1) ?? "").length + 3) values.push(of(values.length));
    return values.slice(0, -1);
  };
  /** Values of the request, 500 of them, and of a document that is nothing but values, none of which compares. */
  const READ: readonly (readonly [string, (at: number) => string, (at: number) => string])[] = [
    ["NumericEquals", (at) => `${at}.5`, (at) => `${at}`],
    ["NumericLessThan", (at) => `${9000 + at}`, (at) => `-${at}`],
    ["DateEquals", (at) => `2026-03-01T00:00:00.${at}Z`, (at) => `${10_000 + at}`],
    ["DateGreaterThan", (at) => `2001-03-01T00:00:00.${at}Z`, (at) => `2026-03-01T00:00:00.${at}Z`],
    ["IpAddress", (at) => `1:2:3:4:5:6:7:${at}`, (at) => `10.${at >> 8}.${at & 255}.0/25`],
    ["IpAddress", (at) => `1:2:3:4:5:6:7:${at}`, (at) => `1:2:3:4:5:6:8:${at}`],
    ["BinaryEquals", (at) => btoa(`key-${at}`), (at) => btoa(`${at}`)],
    ["Bool", (at) => `${at}`, () => "true"],
  ];
  it.each(READ)("of values that ForAnyValue:%s reads", (operator, given, written) => {
    const document = documentOf(conditional(`ForAnyValue:${operator}`, different(written), "aws:TagKeys"), "identity");
    const names = Array.from({ length: 500 }, (_, at) => given(at));
    expect(decide(document, { "aws:TagKeys": names })).toBe(false);
    expect(best(() => decide(document, { "aws:TagKeys": names }))).toBeLessThanOrEqual(MS_MAX);
  });

  const MANY = Array.from({ length: 500 }, (_, at) => `key-${at}`);
  const ALL: readonly (readonly [string, string])[] = [
    ["StringEquals", "x"],
    ["StringLike", "*x"],
    ["StringEqualsIgnoreCase", "X"],
    ["NumericEquals", "12345"],
    ["DateEquals", "2026-03-01"],
    ["IpAddress", "10.0.0.0/8"],
    ["ArnLike", "arn:aws:s3:::*"],
  ];
  it.each(ALL)("every value against every name of 500, by ForAnyValue:%s", (operator, written) => {
    const document = documentOf(conditional(`ForAnyValue:${operator}`, filled(written), "kms:EncryptionContextKeys"), "identity");
    expect(best(() => decide(document, { "kms:EncryptionContextKeys": MANY }))).toBeLessThanOrEqual(DOCUMENT_MS_MAX);
  });

  it("of variables that stand for 8 KiB each", () => {
    const pattern = `\${${KEY}}`.repeat(140);
    const document = documentOf(conditional("StringLike", filled(pattern), KEY), "identity");
    expect(best(() => decide(document, { [KEY]: A }))).toBeLessThanOrEqual(MS_MAX);
  });
});

describe("a document is read in time:", () => {
  const statement = { Effect: "Deny", Action: "x:*", Resource: "*" };
  const DOCUMENTS: readonly (readonly [string, string])[] = [
    ["1,000 statements", JSON.stringify({ Statement: Array(1000).fill(statement) })],
    ["one statement more than 1,000", JSON.stringify({ Statement: Array(1001).fill(statement) })],
    ["lists within lists", "[".repeat(16_000) + "]".repeat(16_000)],
    ["objects within objects", `${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`],
    ["members by the thousand", `{${Array.from({ length: 3000 }, (_, at) => `"k${at}":1`).join()}}`],
    ["one text", JSON.stringify({ Statement: { ...statement, Action: `a:${"a".repeat(30_000)}` } })],
    ["escapes", `{"Version":"${"\\u0041".repeat(5000)}"}`],
    ["quotes", `{"Version":"${'\\"'.repeat(15_000)}"}`],
    ["variables that are not closed", conditional("StringLike", "${".repeat(2000), KEY)],
    ["a variable of 4,000 characters", conditional("StringLike", `\${${"a".repeat(4000)}}`, KEY)],
    ["a variable of white space", conditional("StringLike", `\${${" ".repeat(4000)}}`, KEY)],
    ["a variable after a variable", conditional("StringLike", `\${a}`.repeat(8000), KEY)],
    ["escapes of variables", conditional("StringLike", `\${*}`.repeat(8000), KEY)],
    ["dollars", conditional("StringLike", "$".repeat(30_000), KEY)],
    ["a number of 30,000 digits", conditional("NumericEquals", "1".repeat(30_000), KEY)],
    ["an address of 30,000 colons", conditional("IpAddress", ":".repeat(30_000), KEY)],
    ["a date of 30,000 digits", conditional("DateEquals", `2026-03-01T00:00:00.${"0".repeat(30_000)}`, KEY)],
    [
      "a principal of 30,000 characters",
      JSON.stringify({
        Statement: { ...statement, Principal: { AWS: `arn:aws:iam::111122223333:user/${"a/".repeat(15_000)}*` } },
      }),
    ],
  ];
  it.each(DOCUMENTS)("%s", (_, text) => {
    for (const kind of ["identity", "key"] as const)
      expect(best(() => refusal(() => documentOf(text, kind)))).toBeLessThanOrEqual(MS_MAX);
  });

  it("1,000 statements decide in time", () => {
    const document = documentOf(JSON.stringify({ Statement: Array(1000).fill(statement) }), "identity");
    expect(best(() => decide(document, {}))).toBeLessThanOrEqual(MS_MAX);
  });
});

/** What a document is refused with; undefined where it is taken. */
function refusal(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (cause) {
    if (!(cause instanceof ApiError)) throw cause;
    return cause.code;
  }
}

describe("a document nested", () => {
  const nested = (depth: number): string => {
    const inner = `${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}`;
    return `{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"},"Note":${inner}}`;
  };
  it("8 deep is read, 9 deep is refused", () => {
    expect(refusal(() => keyPolicyOf(nested(8)))).toBeUndefined();
    expect(refusal(() => keyPolicyOf(nested(9)))).toBe("MalformedPolicyDocumentException");
  });
});

describe("a name that every object has by itself means nothing:", () => {
  const NAMES = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "prototype"];
  /** JSON.stringify would leave `__proto__` out. */
  const of = (name: string, members: string): string =>
    `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*",${members.replaceAll("NAME", name)}}}`;

  it.each(NAMES)("%s as an operator", (name) => {
    for (const operator of ["NAME", "ForAllValues:NAME", "ForAnyValue:NAMEIfExists", "NAMEIfExists"])
      expect(refusal(() => documentOf(of(name, `"Condition":{"${operator}":{"aws:username":"alice"}}`), "identity"))).toBe(
        "MalformedPolicyDocumentException",
      );
  });

  it.each(NAMES)("%s as a condition key that the request lacks", (name) => {
    const holds = (condition: string) =>
      decide(documentOf(of(name, `"Condition":${condition}`), "identity"), { "aws:username": "alice" });
    for (const key of ["NAME", "aws:PrincipalTag/NAME", "kms:EncryptionContext:NAME"]) {
      expect(holds(`{"Null":{"${key}":"true"}}`)).toBe(true);
      expect(holds(`{"StringLike":{"${key}":"*"}}`)).toBe(false);
      expect(holds(`{"StringNotLike":{"${key}":"*"}}`)).toBe(true);
      expect(holds(`{"StringEquals":{"aws:username":"\${${key}}"}}`)).toBe(false);
      expect(holds(`{"StringEquals":{"aws:username":"\${${key}, 'alice'}"}}`)).toBe(true);
    }
  });

  it.each(NAMES)("%s as a tag that the caller has", (name) => {
    const given = new Map<string, Value>([[`aws:principaltag/${name.toLowerCase()}`, "red"]]);
    const document = documentOf(of(name, '"Condition":{"StringEquals":{"aws:PrincipalTag/NAME":"red"}}'), "identity");
    expect(document.statements[0]?.holds({ value: (key) => given.get(key) }, "Allow")).toBe(true);
    expect(document.statements[0]?.holds({ value: () => undefined }, "Allow")).toBe(false);
  });

  it.each(NAMES)("%s as a member", (name) => {
    for (const member of ['"NAME":{"Effect":"Allow"}', '"NAME":null'])
      expect(refusal(() => documentOf(of(name, member), "identity"))).toBe("MalformedPolicyDocumentException");
    const inherited = `{"${name}":{"Effect":"Allow","Action":"*","Resource":"*"}}`;
    expect(refusal(() => documentOf(`{"Statement":${inherited}}`, "identity"))).toBe("MalformedPolicyDocumentException");
    expect(refusal(() => documentOf(`{"${name}":{"Statement":{"Effect":"Allow"}}}`, "key"))).toBe(
      "MalformedPolicyDocumentException",
    );
  });

  it.each(NAMES)("%s as an action or a kind of principal", (name) => {
    const document = documentOf(`{"Statement":{"Effect":"Allow","Action":"${name}:${name}","Resource":"*"}}`, "identity");
    expect(decide(document, {})).toBe(false);
    const naming = `{"Statement":{"Effect":"Allow","Principal":{"${name}":"*"},"Action":"*","Resource":"*"}}`;
    expect(refusal(() => documentOf(naming, "key"))).toBe("MalformedPolicyDocumentException");
  });
});
