// What a grant gives: to whom, for which operations, under which encryption contexts; and which grants may be made out of it. Pure. Source: KMS
// developer guide, "Grants in AWS KMS"; KMS API reference, CreateGrant.

import { meeting, type Named, type Principal, type UniqueIds } from "./principals.ts";

export type EncryptionContext = ReadonlyMap<string, string>;

/** Which encryption contexts a grant is for: exactly these pairs, or these and perhaps others. */
export interface Constraint {
  readonly type: "EncryptionContextEquals" | "EncryptionContextSubset";
  readonly pairs: EncryptionContext;
}

/** The constraint in CreateGrant's member, where an empty map beside another one says nothing (Terraform sends it). @returns undefined for none. */
export function constraintIn(
  given: Readonly<Partial<Record<Constraint["type"], EncryptionContext>>> = {},
): Constraint | undefined {
  const { EncryptionContextEquals: equals, EncryptionContextSubset: subset } = given;
  if (subset !== undefined && (subset.size > 0 || equals === undefined))
    return { type: "EncryptionContextSubset", pairs: subset };
  return equals && { type: "EncryptionContextEquals", pairs: equals };
}

/** One constraint has one text, whatever the order of its pairs. */
export const constraintText = ({ type, pairs }: Constraint): string =>
  JSON.stringify({ type, pairs: [...pairs].toSorted(([one], [other]) => (one < other ? -1 : 1)) });

export interface Grant {
  readonly grantee: Named;
  readonly ids: UniqueIds;
  /** By the names of the actions behind `kms:`. */
  readonly operations: ReadonlySet<string>;
  readonly constraint: Constraint | undefined;
  /** 12 digits: whose identity made it. */
  readonly issuer: string;
}

/** A grant that is to be made. */
export interface Child {
  readonly operations: readonly string[];
  readonly constraint: Constraint | undefined;
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
  return encryptionContext === undefined || admits(grant.constraint, encryptionContext);
}

function admits(constraint: Constraint | undefined, context: EncryptionContext): boolean {
  if (constraint === undefined) return true;
  const { type, pairs } = constraint;
  return holdsAll(context, pairs) && (type === "EncryptionContextSubset" || context.size === pairs.size);
}

const holdsAll = (context: EncryptionContext, pairs: EncryptionContext): boolean =>
  [...pairs].every(([name, value]) => context.get(name) === value);

/** Whether a grant gives no more than the one that it is made out of. */
function lies({ operations, constraint }: Child, parent: Grant): boolean {
  if (!operations.every((operation) => parent.operations.has(operation))) return false;
  if (parent.constraint === undefined) return true;
  if (
    constraint === undefined ||
    (parent.constraint.type === "EncryptionContextEquals" && constraint.type !== parent.constraint.type)
  )
    return false;
  return admits(parent.constraint, constraint.pairs);
}
