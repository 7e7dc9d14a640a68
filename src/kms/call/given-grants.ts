// Grants in a decision: read anew for each, the caller's own of one key alone.

import { type Constraints, type EncryptionContext, type Grant, gives } from "../../authz/grants.ts";
import { namedOf, type Principal, roleIdOf } from "../../authz/principals.ts";
import type { Retirable } from "../../authz/retire.ts";
import type { Key } from "../../keyring/key.ts";
import type { Request } from "../operation.ts";
import type { StoredConstraints, StoredGrant } from "../tables/grants.ts";
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
  const own = sight.reads.grants.given(key.id, met).map(grantOf);
  const found = own.filter((grant) => gives(grant, { caller, identityAllows, action, encryptionContext, child }));
  return found.length === 0 ? undefined : { isOfOwnAccount: found.some(({ issuer }) => issuer === caller.account) };
}

function grantOf({ grantee, granteeId, retiring, retiringId, operations, constraints, issuer }: StoredGrant): Grant {
  const ids = new Map([[grantee, granteeId]]);
  if (retiring !== undefined && retiringId !== undefined) ids.set(retiring, retiringId);
  const named = namedOf("AWS", grantee);
  if (named === undefined) throw new Error("a stored grant names no principal");
  return { grantee: named, ids, operations: new Set(operations), constraints: constraintsOf(constraints), issuer };
}

export const retirableOf = (grant: StoredGrant, owner: string): Retirable => ({
  ...grantOf(grant),
  retiring: grant.retiring === undefined ? undefined : namedOf("AWS", grant.retiring),
  owner,
});

function constraintsOf(stored: StoredConstraints | undefined): Constraints | undefined {
  if (stored === undefined) return undefined;
  const pairs = new Map(stored.pairs);
  return stored.type === "EncryptionContextEquals" ? { equals: pairs } : { subset: pairs };
}

function childOf({ recorded }: Request) {
  const { EncryptionContextEquals: equals, EncryptionContextSubset: subset } = (recorded["Constraints"] ?? {}) as Readonly<
    Record<string, EncryptionContext | undefined>
  >;
  return { operations: recorded["Operations"] as readonly string[], constraints: { equals, subset } };
}
