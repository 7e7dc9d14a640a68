// Managed policies. AWS's own are read like the account's, and never changed. Source: IAM API reference.

import { fold } from "../../authz/fold.ts";
import { ApiError } from "../../wire/api-error.ts";
import { defaulted, flag, oneOf, optional, structure } from "../../wire/shape.ts";
import { policyArn } from "../arns.ts";
import { type BuiltinPolicy, builtinAt, builtinPolicies } from "../builtin-policies.ts";
import {
  arn,
  checkManagedDocument,
  checkTags,
  description,
  newTags,
  newUniqueId,
  policyDocument,
  policyName,
  policyPath,
  requireQuota,
} from "../members.ts";
import { accepts, type Call, type Output } from "../operation.ts";
import { paged, pageOf } from "../pages.ts";
import { printVersion, requireOwnPolicy } from "../policies.ts";
import type { ManagedPolicy } from "../tables/managed-policies.ts";
import type { Reads } from "../tables/tables.ts";

/** How many rows are read at once where not every one of them is listed. */
const BATCH = 100;

const usage = optional(oneOf("PermissionsPolicy", "PermissionsBoundary"));

/** A policy of the account or of AWS, as both are shown. */
type Described = Omit<BuiltinPolicy, "document" | "description"> & { readonly description: string | undefined };

const described = (policy: ManagedPolicy, account: string): Described => ({
  ...{ arn: policyArn(account, policy), id: policy.id, name: policy.name, path: policy.path },
  ...{ description: policy.description, version: printVersion(policy.defaultVersion) },
  ...{ createdAt: policy.createdAt, updatedAt: policy.updatedAt },
});

/** As lists and the answer of CreatePolicy show it: without its description. */
const shownPolicy = ({ arn: Arn, ...policy }: Described, { attachments, entities }: Reads): Output => ({
  PolicyName: policy.name,
  PolicyId: policy.id,
  Arn,
  Path: policy.path,
  DefaultVersionId: policy.version,
  AttachmentCount: attachments.countOfPolicy(Arn),
  PermissionsBoundaryUsageCount: entities.countBoundedBy(Arn),
  IsAttachable: true,
  CreateDate: new Date(policy.createdAt),
  UpdateDate: new Date(policy.updatedAt),
});

export const createPolicy = accepts(
  structure(
    {
      ...{ PolicyName: policyName, Path: policyPath, PolicyDocument: policyDocument },
      ...{ Description: optional(description), Tags: newTags },
    },
    ({ Tags }) => checkTags(Tags),
  ),
  ({ PolicyName, Path, PolicyDocument, Description, Tags = [] }, { account, quotas, now, random }) => {
    checkManagedDocument(PolicyDocument);
    return (writes) => {
      if (writes.policies.find(PolicyName) !== undefined)
        throw new ApiError(
          "EntityAlreadyExists",
          `A policy called ${PolicyName} already exists. Duplicate names are not allowed.`,
        );
      requireQuota(writes.policies.count(), quotas.policies, "PoliciesPerAccount");
      const time = now();
      const policy: ManagedPolicy = {
        ...{ id: newUniqueId("ANPA", random, writes.entities), name: PolicyName, path: Path, description: Description },
        ...{ defaultVersion: 1, newestVersion: 1, createdAt: time, updatedAt: time },
      };
      writes.policies.insert(policy);
      writes.policies.insertVersion(policy.id, { number: 1, document: PolicyDocument, createdAt: time });
      writes.tags.put(policy.id, Tags);
      const shown = shownPolicy(described(policy, account), writes);
      return { output: { Policy: Tags.length === 0 ? shown : { ...shown, Tags: writes.tags.all(policy.id) } } };
    };
  },
);

export const getPolicy = accepts(structure({ PolicyArn: arn }), ({ PolicyArn }, { account, reads }) => {
  const policy = builtinAt(PolicyArn) ?? described(requireOwnPolicy(PolicyArn, reads, account), account);
  const { description: Description, id } = policy;
  return { output: { Policy: { ...shownPolicy(policy, reads), Description, Tags: reads.tags.all(id) } } };
});

export const listPolicies = accepts(
  structure({
    ...{ Scope: defaulted(oneOf("All", "AWS", "Local"), "All"), OnlyAttached: defaulted(flag, false) },
    ...{ PathPrefix: policyPath, PolicyUsageFilter: usage, ...paged },
  }),
  async (input, call) => {
    const { reads } = call;
    const isListed = ({ arn: of }: Described): boolean => {
      const isAttached = (): boolean => reads.attachments.isAttached(of);
      if (input.OnlyAttached && !isAttached()) return false;
      if (input.PolicyUsageFilter === undefined) return true;
      return input.PolicyUsageFilter === "PermissionsPolicy" ? isAttached() : reads.entities.countBoundedBy(of) > 0;
    };
    const read = (after: string, limit: number) => firstOf(limit, policiesBehind(after, input, call), isListed);
    const { items, ...page } = await pageOf(input, call, read, positionOf);
    return { output: { Policies: items.map((policy) => shownPolicy(policy, reads)), ...page } };
  },
);

/** The account's own go first, in the order of their names; AWS's follow in the order of their ARNs. No name has a colon. */
const positionOf = (policy: Described): string => (builtinAt(policy.arn) === undefined ? fold(policy.name) : policy.arn);

interface Listed {
  readonly Scope: "All" | "AWS" | "Local";
  readonly PathPrefix: string;
}

function* policiesBehind(after: string, { Scope, PathPrefix }: Listed, { account, reads }: Call): Generator<Described> {
  const isOwnDone = after.includes(":");
  if (Scope !== "AWS" && !isOwnDone) for (const policy of ownBehind(after, PathPrefix, reads)) yield described(policy, account);
  if (Scope === "Local") return;
  for (const policy of builtinPolicies())
    if (policy.path.startsWith(PathPrefix) && (!isOwnDone || policy.arn > after)) yield policy;
}

function* ownBehind(after: string, pathPrefix: string, { policies }: Reads): Generator<ManagedPolicy> {
  for (let from: string | undefined = after; from !== undefined; ) {
    const batch: readonly ManagedPolicy[] = policies.page(pathPrefix, from, BATCH);
    yield* batch;
    const last = batch.at(-1);
    from = last === undefined ? undefined : fold(last.name);
  }
}

/** So many items at most, of those that pass. */
function firstOf<T>(limit: number, items: Iterable<T>, passes: (item: T) => boolean): readonly T[] {
  const found: T[] = [];
  for (const item of items) {
    if (passes(item)) found.push(item);
    if (found.length === limit) break;
  }
  return found;
}

export const deletePolicy = accepts(structure({ PolicyArn: arn }), ({ PolicyArn }, { account }) => (writes) => {
  const { id } = requireOwnPolicy(PolicyArn, writes, account);
  if (writes.attachments.isAttached(PolicyArn) || writes.entities.countBoundedBy(PolicyArn) > 0)
    throw new ApiError("DeleteConflict", "Cannot delete a policy attached to entities.");
  if (writes.policies.versions(id).length > 1)
    throw new ApiError(
      "DeleteConflict",
      "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
    );
  writes.tags.removeAllOf(id);
  writes.policies.remove(id);
  return {};
});
