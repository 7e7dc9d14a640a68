// The order of checks of a call, in its one place, for each thing it acts on: which key, may this caller, is it the named key, its state,
// origin and usage. Synchronous, and run again at the commit where the world has moved. docs/order-of-checks.md has the evidence.

import type { Who } from "../../durable/passport-control.ts";
import { conditionOf, type Key } from "../../keyring/key.ts";
import { keySpec } from "../../keyring/specs.ts";
import { ApiError } from "../../wire/api-error.ts";
import type { Operation, Resource } from "../operation.ts";
import type { Sight } from "../world.ts";
import { locate } from "./locate.ts";
import type { Located, Readable } from "./visit.ts";

/**
 * Lets a call in, and leaves in it what it was let in with. @throws ApiError in the order of the checks.
 */
export function admit(visit: Readable, sight: Sight): void {
  const { call, op, request, who } = visit;
  const located: Located[] = [];
  for (const resource of request.resources) {
    const action = (resource.kind !== "alias" && resource.action) || call.name;
    const enter = (account: string): void => permit(who, action, account);
    const found = locate(resource, { modelsInvalidArn: op.usage === undefined, enter }, sight);
    located.push(found);
    visit.located = located; // as it is found: a refusal is recorded with it
    enter(found.key?.account ?? sight.scope.account);
    if (resource.kind === "alias" || found.key === undefined) continue; // states and usage hold for keys that are named
    if (resource.kind === "ciphertext") {
      requireNamed(resource, found.key);
      if (resource.ciphertext !== undefined) visit.ciphertext = resource.ciphertext;
    }
    requireFit(op, action, found.key);
  }
  visit.admittedAt = sight.changes;
}

/** Until policies are evaluated: an account's root may do everything with its own keys, and nothing with another's. */
function permit(who: Who, action: string, owner: string): void {
  if (who.account === owner) return;
  throw new ApiError(
    "AccessDeniedException",
    `User: ${who.principal} is not authorized to perform: kms:${action} on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`,
  );
}

/** A ciphertext opens under the key that made it and no other, whatever the caller names. */
function requireNamed({ ciphertext }: Resource & { kind: "ciphertext" }, key: Key): void {
  if (ciphertext?.account === key.account && ciphertext.keyId === key.id) return;
  throw new ApiError(
    "IncorrectKeyException",
    "The key ID in the request does not identify a CMK that can perform this operation.",
  );
}

function requireFit({ states, usage, kind }: Operation, action: string, key: Key): void {
  if (kind?.beforeState) requireKind(kind, key);
  if (states !== undefined && !states.includes(key.state)) {
    const code = key.state === "Disabled" && states.includes("Enabled") ? "DisabledException" : "KMSInvalidStateException";
    throw new ApiError(code, `${key.arn} ${conditionOf(key.state, states)}`);
  }
  if (kind !== undefined) requireKind(kind, key);
  if (usage !== undefined && usage !== key.usage) {
    throw new ApiError("InvalidKeyUsageException", `${key.arn} key usage is ${key.usage} which is not valid for ${action}.`);
  }
}

/** Of a wrong spec AWS says nothing more. */
function requireKind({ origins, spec, isPair }: NonNullable<Operation["kind"]>, key: Key): void {
  if (origins?.includes(key.origin) === false) {
    const message = `${key.arn} origin is ${key.origin} which is not valid for this operation.`;
    throw new ApiError("UnsupportedOperationException", message);
  }
  const isOfSpec = spec === undefined || spec === key.spec;
  if (!isOfSpec || (isPair && !keySpec(key.spec).isPair)) throw new ApiError("UnsupportedOperationException");
}
