// The shape of key policy documents: which are refused, before anybody is asked whether their principals exist. Pure.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultPolicy, POLICY_BYTES_MAX, parsePolicy } from "../../../src/authz/policy.ts";
import { parsePolicyJson } from "../../../src/authz/policy-json.ts";
import { ApiError } from "../../../src/wire/api-error.ts";

const ARN = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const ROOT = "arn:aws:iam::111122223333:root";
const good = { Effect: "Allow", Principal: { AWS: ROOT }, Action: "kms:*", Resource: "*" };

const policy = (statement: unknown, version: unknown = "2012-10-17"): string =>
  JSON.stringify({ Version: version, Statement: statement });
/** A policy of one good statement with these members instead. */
const having = (members: Readonly<Record<string, unknown>>): string => policy([{ ...good, ...members }]);

/** The code that a document is refused with; undefined where it is taken. */
function refusal(text: string, keyArn?: string): string | undefined {
  try {
    parsePolicy(text, keyArn);
    return undefined;
  } catch (cause) {
    if (!(cause instanceof ApiError) || cause.message === "") throw cause;
    return cause.code;
  }
}
const MALFORMED = "MalformedPolicyDocumentException";

describe("the default policy", () => {
  it("is printed as AWS prints it", () => {
    expect(defaultPolicy("111122223333").split("\n")).toEqual([
      "{",
      '  "Version" : "2012-10-17",',
      '  "Id" : "key-default-1",',
      '  "Statement" : [ {',
      '    "Sid" : "Enable IAM User Permissions",',
      '    "Effect" : "Allow",',
      '    "Principal" : {',
      '      "AWS" : "arn:aws:iam::111122223333:root"',
      "    },",
      '    "Action" : "kms:*",',
      '    "Resource" : "*"',
      "  } ]",
      "}",
    ]);
  });

  it("says what AWS's says, and is taken", () => {
    expect(JSON.parse(defaultPolicy("111122223333"))).toEqual({
      Version: "2012-10-17",
      Id: "key-default-1",
      Statement: [
        { Sid: "Enable IAM User Permissions", Effect: "Allow", Principal: { AWS: ROOT }, Action: "kms:*", Resource: "*" },
      ],
    });
    expect(refusal(defaultPolicy("111122223333"))).toBeUndefined();
  });
});

describe("size", () => {
  const sized = (bytes: number, fill = "x"): string => {
    const room = bytes - having({ Sid: "" }).length;
    return having({ Sid: fill.repeat(room / new TextEncoder().encode(fill).byteLength) });
  };

  it("may be 32 KiB and not a byte more", () => {
    expect(new TextEncoder().encode(sized(POLICY_BYTES_MAX))).toHaveLength(32768);
    expect(refusal(sized(POLICY_BYTES_MAX))).toBeUndefined();
    expect(refusal(sized(POLICY_BYTES_MAX + 1))).toBe("LimitExceededException");
  });

  it("is counted in bytes: a letter with an accent is two", () => {
    expect(refusal(sized(POLICY_BYTES_MAX + 2, "é"))).toBe("LimitExceededException");
    expect(sized(POLICY_BYTES_MAX + 2, "é").length).toBeLessThan(POLICY_BYTES_MAX);
  });

  it("goes before everything else", () => {
    expect(refusal("{".repeat(POLICY_BYTES_MAX + 1))).toBe("LimitExceededException");
    expect(refusal("{".repeat(POLICY_BYTES_MAX))).toBe(MALFORMED);
  });
});

describe("a document", () => {
  it.each([
    "",
    "{",
    "null",
    "[]",
    '"*"',
    "1",
    policy([good]).slice(0, -1),
    `${policy([good])}}`,
    `\ufeff${policy([good])}`,
    '{"Version":"2012-10-17","Statement":[',
  ])("that is no JSON object is refused: %j", (text) => expect(refusal(text)).toBe(MALFORMED));

  it.each(["2008-10-17", "2012-10-17"])("may have version %s", (version) =>
    expect(refusal(policy([good], version))).toBeUndefined(),
  );

  it("may have no version", () => expect(refusal(JSON.stringify({ Statement: [good] }))).toBeUndefined());

  it.each(["2012-10-18", "", null, 20121017, ["2012-10-17"]])("may not have version %j", (version) =>
    expect(refusal(policy([good], version))).toBe(MALFORMED),
  );

  it("may have one statement by itself, one in a list, or several", () => {
    for (const statement of [good, [good], [good, { ...good, Sid: "2" }]]) expect(refusal(policy(statement))).toBeUndefined();
  });

  it.each([[[]], [undefined], [null], ["*"], [[null]], [[[good]]], [[good, "*"]]])(
    "may not have %j for statements",
    (statement) => {
      expect(refusal(policy(statement))).toBe(MALFORMED);
    },
  );

  it("has no statement that only a prototype has", () => {
    expect(refusal(`{"__proto__":${policy([good])}}`)).toBe(MALFORMED);
    expect(refusal(policy([{}]).replace("{}", `{"__proto__":${JSON.stringify(good)}}`))).toBe(MALFORMED);
  });

  it("is refused for a member that stands twice, wherever it stands", () => {
    expect(refusal(policy([good]).replace('"Effect"', '"Effect":"Deny","Effect"'))).toBe(MALFORMED);
  });

  it("is refused for its last statement as for its first", () => {
    expect(refusal(policy([good, { ...good, Effect: "Maybe" }]))).toBe(MALFORMED);
  });
});

describe("a statement", () => {
  it.each(["Allow", "Deny"])("has the effect %s", (Effect) => expect(refusal(having({ Effect }))).toBeUndefined());

  it.each(["allow", "DENY", "", null, undefined, ["Allow"], true])("has not the effect %j", (Effect) =>
    expect(refusal(having({ Effect }))).toBe(MALFORMED),
  );

  it.each(["*", { AWS: "*" }, { AWS: ROOT }, { AWS: [ROOT, "444455556666"] }, { AWS: ROOT, Service: "s3.amazonaws.com" }])(
    "has the principal %j",
    (Principal) => expect(refusal(having({ Principal }))).toBeUndefined(),
  );

  it.each([
    undefined,
    null,
    "",
    ROOT,
    [],
    ["*"],
    {},
    { AWS: "" },
    { AWS: [] },
    { AWS: [""] },
    { AWS: 111122223333 },
    { AWS: null },
    { AWS: { AWS: "*" } },
    { AWS: "*", Service: [] },
  ])("has not the principal %j", (Principal) => expect(refusal(having({ Principal }))).toBe(MALFORMED));

  it("has NotPrincipal instead only where it denies, and never both", () => {
    const instead = { Principal: undefined, NotPrincipal: { AWS: ROOT } };
    expect(refusal(having({ ...instead, Effect: "Deny" }))).toBeUndefined();
    expect(refusal(having(instead))).toBe(MALFORMED);
    expect(refusal(having({ ...instead, NotPrincipal: {}, Effect: "Deny" }))).toBe(MALFORMED);
    expect(refusal(having({ NotPrincipal: { AWS: ROOT }, Effect: "Deny" }))).toBe(MALFORMED);
  });

  it("has an Action or a NotAction, and never both", () => {
    for (const Action of ["kms:*", ["kms:Encrypt", "kms:Decrypt"]]) expect(refusal(having({ Action }))).toBeUndefined();
    expect(refusal(having({ Action: undefined, NotAction: "kms:Decrypt" }))).toBeUndefined();
    for (const Action of [undefined, null, "", [], [""], [1], {}])
      expect(refusal(having({ Action })), `${Action}`).toBe(MALFORMED);
    expect(refusal(having({ NotAction: "kms:Decrypt" }))).toBe(MALFORMED);
    expect(refusal(having({ Action: undefined, NotAction: [] }))).toBe(MALFORMED);
  });

  it("speaks of its own key alone", () => {
    for (const Resource of ["*", ["*"], ["*", "*"]]) expect(refusal(having({ Resource }))).toBeUndefined();
    for (const Resource of [
      undefined,
      null,
      "",
      [],
      [""],
      "arn:aws:kms:*:*:key/*",
      ["*", ARN.replace("us-east-1", "us-east-2")],
      { Key: "*" },
    ])
      expect(refusal(having({ Resource }), ARN), `${Resource}`).toBe(MALFORMED);
    expect(refusal(having({ NotResource: "*" }))).toBe(MALFORMED);
    expect(refusal(having({ Resource: undefined, NotResource: "*" }))).toBe(MALFORMED);
  });

  it("may name its key where that exists already, and not before", () => {
    for (const Resource of [ARN, ["*", ARN]]) {
      expect(refusal(having({ Resource }), ARN)).toBeUndefined();
      expect(refusal(having({ Resource }))).toBe(MALFORMED);
    }
  });

  it("may have members that are looked at later", () => expect(refusal(having({ Sid: "" }))).toBeUndefined());

  it.each(["Allow", "Deny"])("with the effect %s may have a condition, and a well-formed one only", (Effect) => {
    const conditioned = (Condition: unknown) => policy([good, { ...good, Effect, Condition }]);
    expect(refusal(conditioned({ StringEquals: { "kms:ViaService": "s3.us-east-1.amazonaws.com" } }))).toBeUndefined();
    expect(refusal(conditioned({ Bool: { "kms:ReEncryptOnSameKey": true } }))).toBeUndefined();
    for (const Condition of [
      null,
      { StringAlmostEquals: { "kms:ViaService": "s3.us-east-1.amazonaws.com" } },
      { StringEquals: { "aws:ResourceTag/Project": "a" } },
      { "ForAllValues:StringEquals": { "kms:EncryptionContext:Department": "IT" } },
    ])
      expect(refusal(conditioned(Condition)), JSON.stringify(Condition)).toBe(MALFORMED);
  });
});

describe("policy JSON", () => {
  it.each([
    '{"Version":"2012-10-17","Version":"2012-10-17"}',
    '{"a":{"b":1,"c":2,"b":1}}',
    '{"a":[{"b":[]},{"b":1,"b":2}]}',
    '{"a":1,"b":{"a":1},"a":2}',
    '{"a":1,"\\u0061":2}',
    '{"":1,"":2}',
    '{"__proto__":1,"__proto__":2}',
  ])("has no member twice in one object: %s", (text) => expect(parsePolicyJson(text)).toBeUndefined());

  it.each([
    '{"a":"a","b":["a","a"],"c":{"a":"a"},"d":{"a":"a"}}',
    '{"a":1,"A":2}',
    '{"a":"\\"a\\":{[,","b":"\\\\","c":"{\\"b\\":1,\\"b\\":2}"}',
    ' { "a" : [ ] , "b" : { } } ',
    '{"constructor":1,"toString":2}',
  ])("may repeat a name elsewhere: %s", (text) => expect(parsePolicyJson(text)).toEqual(JSON.parse(text)));

  it("is nested at most 8 deep", () => {
    const lists = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
    const objects = (depth: number) => `${'{"a":'.repeat(depth)}0${"}".repeat(depth)}`;
    for (const nested of [lists, objects]) {
      expect(parsePolicyJson(nested(8))).toEqual(JSON.parse(nested(8)));
      expect(parsePolicyJson(nested(9))).toBeUndefined();
    }
    expect(parsePolicyJson(`[${lists(7)},${lists(7)}]`)).toBeDefined();
    expect(parsePolicyJson(lists(16_000))).toBeUndefined();
  });

  it("of the largest size is walked once", () => {
    for (const text of [`["${"\\\\".repeat(16_000)}"]`, `[${'"",'.repeat(10_000)}""]`, `{"${"\\u0061".repeat(5_000)}":1}`])
      expect(parsePolicyJson(text)).toEqual(JSON.parse(text));
  });

  it("is what JSON.parse reads, for whatever a program prints", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 7 }), fc.constantFrom(undefined, 2, "\t"), (value, space) => {
        const text = JSON.stringify(value, undefined, space);
        expect(parsePolicyJson(text)).toEqual(JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  it("is refused for one member doubled anywhere", () => {
    const names = fc.uniqueArray(fc.string({ unit: "grapheme", maxLength: 5 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(names, fc.nat(4), (members, at) => {
        const pairs = members.map((name) => `${JSON.stringify(name)}:1`);
        const again = `${JSON.stringify(members[at % members.length])}:2`;
        expect(parsePolicyJson(`[{${pairs.join()}}]`)).toBeDefined();
        expect(parsePolicyJson(`[{${[...pairs, again].join()}}]`)).toBeUndefined();
      }),
    );
  });
});
