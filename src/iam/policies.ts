// Managed policies by their ARNs, the account's own and AWS's: what is asked of either.

import { ApiError } from "../wire/api-error.ts";
import { policyNameOf } from "./arns.ts";
import { builtinAt } from "./builtin-policies.ts";
import type { ManagedPolicy } from "./tables/managed-policies.ts";
import type { Reads } from "./tables/tables.ts";

/** The account's own policy of an ARN; undefined where there is none, or the ARN is no policy's of the account. */
export function ownPolicy(arn: string, { policies }: Pick<Reads, "policies">, account: string): ManagedPolicy | undefined {
  const { owner, path, name } = policyNameOf(arn);
  const policy = owner === account ? policies.find(name) : undefined;
  return policy?.path === path && policy.name === name ? policy : undefined;
}

/** The document that is in force of the policy of an ARN; undefined where there is no such policy. */
export function documentAt(arn: string, reads: Pick<Reads, "policies">, account: string): string | undefined {
  const own = ownPolicy(arn, reads, account);
  if (own !== undefined) return reads.policies.version(own.id, own.defaultVersion)?.document;
  return builtinAt(arn)?.document;
}

/** @throws ApiError NoSuchEntity, ValidationException. */
export function requireOwnPolicy(arn: string, reads: Pick<Reads, "policies">, account: string): ManagedPolicy {
  const own = ownPolicy(arn, reads, account);
  if (own !== undefined) return own;
  if (builtinAt(arn) !== undefined) throw new ApiError("AccessDeniedException", `Cannot modify the AWS managed policy ${arn}.`);
  throw new ApiError("NoSuchEntity", `Policy ${arn} was not found.`);
}

/** @returns what requires a policy to be there, and tells of one that is not under this name. @throws ApiError NoSuchEntity, ValidationException. */
const requireThere =
  (name: string) =>
  (arn: string, reads: Pick<Reads, "policies">, account: string): void => {
    if (documentAt(arn, reads, account) === undefined)
      throw new ApiError("NoSuchEntity", `${name} ${arn} does not exist or is not attachable.`);
  };

/** Of a policy that is to be attached. */
export const requireAttachable = requireThere("Policy");
/** Of a policy that is to bound a user or a role. */
export const requireBoundary = requireThere("Scope ARN:");

/** A version's id, by its number. */
export const printVersion = (number: number): string => `v${number}`;
