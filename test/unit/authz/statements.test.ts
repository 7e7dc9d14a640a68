// What the statements of a document cover and speak of: actions and resources, and those that are excepted.

import { describe, expect, it } from "vitest";
import { documentOf, targetOf } from "../../../src/authz/document.ts";
import { contextOf } from "../../support/authz-asked.ts";

/** A document of one statement with these members, which belongs to an identity. */
const having = (members: Readonly<Record<string, unknown>>, Version?: string): string =>
  JSON.stringify({ Version, Statement: { Effect: "Allow", Action: "kms:*", Resource: "*", ...members } });

describe("a statement covers", () => {
  const covers = (members: Readonly<Record<string, unknown>>, action: string) =>
    documentOf(having(members), "identity").statements[0]?.covers(targetOf(action, ["*"]));

  it.each([
    ["kms:Encrypt", true],
    ["KMS:ENCRYPT", true],
    ["kMs:eNCRYPT", true],
    ["kms:*", true],
    ["*", true],
    ["kms:E?crypt", true],
    ["kms:*crypt", true],
    ["*:Encrypt", true],
    ["kms:Encryp", false],
    ["kms:Encrypt?", false],
    ["kms:ReEncrypt*", false],
    ["s3:*", false],
    ["Encrypt:", false],
    ["kms:", false],
    ["\u212Ams:Encrypt", false],
    ["k[m]s:Encrypt", false],
    [`kms:\${*}`, false],
  ])("kms:Encrypt by %j: %s", (Action, expected) => {
    expect(covers({ Action }, "kms:Encrypt")).toBe(expected);
    expect(covers({ Action: ["s3:GetObject", Action] }, "kms:Encrypt")).toBe(expected);
    expect(covers({ Action: undefined, NotAction: Action }, "kms:Encrypt")).toBe(!expected);
    expect(covers({ Action: undefined, NotAction: ["s3:GetObject", Action] }, "kms:Encrypt")).toBe(!expected);
  });

  it("nothing by an action of a key policy that names no service", () => {
    for (const Action of ["Encrypt", "kms", "e*t"]) {
      const text = having({ Principal: "*", Action });
      expect(documentOf(text, "key").statements[0]?.covers(targetOf("kms:Encrypt", ["*"]))).toBe(false);
    }
  });

  it("actions of other services by NotAction", () => {
    expect(covers({ Action: undefined, NotAction: "kms:*" }, "iam:CreateUser")).toBe(true);
  });
});

describe("a statement speaks of", () => {
  const KEY = "arn:aws:kms:us-east-1:111122223333:key/alice";
  const ACCOUNT = ["*", "arn:aws:kms:us-east-1:111122223333:*"];
  const given = contextOf({ "aws:username": "alice", "aws:TagKeys": ["alice"], "aws:PrincipalAccount": "111122223333" });
  const speaks = (members: object, arns: readonly string[], Version = "2012-10-17") =>
    documentOf(having({ Resource: undefined, ...members }, Version), "identity").statements[0]?.speaksOf(
      targetOf("kms:Encrypt", arns),
      given,
    );

  it.each([
    ["*", true, true],
    ["arn:aws:kms:us-east-1:111122223333:*", true, true],
    ["arn:aws:kms:*:*:*", true, true],
    ["arn:aws:kms:us-east-1:111122223333:key/*", true, false],
    ["arn:aws:kms:us-east-2:111122223333:*", false, false],
    ["arn:aws:kms:us-east-1:111122223333:alias/*", false, false],
    [`arn:aws:kms:us-east-1:111122223333:key/\${aws:username}`, true, false],
    [`arn:aws:kms:us-east-1:111122223333:key/\${aws:UserName}`, true, false],
    [`arn:aws:kms:us-east-1:111122223333:key/\${aws:nobody, 'alice'}`, true, false],
    [`arn:aws:kms:us-east-1:111122223333:\${aws:nobody}`, false, false],
    [`arn:aws:kms:us-east-1:111122223333:key/\${aws:TagKeys}`, false, false],
    [`arn:aws:kms:us-east-1:111122223333:key/\${*}`, false, false],
    [`arn:aws:kms:us-east-1:111122223333:\${*}`, false, true],
    [`arn:aws:kms:us-east-1:\${aws-account, '111122223333'}:key/alice`, false, false],
    [`arn:aws:kms:us-east-1:\${account, '111122223333'}:*`, false, false],
    [`arn:aws:kms:us-east-1:\${aws:PrincipalAccount}:key/alice`, false, false],
  ])("by %s: a key %s, the account %s", (Resource, key, account) => {
    expect(speaks({ Resource }, [KEY])).toBe(key);
    expect(speaks({ Resource }, ACCOUNT)).toBe(account);
    expect(speaks({ Resource: ["arn:aws:s3:::x", Resource] }, [KEY])).toBe(key);
    expect(speaks({ NotResource: Resource }, [KEY])).toBe(!key);
    expect(speaks({ NotResource: ["arn:aws:s3:::x", Resource] }, ACCOUNT)).toBe(!account);
  });

  it("a variable's name, as it stands, in a document of 2008 or of no version", () => {
    const Resource = `arn:aws:kms:us-east-1:111122223333:key/\${aws:username}`;
    for (const version of ["2008-10-17", undefined]) {
      expect(
        documentOf(having({ Resource }, version), "identity").statements[0]?.speaksOf(targetOf("kms:Encrypt", [KEY]), given),
      ).toBe(false);
    }
    expect(speaks({ Resource }, [KEY.replace("alice", `\${aws:username}`)], "2008-10-17")).toBe(true);
  });

  it("everything, in a trust policy", () => {
    const trust = having({ Principal: "*", Resource: undefined });
    expect(documentOf(trust, "trust").statements[0]?.speaksOf(targetOf("kms:Encrypt", [KEY]), given)).toBe(true);
  });
});
