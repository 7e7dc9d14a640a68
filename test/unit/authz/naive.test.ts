// The evaluator that the engine is held against, itself held against the cases of test/vectors/authz.jsonl.

import { expect, it } from "vitest";
import { CASES, checkOf, idsOf } from "../../support/authz-cases.ts";
import { decide, type NaiveRequest } from "../../support/naive-authz.ts";

type Case = (typeof CASES)[number];

/** One check of a case; what it says of documents is what the second evaluator takes. */
function requestOf(given: Case, at: number): NaiveRequest {
  const { action, resource, resourceAliases = [], context = {} } = given.checks?.[at] ?? expect.unreachable();
  const { identityPolicies, permissionsBoundary, sessionPolicies, guardrails, encryptionContext, newGrant } = given;
  const key = given.keys?.[resource];
  const documents = {
    identity: identityPolicies ?? [],
    session: sessionPolicies ?? [],
    guardrails: guardrails ?? [],
    ...(permissionsBoundary && { boundary: permissionsBoundary }),
    ...(key && { keyPolicy: key.policy }),
  } as unknown as Pick<NaiveRequest, "identity" | "session" | "guardrails" | "boundary" | "keyPolicy">;
  return {
    ...documents,
    principal: given.principal as NaiveRequest["principal"],
    ids: Object.fromEntries(idsOf(given.principal)),
    action,
    resources: [resource, ...resourceAliases],
    context: { ...given.context, ...context } as NaiveRequest["context"],
    keyAccount: key === undefined ? given.principal.account : (resource.split(":")[4] ?? ""),
    worksAcrossAccounts: checkOf(given, at).worksAcrossAccounts,
    grants: key?.grants ?? [],
    ...(encryptionContext && { encryptionContext }),
    ...(newGrant && { newGrant }),
  } as NaiveRequest;
}

const taken = CASES.filter(({ kind, principal, checks }) => {
  const isOfType = ["Root", "User", "AssumedRole"].includes(principal.type);
  return kind === "authorize" && isOfType && checks?.every(({ trust, action }) => trust !== true && action.startsWith("kms:"));
});

it("most cases are asked", () => {
  expect(taken.length).toBeGreaterThan(170);
});

it.each(taken.map((each) => [each.id, each.title, each] as const))("%s: %s", (_, __, given) => {
  const decisions = (given.checks ?? []).map((___, at) => decide(requestOf(given, at)));
  const refused = decisions.find(({ allowed }) => !allowed);
  expect([refused === undefined ? "allow" : "deny", (refused ?? decisions.at(-1))?.reason]).toEqual([given.expect, given.reason]);
});
