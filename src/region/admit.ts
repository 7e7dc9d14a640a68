// The order of checks of a call, in its one place, for each thing it acts on: which key, may this caller, is it the named key, its state,
// origin and usage. Synchronous, and run again at the commit where the world has moved. docs/order-of-checks.md has the evidence.

import type { Ciphertext } from "../keyring/ciphertext.ts";
import { conditionOf, type Key } from "../keyring/key.ts";
import type { Operation, Request, Resource } from "../operations/operation.ts";
import { KmsError } from "../wire/faults.ts";
import { type Located, locate } from "./locate.ts";
import type { Who } from "./passports.ts";
import type { World } from "./world.ts";

/** What a call was let in with. */
export interface Admitted {
  /** In the order of the request's resources. */
  readonly located: readonly Located[];
  readonly ciphertext: Ciphertext | undefined;
  /** The change counter as it stood. */
  readonly changes: number;
}

/** A call on its way through the checks. */
export interface Visit {
  readonly name: string;
  readonly op: Operation;
  readonly request: Request;
  readonly who: Who;
  /** Told what has been found, as it is found, for the record. */
  readonly found: (located: readonly Located[]) => void;
}

/** @throws KmsError in the order of the checks. */
export function admit(visit: Visit, world: World): Admitted {
  const located: Located[] = [];
  let ciphertext: Ciphertext | undefined;
  for (const resource of visit.request.resources) {
    const action = (resource.kind !== "alias" && resource.action) || visit.name;
    const enter = (account: string): void => permit(visit.who, action, account);
    const found = locate(resource, { modelsInvalidArn: visit.op.usage === undefined, enter }, world);
    located.push(found);
    visit.found(located);
    enter(found.key?.account ?? world.scope.account);
    if (resource.kind === "alias" || found.key === undefined) continue; // states and usage hold for keys that are named
    if (resource.kind === "ciphertext") {
      requireNamed(resource, found.key);
      ciphertext = resource.ciphertext;
    }
    requireFit(visit.op, action, found.key);
  }
  return { located, ciphertext, changes: world.changes };
}

/** Until policies are evaluated: an account's root may do everything with its own keys, and nothing with another's. */
function permit(who: Who, action: string, owner: string): void {
  if (who.account === owner) return;
  throw new KmsError(
    "AccessDeniedException",
    `User: ${who.principal} is not authorized to perform: kms:${action} on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`,
  );
}

/** A ciphertext opens under the key that made it and no other, whatever the caller names. */
function requireNamed({ ciphertext }: Resource & { kind: "ciphertext" }, key: Key): void {
  if (ciphertext?.account === key.account && ciphertext.keyId === key.id) return;
  throw new KmsError(
    "IncorrectKeyException",
    "The key ID in the request does not identify a CMK that can perform this operation.",
  );
}

function requireFit({ states, usage, kind }: Operation, action: string, key: Key): void {
  if (kind?.beforeState) requireKind(kind, key);
  if (states !== undefined && !states.includes(key.state)) {
    const code = key.state === "Disabled" && states.includes("Enabled") ? "DisabledException" : "KMSInvalidStateException";
    throw new KmsError(code, `${key.arn} ${conditionOf(key.state, states)}`);
  }
  if (kind !== undefined) requireKind(kind, key);
  if (usage !== undefined && usage !== key.usage) {
    throw new KmsError("InvalidKeyUsageException", `${key.arn} key usage is ${key.usage} which is not valid for ${action}.`);
  }
}

/** Of a wrong spec AWS says nothing more. */
function requireKind({ origins, spec }: NonNullable<Operation["kind"]>, key: Key): void {
  if (!origins.includes(key.origin)) {
    const message = `${key.arn} origin is ${key.origin} which is not valid for this operation.`;
    throw new KmsError("UnsupportedOperationException", message);
  }
  if (spec !== key.spec) throw new KmsError("UnsupportedOperationException");
}
