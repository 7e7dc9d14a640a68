// What a refused caller is told: one reason, in AWS's words, and nothing of another account's key.

import { describe, expect, it } from "vitest";
import type { Reason } from "../../../src/authz/evaluate.ts";
import { refusalText } from "../../../src/authz/texts.ts";

const ALICE = "arn:aws:iam::111122223333:user/alice";
const KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

/** The end of the message, by its reason. */
const REASONS: readonly (readonly [Reason, string])[] = [
  ["IMPLICIT_DENY_IDENTITY", "because no identity-based policy allows the kms:Encrypt action"],
  ["IMPLICIT_DENY_KEY_POLICY", "because no resource-based policy allows the kms:Encrypt action"],
  ["IMPLICIT_DENY_TRUST_POLICY", "because no resource-based policy allows the kms:Encrypt action"],
  ["IMPLICIT_DENY_BOUNDARY", "because no permissions boundary allows the kms:Encrypt action"],
  ["IMPLICIT_DENY_SESSION", "because no session policy allows the kms:Encrypt action"],
  ["EXPLICIT_DENY_IDENTITY", "with an explicit deny in an identity-based policy"],
  ["EXPLICIT_DENY_KEY_POLICY", "with an explicit deny in a resource-based policy"],
  ["EXPLICIT_DENY_TRUST_POLICY", "with an explicit deny in a resource-based policy"],
  ["EXPLICIT_DENY_BOUNDARY", "with an explicit deny in a permissions boundary"],
  ["EXPLICIT_DENY_SESSION", "with an explicit deny in a session policy"],
  ["EXPLICIT_DENY_GUARDRAIL", "with an explicit deny in a service control policy"],
  ["IMPLICIT_DENY_GUARDRAIL", "with an explicit deny in a service control policy"],
];

describe.each(REASONS)("%s is told", (reason, words) => {
  it.each([
    ["of a key", { arn: KEY }, `on resource: ${KEY} `],
    ["of everything", { arn: "*" }, "on resource: * "],
    [
      "of an alias",
      { arn: "arn:aws:kms:us-east-1:111122223333:alias/a" },
      "on resource: arn:aws:kms:us-east-1:111122223333:alias/a ",
    ],
    ["of a ciphertext", "ciphertext", "on the resource associated with this ciphertext "],
    ["of nothing that is named", "unnamed", ""],
  ] as const)("%s", (_, refused, on) => {
    const told = refusalText(ALICE, "kms:Encrypt", refused, reason);
    expect(told).toBe(`User: ${ALICE} is not authorized to perform: kms:Encrypt ${on}${words}`);
  });

  it("not, of another account's resource", () => {
    expect(refusalText(ALICE, "kms:Encrypt", "foreign", reason)).toBe(FOREIGN);
  });
});

const FOREIGN = `User: ${ALICE} is not authorized to perform: kms:Encrypt on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`;

it("what works within an account only is told as what is not there", () => {
  expect(refusalText(ALICE, "kms:Encrypt", { arn: KEY }, "NOT_CROSS_ACCOUNT")).toBe(FOREIGN);
  expect(refusalText(ALICE, "kms:Encrypt", "foreign", "NOT_CROSS_ACCOUNT")).toBe(FOREIGN);
});

it("a session is told by its own ARN, and CreateKey of a tag without a resource", () => {
  const session = "arn:aws:sts::111122223333:assumed-role/app/one";
  expect(refusalText(session, "kms:TagResource", "unnamed", "IMPLICIT_DENY_IDENTITY")).toBe(
    `User: ${session} is not authorized to perform: kms:TagResource because no identity-based policy allows the kms:TagResource action`,
  );
});
