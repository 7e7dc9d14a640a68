// May this caller? Every permission that a call needs, in order, each decided by the policies that bear on it. Nothing is remembered of a decision.

import type { Context } from "../../authz/context.ts";
import { evaluate } from "../../authz/evaluate.ts";
import { type Refused, refusalText } from "../../authz/texts.ts";
import type { Key } from "../../keyring/key.ts";
import { ApiError } from "../../wire/api-error.ts";
import type { View } from "../callers.ts";
import { type Asked, conditionValue } from "../conditions.ts";
import type { CompiledPolicy } from "../key-policies.ts";
import type { Resource } from "../operation.ts";
import type { Sight } from "../world.ts";
import type { Located, Readable } from "./visit.ts";

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
  const { located = [] } = visit;
  for (const permission of located.flatMap((each) => permissionsOf(each, visit.call.name))) {
    const { action, arn, key } = permission;
    const { allowed, reason } = evaluate({
      principal: view.principal,
      documents: view.documents,
      action: `kms:${action}`,
      resources: [arn],
      context: contextOf(permission, visit, view, sight),
      policy: key && { kind: "KEY_POLICY", account: key.account, ...sight.keyPolicies.of(key.id) },
      worksAcrossAccounts: visit.op.decider !== "owner",
      grant: () => undefined,
    });
    if (!allowed)
      throw new ApiError("AccessDeniedException", refusalText(view.principal.arn, `kms:${action}`, permission.refused, reason));
  }
}

/** What is to be allowed on a resource, without its `kms:`: the operation, unless its resource says otherwise. */
export const actionOf = (resource: Resource, operation: string): string =>
  (resource.kind !== "alias" && resource.action) || operation;

/** Whether a caller could still change a key's policy under another one. */
export function mayPutPolicy(key: Key, policy: CompiledPolicy, visit: Readable, view: View, sight: Sight): boolean {
  const action = "PutKeyPolicy";
  const resource = { kind: "key", id: key.id, aliases: false } as const;
  const permission = { action, resource, arn: key.arn, key, refused: { arn: key.arn } };
  return evaluate({
    principal: view.principal,
    documents: view.documents,
    action: `kms:${action}`,
    resources: [key.arn],
    context: contextOf(permission, visit, view, sight),
    policy: { kind: "KEY_POLICY", account: key.account, ...policy },
    worksAcrossAccounts: false,
    grant: () => undefined,
  }).allowed;
}

function permissionsOf({ resource, arn, key }: Located, name: string): readonly Permission[] {
  const action = actionOf(resource, name);
  const common = { action, resource, arn, refused: { arn } };
  switch (resource.kind) {
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

function contextOf({ action, resource, key }: Permission, visit: Readable, view: View, sight: Sight): Context {
  const { call, request, op, located = [] } = visit;
  const asked: Asked = {
    ...{ call, view, request, action, resource, key },
    conditions: op.conditions,
    keys: located.flatMap((each) => (each.resource.kind === "alias" ? [] : (each.key ?? []))),
    account: key?.account ?? sight.scope.account,
    region: sight.scope.region,
    reads: sight.reads,
    time: sight.now(),
  };
  return { value: (name) => conditionValue(name, asked) };
}
