// The order of checks of a call, in its one place: the ciphertext's header, which key, may this caller, is it the named key, its state,
// origin and usage. Synchronous, and run again at the commit where the world has moved. Source: docs/order-of-checks.md, which has the evidence.

import type { Ciphertext } from "../keyring/ciphertext.ts";
import { conditionOf, type Key } from "../keyring/key.ts";
import type { Operation, Request, Resource } from "../operations/operation.ts";
import { aliasArn, keyArn, parseKeyName } from "../wire/arn.ts";
import { KmsError } from "../wire/faults.ts";
import { PARTITION } from "../wire/regions.ts";
import type { Who } from "./passports.ts";
import type { World } from "./world.ts";

/** What a call was let in with. */
export interface Admitted {
  readonly keys: readonly Key[];
  readonly ciphertext: Ciphertext | undefined;
  /** The change counter as it stood. */
  readonly changes: number;
}

/** A call on its way through the checks; `keys` are those found so far, for its record. */
export interface Visit {
  readonly name: string;
  readonly op: Operation;
  readonly request: Request;
  readonly who: Who;
  readonly found: (keys: readonly Key[]) => void;
}

/** @throws KmsError ThrottlingException, then in the order of the checks. */
export function admit(visit: Visit, world: World): Admitted {
  world.rates.spendClass(visit.who.account, visit.op.rate);
  return check(visit, world);
}

/** The checks alone, for a call that has spent its token. @throws KmsError in their order. */
export function check(visit: Visit, world: World): Admitted {
  const { request } = visit;
  const changes = world.changes;
  const keys = request.resources.map((resource) => locate(resource, visit, world));
  visit.found(keys);
  for (const key of keys) permit(visit, key.account);
  for (const [at, resource] of request.resources.entries()) requireNamed(resource, keys[at]);
  for (const key of keys) requireFit(visit, key);
  const ciphertext = request.resources.find((resource) => resource.kind === "ciphertext")?.ciphertext;
  return { keys, ciphertext, changes };
}

function locate(resource: Resource, visit: Visit, world: World): Key {
  if (resource.kind === "key") return named(resource.id, resource.aliases, visit, world);
  if (resource.ciphertext === undefined) throw new KmsError("InvalidCiphertextException");
  if (resource.id !== undefined) return named(resource.id, true, visit, world);
  const { account, keyId } = resource.ciphertext;
  const key = account === world.scope.account ? world.store.keys.find(keyId) : undefined;
  if (key !== undefined) return key;
  throw new KmsError(
    "AccessDeniedException",
    "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.",
  );
}

const notFound = (message: string): KmsError => new KmsError("NotFoundException", message);

/** The key that a KeyId names. */
function named(text: string, aliases: boolean, visit: Visit, { scope, store }: World): Key {
  const name = parseKeyName(text);
  const malformed = name.kind === "malformed" || (name.arn !== undefined && name.arn.partition !== PARTITION);
  // The cryptographic operations do not model InvalidArnException.
  if (malformed && text.startsWith("arn:") && visit.op.usage === undefined)
    throw new KmsError("InvalidArnException", `Invalid arn ${text}`);
  if (malformed || (name.kind === "alias" && !aliases)) throw notFound(`Invalid keyId '${text}'`);
  if (name.arn !== undefined && name.arn.region !== scope.region) throw notFound(`Invalid arn ${name.arn.region}`);
  if (name.arn !== undefined) permit(visit, name.arn.account);
  const id = name.kind === "key" ? name.id : store.aliases.target(name.name);
  if (id === undefined) throw notFound(`Alias ${name.kind === "alias" ? aliasArn(scope, name.name) : text} is not found.`);
  const key = store.keys.find(id);
  if (key === undefined) throw notFound(`Key '${keyArn(scope, id)}' does not exist`);
  return key;
}

/** Until policies are evaluated: an account's root may do everything with its own keys, and nothing with another's. */
function permit({ name, who }: Visit, owner: string): void {
  if (who.account === owner) return;
  throw new KmsError(
    "AccessDeniedException",
    `User: ${who.principal} is not authorized to perform: kms:${name} on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`,
  );
}

/** A ciphertext opens under the key that made it and no other, whatever the caller names. */
function requireNamed(resource: Resource, key: Key | undefined): void {
  if (resource.kind !== "ciphertext" || key === undefined || resource.ciphertext === undefined) return;
  const { account, keyId } = resource.ciphertext;
  if (account === key.account && keyId === key.id) return;
  throw new KmsError(
    "IncorrectKeyException",
    "The key ID in the request does not identify a CMK that can perform this operation.",
  );
}

function requireFit({ name, op: { states, usage } }: Visit, key: Key): void {
  if (states !== undefined && !states.includes(key.state)) {
    const code = key.state === "Disabled" && states.includes("Enabled") ? "DisabledException" : "KMSInvalidStateException";
    throw new KmsError(code, `${key.arn} ${conditionOf(key.state, states)}`);
  }
  if (usage !== undefined && usage !== key.usage) {
    throw new KmsError("InvalidKeyUsageException", `${key.arn} key usage is ${key.usage} which is not valid for ${name}.`);
  }
}
