// Cases of authorization, each with its decision and its reason: test/vectors/authz.jsonl.

import { describe, expect, it } from "vitest";
import { documentOf } from "../../../src/authz/document.ts";
import { evaluate } from "../../../src/authz/evaluate.ts";
import { keyPolicyOf, namedIn } from "../../../src/authz/key-policy.ts";
import { mayRetire } from "../../../src/authz/retire.ts";
import { ApiError } from "../../../src/wire/api-error.ts";
import { CASES, type Case, checkOf, questionOf, retirableOf } from "../../support/authz-cases.ts";

describe("a decision", () => {
  const authorize = CASES.filter(({ kind }) => kind === "authorize");
  it.each(authorize.map((each) => [each.id, each.title, each] as const))("%s: %s", (_, __, given) => {
    const decisions = (given.checks ?? []).map((___, at) => evaluate(checkOf(given, at)));
    const refused = decisions.find(({ allowed }) => !allowed);
    expect([refused === undefined ? "allow" : "deny", (refused ?? decisions.at(-1))?.reason]).toEqual([
      given.expect,
      given.reason,
    ]);
  });
});

describe("retiring a grant", () => {
  const retiring = CASES.filter(({ kind }) => kind === "retireGrant");
  it.each(retiring.map((each) => [each.id, each.title, each] as const))("%s: %s", (_, __, given) => {
    const { allowed, reason } = mayRetire(questionOf(given, "kms:RetireGrant", [given.grant?.KeyArn ?? ""]), retirableOf(given));
    expect([allowed ? "allow" : "deny", reason]).toEqual([given.expect, given.reason]);
  });
});

/** The reason by what is said of a document. */
const SAID: readonly (readonly [RegExp, string])[] = [
  [/not a JSON object/, "JSON"],
  [/exceeds the limit/, "SIZE"],
  [/needs one or more principals/, "NO_PRINCIPAL"],
  [/invalid principals/, "INVALID_PRINCIPAL"],
  [/^OverlyPermissiveCondition/, "OVERLY_PERMISSIVE_CONDITION"],
];

function validated(given: Case): [string, string, string | undefined] {
  const { policyText = "", keyArn = "", knownAccounts = [], knownPrincipals = [], bypass } = given;
  try {
    const document = keyPolicyOf(policyText);
    const { accounts, identities } = namedIn(document);
    const isKnown =
      [...accounts].every((account) => knownAccounts.includes(account)) &&
      [...identities].every((identity) => knownPrincipals.includes(identity));
    if (!isKnown) return ["reject", "INVALID_PRINCIPAL", "MalformedPolicyDocumentException"];
    const check = checkOf(
      {
        ...given,
        checks: [{ action: "kms:PutKeyPolicy", resource: keyArn }],
        keys: { [keyArn]: { policy: JSON.parse(policyText) } },
      },
      0,
    );
    if (!bypass && !evaluate(check).allowed) return ["reject", "LOCKOUT", "MalformedPolicyDocumentException"];
    return ["accept", "OK", undefined];
  } catch (cause) {
    if (!(cause instanceof ApiError)) throw cause;
    return ["reject", SAID.find(([words]) => words.test(cause.message))?.[1] ?? cause.message, cause.code];
  }
}

describe("PutKeyPolicy", () => {
  const validating = CASES.filter(({ kind }) => kind === "validate");
  it.each(validating.map((each) => [each.id, each.title, each] as const))("%s: %s", (_, __, given) => {
    const [expected, reason, code] = validated(given);
    expect([expected, reason]).toEqual([given.expect, given.reason]);
    if (given.expectError !== undefined) expect(code).toBe(given.expectError);
  });
});

it("every case is asked", () => {
  expect(CASES).toHaveLength(255);
  expect(documentOf('{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}', "identity").statements).toHaveLength(1);
});
