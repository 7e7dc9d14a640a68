// The order of checks of a call, in its one place, for each thing it acts on: which key, may this caller, is it the named key, its state,
// origin and usage. Synchronous, and run again at the commit where the world has moved. docs/order-of-checks.md has the evidence.

import { refusalText } from "../../authz/texts.ts";
import type { View } from "../../authz/view.ts";
import { conditionOf, type Key } from "../../keyring/key.ts";
import { keySpec } from "../../keyring/specs.ts";
import { ApiError } from "../../wire/api-error.ts";
import type { Operation, Resource } from "../operation.ts";
import type { Sight } from "../world.ts";
import { actionOf, decide } from "./decide.ts";
import { locate } from "./locate.ts";
import type { Located, Readable } from "./visit.ts";

/**
 * Lets a call in, and leaves in it what it was let in with. Everything is found before anything is decided, since what one half of ReEncrypt may
 * do can turn on the other's key; what is not found is told only behind what is wrong with what was named before it.
 * @throws ApiError in the order of the checks.
 */
export function admit(visit: Readable, view: View, sight: Sight): void {
  const { call, op } = visit;
  const notFound = find(visit, view, sight);
  decide(visit, view, sight);
  for (const { resource, key } of visit.located ?? []) {
    if (resource.kind === "alias" || key === undefined) continue; // states and usage hold for keys that are named
    if (resource.kind === "ciphertext") {
      requireNamed(resource, key);
      if (resource.ciphertext !== undefined) visit.ciphertext = resource.ciphertext;
    }
    if (resource.kind === "key" && resource.isAsked === false) continue;
    requireFit(op, actionOf(resource, call.name), key);
  }
  if (notFound !== undefined) throw notFound.cause;
  visit.admittedAt = sight.changes;
}

/** Finds what a call acts on, up to the first that is not found. @returns why it is not. */
function find(visit: Readable, view: View, sight: Sight): { readonly cause: unknown } | undefined {
  const { call, op, request } = visit;
  const located: Located[] = [];
  visit.located = located; // as it is found: a refusal is recorded with it
  const enter = (account: string): void => requireOwn(account, call.name, view, sight);
  try {
    for (const resource of request.resources)
      located.push(locate(resource, { modelsInvalidArn: op.usage === undefined, enter }, sight));
    return undefined;
  } catch (cause) {
    return { cause };
  }
}

/** Until keys of other accounts are reached: nobody learns whether one is there. */
function requireOwn(owner: string, name: string, { principal }: View, { scope }: Sight): void {
  if (owner === scope.account) return;
  const text = refusalText(principal.arn, `kms:${name}`, "foreign", "NOT_CROSS_ACCOUNT");
  throw new ApiError("AccessDeniedException", text);
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
