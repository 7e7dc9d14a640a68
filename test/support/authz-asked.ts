// A request of plain JSON as what the engine is asked.

import { conditionOf } from "../../src/authz/condition-block.ts";
import type { Context, Value } from "../../src/authz/context.ts";
import { type DocumentKind, documentOf, targetOf } from "../../src/authz/document.ts";
import { type Check, type Decision, evaluate, identityAllows, type Question } from "../../src/authz/evaluate.ts";
import { fold } from "../../src/authz/fold.ts";
import { type Constraint, constraintIn, type Grant, gives } from "../../src/authz/grants.ts";
import { principalsOf } from "../../src/authz/principals.ts";
import type { NaiveConstraints, NaiveDocument, NaiveGrant, NaiveRequest } from "./naive-authz.ts";
import type { Given } from "./naive-conditions.ts";

/** Two names that differ in case alone are one key of an ambiguous value. */
export function contextOf(given: Given): Context {
  const values = new Map<string, Value>();
  for (const [name, value] of Object.entries(given)) {
    const before = values.get(fold(name));
    values.set(fold(name), typeof before === "string" && typeof value === "string" ? { either: [before, value] } : value);
  }
  return { value: (key) => values.get(key) };
}

/** How a document is written down: as JSON, or as a test wants it. */
export type Print = (document: NaiveDocument) => string;

/** A generated constraint has one member at most. */
const constraintOf = (constraints: NaiveConstraints | undefined): Constraint | undefined =>
  constraintIn(
    Object.fromEntries(Object.entries(constraints ?? {}).map(([type, pairs]) => [type, new Map(Object.entries(pairs))])),
  );

function grantOf(
  { GranteePrincipal, IssuingAccount, Operations, Constraints }: NaiveGrant,
  ids: ReadonlyMap<string, string>,
): Grant {
  const [grantee = { kind: "wildcard" } as const] = principalsOf({ AWS: GranteePrincipal });
  const [, , , , issuer = ""] = IssuingAccount.split(":");
  return { grantee, ids, operations: new Set(Operations), constraint: constraintOf(Constraints), issuer };
}

/** The documents are compiled once, however often it is decided. */
export function checkOf(request: NaiveRequest, print: Print = JSON.stringify): Check {
  const { principal, action, resources, boundary, keyPolicy, keyAccount, worksAcrossAccounts, encryptionContext, newGrant } =
    request;
  const document = (given: NaiveDocument, kind: DocumentKind = "identity") => documentOf(print(given), kind);
  const ids = new Map(Object.entries(request.ids));
  const question: Question = {
    principal,
    documents: {
      identity: request.identity.map((each) => document(each)),
      boundary: boundary && document(boundary),
      session: request.session.map((each) => document(each)),
      guardrails: request.guardrails.map((level) => level.map((each) => document(each))),
    },
    target: targetOf(action, resources),
    context: contextOf(request.context),
  };
  const asked = {
    caller: principal,
    action,
    encryptionContext: encryptionContext && new Map(Object.entries(encryptionContext)),
    child: newGrant && {
      operations: newGrant.Operations,
      constraint: constraintOf(newGrant.Constraints),
    },
  };
  return {
    ...question,
    policy: keyPolicy && { kind: "KEY_POLICY", document: document(keyPolicy, "key"), ids, account: keyAccount },
    worksAcrossAccounts,
    grant() {
      const grants = request.grants.map((each) => grantOf(each, ids));
      const found = grants.filter((each) => gives(each, { ...asked, identityAllows: identityAllows(question) }));
      return found.length === 0 ? undefined : { isOfOwnAccount: found.some(({ issuer }) => issuer === principal.account) };
    },
  };
}

export const decided = (request: NaiveRequest, print?: Print): Decision => evaluate(checkOf(request, print));

export interface Asked {
  readonly effect?: "Allow" | "Deny";
  /** Documents of version 2012-10-17 have policy variables. */
  readonly variables?: boolean;
}

/** Whether a Condition holds of a request, in a document that belongs to an identity. */
export function holds(condition: unknown, given: Given, { effect = "Allow", variables = true }: Asked = {}): boolean {
  const rules = { variables, refusesValues: false, isStored: false, checkKey: () => {} };
  return conditionOf(condition, rules)(contextOf(given), effect);
}
