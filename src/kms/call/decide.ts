// May this caller? Every permission that a call needs, in order, each decided by the policies that bear on it. Nothing is remembered of a decision.

import type { Value } from "../../authz/context.ts";
import { targetOf } from "../../authz/document.ts";
import { type Decision, evaluate, identityAllows, type Question } from "../../authz/evaluate.ts";
import { mayRetire } from "../../authz/retire.ts";
import { FOREIGN_CIPHERTEXT, type Refused, refusalText } from "../../authz/texts.ts";
import type { View } from "../../authz/view.ts";
import type { Key } from "../../keyring/key.ts";
import { ApiError } from "../../wire/api-error.ts";
import { type Asked, conditionValue, contextOf } from "../conditions.ts";
import type { CompiledPolicy } from "../key-policies.ts";
import type { Resource } from "../operation.ts";
import type { Sight } from "../world.ts";
import { grantFor, retirableOf } from "./given-grants.ts";
import { actedOn, type Located, type Readable } from "./visit.ts";

/** One thing that a caller must be allowed to do. */
interface Permission {
  readonly action: string;
  readonly resource: Resource;
  readonly arn: string;
  /** Undefined: identity policies alone decide. */
  readonly key: Key | undefined;
  readonly refused: Refused;
}

/** @throws ApiError AccessDeniedException for the first permission that is missing. */
export function decide(visit: Readable, view: View, sight: Sight): void {
  for (const located of visit.located ?? []) {
    for (const permission of permissionsOf(located, visit.call.name)) {
      const { allowed, reason } = decisionOn(permission, located, visit, view, sight);
      if (!allowed) throw refusal(permission, reason, view, sight);
    }
  }
}

type Denial = Decision["reason"] | "NOT_RETIRER";

/** Reasons that would tell another account that a key or a grant is there. */
const TELLING: ReadonlySet<Denial> = new Set([
  "EXPLICIT_DENY_KEY_POLICY",
  "IMPLICIT_DENY_KEY_POLICY",
  "NOT_CROSS_ACCOUNT",
  "NOT_RETIRER",
]);

/** No document lets a caller retire a grant who is not among those who may. */
const NOT_GIVEN = "IMPLICIT_DENY_IDENTITY";

function refusal({ action, refused }: Permission, reason: Denial, { principal }: View, { scope }: Sight): ApiError {
  const isClosed = principal.account !== scope.account && TELLING.has(reason);
  if (isClosed && refused === "ciphertext") return new ApiError("AccessDeniedException", FOREIGN_CIPHERTEXT);
  const words = reason === "NOT_RETIRER" ? NOT_GIVEN : reason;
  return new ApiError(
    "AccessDeniedException",
    refusalText(principal.arn, `kms:${action}`, isClosed ? "foreign" : refused, words),
  );
}

function decisionOn(
  permission: Permission,
  located: Located,
  visit: Readable,
  view: View,
  sight: Sight,
): { readonly allowed: boolean; readonly reason: Denial } {
  const { key } = permission;
  const asked = askedOf(permission, located, visit, view, sight);
  const question = questionOf(permission, asked, view);
  if (located.grant !== undefined && key !== undefined) {
    const { allowed, reason } = mayRetire(question, retirableOf(located.grant, key.account));
    return { allowed, reason: allowed ? "GRANT" : (reason as Denial) };
  }
  const decision = evaluate({
    ...question,
    policy: key && { kind: "KEY_POLICY", account: key.account, ...sight.keyPolicies.of(key.id) },
    worksAcrossAccounts: visit.op.decider !== "owner",
    grant() {
      if (key === undefined || visit.op.decider !== "grantee") return undefined;
      const common = { caller: view.principal, key, action: `kms:${permission.action}`, request: visit.request };
      return grantFor({ ...common, encryptionContext: contextOf(asked) }, identityAllows(question), sight);
    },
  });
  const isOwn = key !== undefined || view.principal.account === sight.scope.account;
  return decision.allowed && !isOwn ? CLOSED : decision;
}

/** What belongs to no key, such as an alias or a list of everything, is for its own account alone. */
const CLOSED = { allowed: false, reason: "NOT_CROSS_ACCOUNT" } as const;

/** What is to be allowed on a resource, without its `kms:`: the operation, unless its resource says otherwise. */
export const actionOf = (resource: Resource, operation: string): string =>
  ("action" in resource ? resource.action : undefined) ?? operation;

/** Whether a caller could still change a key's policy under another one. */
export function mayPutPolicy(key: Key, policy: CompiledPolicy, visit: Readable, view: View, sight: Sight): boolean {
  const resource = { kind: "key", id: key.id, aliases: false } as const;
  const permission = { action: "PutKeyPolicy", resource, arn: key.arn, key, refused: { arn: key.arn } };
  const asked = askedOf(permission, { resource, arn: key.arn, key }, visit, view, sight);
  return evaluate({
    ...questionOf(permission, asked, view),
    policy: { kind: "KEY_POLICY", account: key.account, ...policy },
    worksAcrossAccounts: false,
    grant: () => undefined,
  }).allowed;
}

function questionOf({ action, arn }: Permission, asked: Asked, { principal, documents }: View): Question {
  const known = new Map<string, Value | undefined>(); // for this one question: many statements ask for the same key
  const value = (name: string): Value | undefined => {
    if (!known.has(name)) known.set(name, conditionValue(name, asked));
    return known.get(name);
  };
  return { principal, documents, target: targetOf(`kms:${action}`, [arn]), context: { value } };
}

function permissionsOf({ resource, arn, key }: Located, name: string): readonly Permission[] {
  const action = actionOf(resource, name);
  const common = { action, resource, arn, refused: { arn } };
  switch (resource.kind) {
    case "grant":
      return [{ ...common, key }];
    case "principal":
      return [{ ...common, key: undefined }];
    case "account":
      return [{ ...common, key: undefined, refused: resource.action === undefined ? { arn } : "unnamed" }];
    case "alias": {
      const behind = key === undefined || resource.isNew ? [] : [{ ...common, arn: key.arn, key, refused: { arn: key.arn } }];
      return [{ ...common, key: undefined }, ...behind];
    }
    case "ciphertext":
      return [{ ...common, key, refused: resource.id === undefined ? "ciphertext" : { arn } }];
    case "key":
      return resource.isAsked === false ? [] : [{ ...common, key }];
  }
}

function askedOf({ action, resource, key }: Permission, { grant }: Located, visit: Readable, view: View, sight: Sight): Asked {
  const { call, request, op } = visit;
  return {
    ...{ call, view, request, action, resource, key, grant },
    conditions: op.conditions,
    keys: actedOn(visit),
    account: key?.account ?? sight.scope.account,
    region: sight.scope.region,
    reads: sight.reads,
    time: sight.now(),
  };
}
