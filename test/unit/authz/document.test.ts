// Policy documents by their kind: what each may hold, what is refused and in whose words.

import { describe, expect, it } from "vitest";
import { type DocumentKind, documentOf } from "../../../src/authz/document.ts";
import { keyPolicyOf, namedIn, POLICY_BYTES_MAX } from "../../../src/authz/key-policy.ts";
import { ApiError } from "../../../src/wire/api-error.ts";

const ROOT = "arn:aws:iam::111122223333:root";
const GOOD: Readonly<Record<DocumentKind, Readonly<Record<string, unknown>>>> = {
  key: { Effect: "Allow", Principal: { AWS: ROOT }, Action: "kms:*", Resource: "*" },
  "stored key": { Effect: "Allow", Principal: { AWS: ROOT }, Action: "kms:*", Resource: "*" },
  trust: { Effect: "Allow", Principal: { AWS: ROOT }, Action: "sts:AssumeRole" },
  identity: { Effect: "Allow", Action: "kms:*", Resource: "*" },
};
const KINDS = Object.keys(GOOD) as DocumentKind[];

/** A document of one good statement with these members instead; undefined leaves one out. */
const having = (kind: DocumentKind, members: Readonly<Record<string, unknown>>, around = {}): string =>
  JSON.stringify({ Version: "2012-10-17", ...around, Statement: [{ ...GOOD[kind], ...members }] });

/** What a document is refused with; undefined where it is taken. */
function refusal(text: string, kind: DocumentKind): string | undefined {
  try {
    documentOf(text, kind);
    return undefined;
  } catch (cause) {
    if (!(cause instanceof ApiError) || cause.code !== "MalformedPolicyDocumentException") throw cause;
    return cause.message;
  }
}
const REFUSED = expect.stringMatching(/./);

describe.each(KINDS)("a document of kind %s", (kind) => {
  it("is taken with one statement, in a list or not, and with many", () => {
    for (const Statement of [GOOD[kind], [GOOD[kind]], [GOOD[kind], GOOD[kind]]])
      expect(refusal(JSON.stringify({ Statement }), kind)).toBeUndefined();
    expect(documentOf(JSON.stringify({ Statement: Array(1000).fill(GOOD[kind]) }), kind).statements).toHaveLength(1000);
  });

  it.each([
    "",
    "{",
    "null",
    "[]",
    '"x"',
    "1",
    "{}",
    '{"Statement":[]}',
    '{"Statement":null}',
    '{"Statement":"x"}',
    '{"Statement":[[]]}',
    '{"statement":{}}',
  ])("is refused: %s", (text) => {
    expect(refusal(text, kind)).toEqual(REFUSED);
  });

  it("is refused with a statement among others that is none", () => {
    for (const bad of [null, "x", 1, [], {}])
      expect(refusal(JSON.stringify({ Statement: [GOOD[kind], bad] }), kind)).toEqual(REFUSED);
    expect(refusal(JSON.stringify({ Statement: Array(1001).fill(GOOD[kind]) }), kind)).toEqual(REFUSED);
  });

  it.each(["2012-10-17", "2008-10-17"])("is of version %s", (Version) => {
    expect(refusal(having(kind, {}, { Version }), kind)).toBeUndefined();
  });

  it.each(["", "2012", "2012-10-18", 20121017, null, ["2012-10-17"], "2012-10-17 "])("is of no version %j", (Version) => {
    expect(refusal(having(kind, {}, { Version }), kind)).toEqual(REFUSED);
  });

  it.each([
    ["Version", '{"Version":"2012-10-17","Version":"2012-10-17","Statement":GOOD}'],
    ["Statement", '{"Statement":GOOD,"Statement":GOOD}'],
    ["Effect, escaped", '{"Statement":{"\\u0045ffect":"Deny",INNER}}'],
    ["of a condition", '{"Statement":{INNER,"Condition":{"Bool":{"k":"true"},"Bool":{"k":"false"}}}}'],
  ])("is refused with a member twice: %s", (_, text) => {
    const good = JSON.stringify(GOOD[kind]);
    expect(refusal(text.replaceAll("GOOD", good).replaceAll("INNER", good.slice(1, -1)), kind)).toEqual(REFUSED);
  });

  it.each(["allow", "ALLOW", "deny", "Audit", "", null, undefined, true, ["Allow"]])("has no effect %j", (Effect) => {
    expect(refusal(having(kind, { Effect }), kind)).toEqual(REFUSED);
  });

  it.each(["Action", "NotAction"])("has texts in %s", (name) => {
    const of = (value: unknown) => refusal(having(kind, { Action: undefined, [name]: value }), kind);
    for (const taken of ["kms:Encrypt", ["kms:Encrypt"], ["kms:*", "s3:?et*"], "*"]) expect(of(taken)).toBeUndefined();
    for (const refused of [undefined, null, "", [], [""], ["kms:*", 1], 1, {}, [["kms:*"], ["s3:*"]].concat([[["x"]]] as never)])
      expect(of(refused)).toEqual(REFUSED);
  });

  it("has actions of a service, but for key policies", () => {
    for (const Action of ["Encrypt", "kms", "**", "?", ["kms:*", "Encrypt"]]) {
      const expected = kind.endsWith("key")
        ? undefined
        : "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
      expect(refusal(having(kind, { Action }), kind)).toBe(expected);
      expect(refusal(having(kind, { Action: undefined, NotAction: Action }), kind)).toBe(expected);
    }
  });

  it("has one of Action and NotAction", () => {
    expect(refusal(having(kind, { NotAction: "s3:*" }), kind)).toEqual(REFUSED);
    expect(refusal(having(kind, { Action: undefined }), kind)).toEqual(REFUSED);
  });

  it("has conditions", () => {
    expect(refusal(having(kind, { Condition: { StringEquals: { "aws:username": "alice" } } }), kind)).toBeUndefined();
    expect(refusal(having(kind, { Condition: { StringEqual: { "aws:username": "alice" } } }), kind)).toEqual(REFUSED);
    expect(refusal(having(kind, { Condition: null }), kind)).toEqual(REFUSED);
    for (const value of [true, 5, [false, 7.5, "x"]])
      expect(refusal(having(kind, { Condition: { StringEquals: { "aws:username": value } } }), kind)).toBeUndefined();
  });

  it("has Deny", () => {
    expect(documentOf(having(kind, { Effect: "Deny" }), kind).statements[0]?.effect).toBe("Deny");
  });
});

describe("what is unknown", () => {
  it.each(["trust", "identity"] as const)("is refused in a document of kind %s", (kind) => {
    expect(refusal(having(kind, { effect: "Deny" }), kind)).toBe("Syntax errors in policy.");
    expect(refusal(having(kind, {}, { Note: "" }), kind)).toBe("Syntax errors in policy.");
  });

  it("means nothing in a key policy", () => {
    expect(refusal(having("key", { effect: "Deny", Note: 1 }, { Note: "" }), "key")).toBeUndefined();
  });
});

describe("what names a document or a statement", () => {
  it("is no Id in a document of an identity", () => {
    expect(refusal(having("identity", {}, { Id: "x" }), "identity")).toBe("Syntax errors in policy.");
    for (const kind of ["key", "trust"] as const) expect(refusal(having(kind, {}, { Id: "x" }), kind)).toBeUndefined();
  });

  it("is a Sid of letters and digits, but for key policies", () => {
    for (const kind of KINDS) expect(refusal(having(kind, { Sid: "Allow1" }), kind)).toBeUndefined();
    expect(refusal(having("key", { Sid: "Enable IAM User Permissions" }), "key")).toBeUndefined();
    for (const kind of ["trust", "identity"] as const)
      for (const Sid of ["Enable IAM User Permissions", "a-b", "\u00E9", "a\n", 1, null, ["a"]])
        expect(refusal(having(kind, { Sid }), kind)).toEqual(expect.stringContaining("must be alpha-numeric"));
  });

  it("is a Sid of one statement alone, but for key policies, and unless it is empty", () => {
    const two = (kind: DocumentKind, Sid: string) => JSON.stringify({ Statement: Array(2).fill({ ...GOOD[kind], Sid }) });
    for (const kind of ["key", "stored key"] as const) expect(refusal(two(kind, "Same"), kind)).toBeUndefined();
    for (const kind of ["trust", "identity"] as const)
      expect(refusal(two(kind, "Same"), kind)).toBe("Statement IDs (SID) in a single policy must be unique.");
    for (const kind of KINDS) expect(refusal(two(kind, ""), kind)).toBeUndefined();
  });
});

describe("principals", () => {
  it("do not stand in a document of an identity", () => {
    const words = "Policy document should not specify a principal.";
    expect(refusal(having("identity", { Principal: "*" }), "identity")).toBe(words);
    expect(refusal(having("identity", { NotPrincipal: { AWS: ROOT } }), "identity")).toBe(words);
    expect(documentOf(having("identity", {}), "identity").statements[0]?.principals).toBeUndefined();
  });

  it.each(["key", "trust"] as const)("are needed in a document of kind %s, one way or the other", (kind) => {
    for (const members of [
      { Principal: undefined },
      { Principal: null },
      { Principal: {} },
      { Principal: { AWS: [] } },
      { NotPrincipal: "*" },
    ])
      expect(refusal(having(kind, members), kind)).toEqual(REFUSED);
    expect(refusal(having(kind, { Principal: { AWS: "nobody" } }), kind)).toBe(
      "Policy contains a statement with one or more invalid principals.",
    );
    expect(refusal(having(kind, { Principal: { Federated: "accounts.google.com" } }), kind)).toBeUndefined();
  });

  it("are listed by NotPrincipal in a Deny of a key policy only", () => {
    const sparing = { Principal: undefined, NotPrincipal: { AWS: [ROOT, "111122223333"] } };
    const document = documentOf(having("key", { ...sparing, Effect: "Deny" }), "key");
    expect(document.statements[0]?.principals).toMatchObject({
      isNegated: true,
      named: [{ kind: "account" }, { kind: "account" }],
    });
    expect(refusal(having("key", sparing), "key")).toEqual(REFUSED);
    expect(refusal(having("trust", { ...sparing, Effect: "Deny" }), "trust")).toEqual(REFUSED);
  });

  it("of a key policy are told apart: accounts, and whoever has an id", () => {
    const AWS = [
      "111122223333",
      "arn:aws:iam::444455556666:root",
      "arn:aws:iam::111122223333:user/alice",
      "AROAAPPAPPAPPAPPAPP1",
      "*",
    ];
    const document = keyPolicyOf(having("key", { Principal: { AWS, Service: "s3.amazonaws.com" } }));
    const { accounts, identities } = namedIn(document);
    expect([...accounts]).toEqual(["111122223333", "444455556666"]);
    expect([...identities]).toEqual(["arn:aws:iam::111122223333:user/alice", "AROAAPPAPPAPPAPPAPP1"]);
  });
});

describe("resources", () => {
  it("do not stand in a trust policy", () => {
    for (const members of [{ Resource: "*" }, { NotResource: "*" }])
      expect(refusal(having("trust", members), "trust")).toBe("Has prohibited field Resource.");
  });

  it.each(["key", "identity"] as const)("are needed in a document of kind %s", (kind) => {
    for (const Resource of [undefined, null, "", [], [""], ["*", 1], {}])
      expect(refusal(having(kind, { Resource }), kind)).toEqual(REFUSED);
    expect(refusal(having(kind, { NotResource: "*" }), kind)).toEqual(REFUSED);
  });

  it("are no NotResource in a key policy", () => {
    expect(refusal(having("key", { Resource: undefined, NotResource: "*" }), "key")).toEqual(REFUSED);
    expect(refusal(having("identity", { Resource: undefined, NotResource: "*" }), "identity")).toBeUndefined();
  });

  it.each(["key/a", "alias/a", "**", "arn", "arn:aws:kms:us-east-1", "ARN:aws:kms:us-east-1:111122223333:key/a", "*:*:*:*:*:*"])(
    "of an identity are ARNs: %s is none",
    (Resource) => {
      expect(refusal(having("identity", { Resource }), "identity")).toBe(`Resource ${Resource} must be in ARN format or "*".`);
    },
  );

  it.each(["arn:aws:*:us-east-1:111122223333:key/a", "arn:aws:k?s:us-east-1:111122223333:key/a"])(
    "of an identity name their service: not %s",
    (Resource) => {
      const words = "Resource vendor must be fully qualified and cannot contain regexes.";
      expect(refusal(having("identity", { Resource }), "identity")).toBe(words);
    },
  );
});

describe("a key policy", () => {
  const of = (condition: unknown) => refusal(having("key", { Condition: condition }), "key");

  it("has at most 32 KiB, in bytes", () => {
    const filled = (length: number, character = "a") => {
      const bare = having("key", { Sid: "" });
      return bare.replace(
        '"Sid":""',
        `"Sid":"${character.repeat((length - bare.length) / new TextEncoder().encode(character).length)}"`,
      );
    };
    expect(() => keyPolicyOf(filled(POLICY_BYTES_MAX))).not.toThrow();
    const tooLong = expect.objectContaining({ code: "LimitExceededException" });
    expect(() => keyPolicyOf(`${filled(POLICY_BYTES_MAX)} `)).toThrow(tooLong);
    expect(() => keyPolicyOf(`${filled(POLICY_BYTES_MAX - 1, "\u00E9")}  `)).toThrow(tooLong);
  });

  it.each(["aws:ResourceTag/team", "AWS:RESOURCETAG/x", "kms:ResourceAliases", "kms:ResourceTag/team"])(
    "does not ask for %s",
    (key) => {
      const words =
        "These condition keys are not permitted in a key policy: aws:ResourceTag, kms:ResourceTag, kms:ResourceAliases";
      expect(of({ StringEquals: { [key]: "x" } })).toBe(words);
      expect(of({ Null: { [key]: "true" } })).toBe(words);
    },
  );

  it.each(["kms:EncryptionContext:team", "KMS:encryptioncontext:x", "aws:RequestTag/team"])(
    "asks for %s without ForAllValues",
    (key) => {
      expect(of({ "ForAllValues:StringEquals": { [key]: "x" } })).toEqual(expect.stringContaining("OverlyPermissiveCondition"));
      expect(of({ "ForAnyValue:StringEquals": { [key]: "x" } })).toBeUndefined();
      expect(of({ StringEquals: { [key]: "x" } })).toBeUndefined();
    },
  );

  it.each(["kms:EncryptionContextKeys", "aws:TagKeys", "kms:GrantOperations"])("asks for %s with ForAllValues", (key) => {
    expect(of({ "ForAllValues:StringEquals": { [key]: "x" } })).toBeUndefined();
  });
});
