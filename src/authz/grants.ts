// What a grant gives: to whom, for which operations, under which encryption contexts; and which grants may be made out of it. Pure. Source: KMS
// developer guide, "Grants in AWS KMS"; KMS API reference, CreateGrant.

import { meeting, type Named, type Principal, type UniqueIds } from "./principals.ts";

export type EncryptionContext = ReadonlyMap<string, string>;

/** At most one of the two. */
export interface Constraints {
  /** Exactly these pairs. */
  readonly equals?: EncryptionContext | undefined;
  /** These pairs, and perhaps others. */
  readonly subset?: EncryptionContext | undefined;
}

export interface Grant {
  readonly grantee: Named;
  readonly ids: UniqueIds;
  /** By the names of the actions behind `kms:`. */
  readonly operations: ReadonlySet<string>;
  readonly constraints: Constraints | undefined;
  /** 12 digits: whose identity made it. */
  readonly issuer: string;
}

/** A grant that is to be made. */
export interface Child {
  readonly operations: readonly string[];
  readonly constraints: Constraints | undefined;
}

export interface Asked {
  readonly caller: Principal;
  /** Whether the caller's own documents allow the action. */
  readonly identityAllows: boolean;
  /** Such as `kms:Encrypt`. */
  readonly action: string;
  /** Undefined: the operation has none, and no constraint says anything of it. */
  readonly encryptionContext: EncryptionContext | undefined;
  readonly child: Child | undefined;
}

/** Whether a grant allows what is asked. */
export function gives(grant: Grant, { caller, identityAllows, action, encryptionContext, child }: Asked): boolean {
  const met = meeting(grant.grantee, caller, grant.ids);
  if (met === undefined || met === "wildcard") return false;
  // An account's own grant is its root's, who may delegate it.
  if (met === "account" && caller.type !== "Root" && !identityAllows) return false;
  const operation = action.slice(action.indexOf(":") + 1);
  if (!grant.operations.has(operation)) return false;
  if (child !== undefined) return lies(child, grant);
  return encryptionContext === undefined || admits(grant.constraints, encryptionContext);
}

function admits(constraints: Constraints | undefined, context: EncryptionContext): boolean {
  if (constraints?.equals !== undefined) return holdsAll(context, constraints.equals) && context.size === constraints.equals.size;
  return constraints?.subset === undefined || holdsAll(context, constraints.subset);
}

const holdsAll = (context: EncryptionContext, pairs: EncryptionContext): boolean =>
  [...pairs].every(([name, value]) => context.get(name) === value);

/** Whether a grant gives no more than the one that it is made out of. */
function lies({ operations, constraints }: Child, parent: Grant): boolean {
  if (!operations.every((operation) => parent.operations.has(operation))) return false;
  const { equals, subset } = parent.constraints ?? {};
  if (equals !== undefined)
    return constraints?.equals !== undefined && holdsAll(constraints.equals, equals) && constraints.equals.size === equals.size;
  if (subset === undefined) return true;
  const own = constraints?.equals ?? constraints?.subset;
  return own !== undefined && holdsAll(own, subset);
}
