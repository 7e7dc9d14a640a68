// Key policies that earlier versions of this service have taken, and that would be refused now: a key must not become unusable by an upgrade.
// What means nothing any more lets nobody in, and keeps nobody from being denied.

import { describe, expect, it } from "vitest";
import { documentOf, targetOf } from "../../../src/authz/document.ts";
import { evaluate } from "../../../src/authz/evaluate.ts";
import { storedKeyPolicyOf } from "../../../src/authz/key-policy.ts";
import { ApiError } from "../../../src/wire/api-error.ts";
import { contextOf } from "../../support/authz-asked.ts";

const ACCOUNT = "111122223333";
const KEY = `arn:aws:kms:us-east-1:${ACCOUNT}:key/a`;
const EVERYONE = { Principal: "*", Action: "kms:*", Resource: "*" };

const textOf = (...statements: readonly object[]): string => JSON.stringify({ Version: "2012-10-17", Statement: statements });

/** Whether a user of the key's account may encrypt; nothing but the key policy gives it. */
function mayEncrypt(text: string): boolean {
  const { allowed } = evaluate({
    principal: { type: "User", arn: `arn:aws:iam::${ACCOUNT}:user/alice`, account: ACCOUNT, uniqueId: "AIDAALICEALICEALICE1" },
    documents: { identity: [], boundary: undefined, session: [], guardrails: [] },
    target: targetOf("kms:Encrypt", [KEY]),
    context: contextOf({ n: "1000", t: "2026-03-02T00:00:00Z", s: "text", arn: KEY, "aws:PrincipalAccount": ACCOUNT }),
    policy: { kind: "KEY_POLICY", document: storedKeyPolicyOf(text), ids: new Map(), account: ACCOUNT },
    worksAcrossAccounts: true,
    grant: () => undefined,
  });
  return allowed;
}

const isRefusedNow = (text: string): boolean => {
  try {
    documentOf(text, "key");
    return false;
  } catch (cause) {
    if (!(cause instanceof ApiError)) throw cause;
    return true;
  }
};

describe("a condition that cannot be compared any more", () => {
  it.each([
    { NumericEquals: { n: "1e3" } },
    { NumericNotEquals: { n: "1e3" } },
    { NumericLessThanIfExists: { absent: "1E+3" } },
    { NumericEquals: { n: 1e21 } },
    { NumericEquals: { n: ["1000", "1e3"] } },
    { "ForAllValues:NumericLessThan": { absent: 1e-7 } },
    { DateEquals: { t: "2026-03-01T24:00Z" } },
    { DateNotEquals: { t: "2026-03-01T24:00:00" } },
    { StringEquals: { s: `\${` } },
    { StringNotEquals: { s: `a\${b` } },
    { StringLikeIfExists: { absent: `\${}` } },
    { StringNotEqualsIgnoreCase: { s: `\${a b}` } },
    { StringLike: { s: ["*", `\${${"a".repeat(2000)}}`] } },
    { ArnLike: { arn: `arn:*:*:*:*:\${` } },
    { ArnNotEquals: { arn: `arn:aws:iam::\${aws:PrincipalAccount}` } },
  ])("neither lets in nor keeps out: %j", (Condition) => {
    const allowing = textOf({ ...EVERYONE, Effect: "Allow", Condition });
    expect(isRefusedNow(allowing)).toBe(true);
    expect(mayEncrypt(allowing)).toBe(false);
    const open = { ...EVERYONE, Effect: "Allow" };
    expect(mayEncrypt(textOf(open, { ...EVERYONE, Effect: "Allow", Condition }))).toBe(true);
    expect(mayEncrypt(textOf(open, { ...EVERYONE, Effect: "Deny", Condition }))).toBe(false);
  });

  it("leaves the others beside it as they are", () => {
    const deny = (s: string) => ({
      ...EVERYONE,
      Effect: "Deny",
      Condition: { NumericEquals: { n: "1e3" }, StringEquals: { s } },
    });
    expect(mayEncrypt(textOf({ ...EVERYONE, Effect: "Allow" }, deny("other")))).toBe(true);
    expect(mayEncrypt(textOf({ ...EVERYONE, Effect: "Allow" }, deny("text")))).toBe(false);
  });
});

describe("a principal of no form that is known", () => {
  it.each([
    { AWS: "nobody" },
    { AWS: ["arn:aws:iam::111122223333:user/*", "arn:aws:iam::1:group/x"] },
    { Everyone: "*" },
    { CanonicalUser: "x" },
    { Service: "*", Federated: "*" },
  ])("is nobody: %j", (Principal) => {
    expect(isRefusedNow(textOf({ ...EVERYONE, Effect: "Allow", Principal }))).toBe(true);
    expect(mayEncrypt(textOf({ ...EVERYONE, Effect: "Allow", Principal }))).toBe(false);
    const open = { ...EVERYONE, Effect: "Allow" };
    expect(mayEncrypt(textOf(open, { ...EVERYONE, Effect: "Deny", Principal }))).toBe(true);
    expect(mayEncrypt(textOf(open, { ...EVERYONE, Effect: "Deny", Principal: undefined, NotPrincipal: Principal }))).toBe(false);
  });
});

it.each([
  { Effect: "Allow", Action: "Encrypt" },
  { Effect: "Allow", Action: ["kms:encrypts", `\${`, ":"] },
  { Effect: "Allow", Sid: ["a"], effect: "Deny", Note: 1 },
  { Effect: "Allow", Resource: ["*", KEY] },
  { Effect: "Allow", Condition: { Bool: { k: [] }, StringEquals: {} } },
])("what has always meant nothing is still taken: %j", (members) => {
  const text = textOf({ ...EVERYONE, ...members });
  expect(() => mayEncrypt(text)).not.toThrow();
  expect(isRefusedNow(text)).toBe(false);
});

it.each([
  "",
  "{}",
  textOf(),
  textOf({ ...EVERYONE, Effect: "allow" }),
  textOf({ ...EVERYONE, Effect: "Deny", Action: undefined }),
  textOf({ ...EVERYONE, Effect: "Deny", Principal: undefined }),
  textOf({ ...EVERYONE, Effect: "Deny", Condition: { NoOperator: {} } }),
  textOf({ ...EVERYONE, Effect: "Deny", Condition: { StringEquals: { s: {} } } }),
])("what no version has taken throws, and so lets nobody in: %j", (text) => {
  expect(() => storedKeyPolicyOf(text)).toThrow(ApiError);
});
