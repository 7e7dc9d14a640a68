// Grants in a decision: read anew for each, the caller's own of one key alone.

import { type Child, type EncryptionContext, type Grant, gives } from "../../authz/grants.ts";
import { namedOf, type Principal, roleIdOf } from "../../authz/principals.ts";
import type { Retirable } from "../../authz/retire.ts";
import type { Key } from "../../keyring/key.ts";
import { newConstraint } from "../conditions.ts";
import type { Request } from "../operation.ts";
import type { Given, StoredGrant } from "../tables/grants.ts";
import type { Sight } from "../world.ts";

interface Wanted {
  readonly caller: Principal;
  readonly key: Key;
  /** Such as `kms:Encrypt`. */
  readonly action: string;
  readonly encryptionContext: EncryptionContext | undefined;
  /** Of CreateGrant: what is to be made out of the grant. */
  readonly request: Request;
}

/** @returns undefined where no grant gives it. */
export function grantFor(
  wanted: Wanted,
  identityAllows: boolean,
  sight: Sight,
): { readonly isOfOwnAccount: boolean } | undefined {
  const { caller, key, action, encryptionContext, request } = wanted;
  const child = action === "kms:CreateGrant" ? childOf(request) : undefined;
  const met = [caller.uniqueId, roleIdOf(caller) ?? caller.uniqueId, caller.account] as const;
  const context = child === undefined ? encryptionContext : undefined; // CreateGrant's pairs are the child's own
  const own = sight.reads.grants.given(key.id, met, action.slice("kms:".length), context).map(grantOf);
  const found = own.filter((grant) => gives(grant, { caller, identityAllows, action, encryptionContext, child }));
  return found.length === 0 ? undefined : { isOfOwnAccount: found.some(({ issuer }) => issuer === caller.account) };
}

function grantOf({ grantee, granteeId, operations, constraint, issuer }: Given): Grant {
  const named = namedOf("AWS", grantee);
  if (named === undefined) throw new Error("a stored grant names no principal");
  return { grantee: named, ids: new Map([[grantee, granteeId]]), operations: new Set(operations), constraint, issuer };
}

export function retirableOf(stored: StoredGrant, owner: string): Retirable {
  const grant = grantOf(stored);
  const { retiring, retiringId } = stored;
  if (retiring === undefined || retiringId === undefined) return { ...grant, retiring: undefined, owner };
  return { ...grant, ids: new Map([...grant.ids, [retiring, retiringId]]), retiring: namedOf("AWS", retiring), owner };
}

const childOf = (request: Request): Child => ({
  operations: request.recorded["Operations"] as readonly string[],
  constraint: newConstraint(request),
});
