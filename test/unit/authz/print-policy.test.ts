// A key policy as GetKeyPolicy prints it: AWS's layout, whatever the layout that it was given in.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { documentOf } from "../../../src/authz/document.ts";
import { printPolicy } from "../../../src/authz/print-policy.ts";

const print = (document: unknown): string => printPolicy(document as Readonly<Record<string, unknown>>, "aws");
const ROOT = "arn:aws:iam::111122223333:root";
const ALICE = "arn:aws:iam::111122223333:user/alice";
const STATEMENT = { Effect: "Allow", Principal: { AWS: ROOT }, Action: "kms:*", Resource: "*" };

it("the default policy as AWS prints it", () => {
  const document = {
    Version: "2012-10-17",
    Id: "key-default-1",
    Statement: [{ Sid: "Enable IAM User Permissions", ...STATEMENT }],
  };
  expect(print(document)).toBe(`{
  "Version" : "2012-10-17",
  "Id" : "key-default-1",
  "Statement" : [ {
    "Sid" : "Enable IAM User Permissions",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "arn:aws:iam::111122223333:root"
    },
    "Action" : "kms:*",
    "Resource" : "*"
  } ]
}`);
});

it("lists, conditions and a second statement", () => {
  const document = {
    Statement: [
      {
        Condition: {
          StringEquals: { "kms:ViaService": ["b", "a"], "aws:username": ["alice"] },
          Bool: { "aws:SecureTransport": true },
        },
        Resource: ["*"],
        Action: ["kms:Encrypt", "kms:Decrypt"],
        NotPrincipal: { AWS: [ALICE, "111122223333"] },
        Effect: "Deny",
        Sid: "",
      },
      { ...STATEMENT, Principal: "*" },
    ],
    Version: "2008-10-17",
  };
  expect(print(document)).toBe(`{
  "Version" : "2008-10-17",
  "Statement" : [ {
    "Sid" : "",
    "Effect" : "Deny",
    "NotPrincipal" : {
      "AWS" : [ "arn:aws:iam::111122223333:user/alice", "arn:aws:iam::111122223333:root" ]
    },
    "Action" : [ "kms:Encrypt", "kms:Decrypt" ],
    "Resource" : "*",
    "Condition" : {
      "StringEquals" : {
        "aws:username" : "alice",
        "kms:ViaService" : [ "b", "a" ]
      },
      "Bool" : {
        "aws:SecureTransport" : true
      }
    }
  }, {
    "Effect" : "Allow",
    "Principal" : "*",
    "Action" : "kms:*",
    "Resource" : "*"
  } ]
}`);
});

describe("printed otherwise than given:", () => {
  const statement = (document: unknown) => JSON.parse(print(document)).Statement[0];

  it("a statement that is no list stands in one", () => {
    expect(JSON.parse(print({ Statement: STATEMENT }))).toEqual({ Statement: [STATEMENT] });
  });

  it("a list of one stands as its element, but for the statements", () => {
    expect(
      statement({ Statement: [{ ...STATEMENT, Action: ["kms:*"], Principal: { AWS: [ROOT], Service: ["s3.amazonaws.com"] } }] }),
    ).toEqual({
      ...STATEMENT,
      Principal: { AWS: ROOT, Service: "s3.amazonaws.com" },
    });
  });

  it.each([
    ["111122223333", ROOT],
    [["111122223333"], ROOT],
    [
      ["111122223333", ALICE],
      [ROOT, ALICE],
    ],
    ["*", "*"],
    ["AIDAALICEALICEALICE1", "AIDAALICEALICEALICE1"],
  ])("an account stands as its root: %j", (given, printed) => {
    expect(statement({ Statement: { ...STATEMENT, Principal: { AWS: given } } }).Principal).toEqual({ AWS: printed });
  });

  it("an account is a root of the key's own partition", () => {
    const document = { Statement: { ...STATEMENT, Principal: { AWS: "111122223333" } } };
    expect(printPolicy(document, "aws-cn")).toContain('"AWS" : "arn:aws-cn:iam::111122223333:root"');
  });

  it("only under AWS is a number an account", () => {
    const document = { Statement: { ...STATEMENT, Principal: { Federated: "111122223333" }, Action: "111122223333" } };
    expect(statement(document)).toEqual(document.Statement);
  });

  it("what is not known comes last, in its order", () => {
    const document = { zeta: 1, Statement: [{ Note: [[], {}], ...STATEMENT }], alpha: null, Version: "2012-10-17" };
    const printed = print(document);
    expect(Object.keys(JSON.parse(printed))).toEqual(["Version", "Statement", "zeta", "alpha"]);
    expect(Object.keys(statement(document))).toEqual([...Object.keys(STATEMENT), "Note"]);
    expect(printed).toContain('"Note" : [ [ ], { } ]');
    expect(printed).toContain('"alpha" : null');
  });

  it("texts keep their characters, and are escaped as JSON demands", () => {
    const Sid = 'a "quoted" \\ \u00E9\u00FF\t/';
    expect(statement({ Statement: { Sid, ...STATEMENT } }).Sid).toBe(Sid);
    expect(print({ Id: Sid, Statement: STATEMENT })).toContain('"Id" : "a \\"quoted\\" \\\\ \u00E9\u00FF\\t/"');
  });

  it("a name that every object has is a member like any other", () => {
    const document = JSON.parse(`{"__proto__":{"a":1},"Statement":${JSON.stringify(STATEMENT)},"constructor":2}`);
    expect(print(document)).toContain('"__proto__" : {\n    "a" : 1\n  }');
    expect(print(document)).toContain('"constructor" : 2');
  });

  it("a name that looks like a number keeps its place", () => {
    const document = { Statement: { ...STATEMENT, Condition: { StringEquals: { b: "x", "10": "y", "9": "z", a: "w" } } } };
    const keys = [...print(document).matchAll(/"(\w+)" : "[w-z]"/g)].map(([, key]) => key);
    expect(keys).toEqual(["10", "9", "a", "b"]);
  });
});

it("printed again it is the same, and means the same", () => {
  const some = fc.constantFrom<unknown>("*", ["*"], ["kms:Encrypt", "kms:Decrypt"], ["kms:*"]);
  const principal = fc.constantFrom<unknown>("*", { AWS: ["*"] }, { AWS: "111122223333" }, { AWS: [ROOT, ALICE] });
  const condition = fc.constantFrom<unknown>(
    {},
    { StringEquals: {} },
    { StringLike: { b: ["x"], a: "y" } },
    { Null: { k: [true, "false"] } },
  );
  const statement = fc.record({
    Condition: condition,
    Resource: fc.constant(["*"]),
    Action: some,
    Principal: principal,
    Effect: fc.constant("Allow"),
  });
  const document = fc.record({
    Statement: fc.oneof(statement, fc.array(statement, { minLength: 1, maxLength: 3 })),
    Id: fc.string(),
  });
  fc.assert(
    fc.property(document, (given) => {
      const printed = print(given);
      expect(print(JSON.parse(printed))).toBe(printed);
      const effects = documentOf(printed, "key").statements.map(({ principals }) => principals);
      expect(effects).toEqual(documentOf(JSON.stringify(given), "key").statements.map(({ principals }) => principals));
    }),
  );
});
