// Managed policies and their versions: the account's own, beside which AWS's stand to be read. Source: IAM API reference.

import { fold } from "../../authz/fold.ts";
import { ApiError } from "../../wire/api-error.ts";
import { PolicyText } from "../../wire/query-xml.ts";
import { defaulted, flag, oneOf, optional, string, structure } from "../../wire/shape.ts";
import { policyArn } from "../arns.ts";
import { type BuiltinPolicy, builtinAt, builtinPolicies } from "../builtin-policies.ts";
import {
  arn,
  checkDocument,
  checkTags,
  description,
  documentSize,
  newTags,
  newUniqueId,
  pathOfNew,
  pathPrefix,
  policyDocument,
  policyName,
  requireQuota,
} from "../members.ts";
import { accepts, type Call, type Output } from "../operation.ts";
import { paged, pageOf, pageOfAll } from "../pages.ts";
import { ownPolicy, requireOwnPolicy } from "../policies.ts";
import type { ManagedPolicy, PolicyVersion } from "../tables/managed-policies.ts";
import type { Reads } from "../tables/tables.ts";

/** Characters, white space apart. */
const SIZE_MAX = 6144;
const FIRST = 1;

const versionId = string({ min: 2, max: 21, pattern: "v[1-9][0-9]*" });

/** @throws ApiError LimitExceeded, MalformedPolicyDocument. */
function requireDocument(text: string): void {
  if (documentSize(text) > SIZE_MAX)
    throw new ApiError("LimitExceededException", `Cannot exceed quota for PolicySize: ${SIZE_MAX}`);
  checkDocument(text);
}

/** `description` stands in the answers to single policies alone. */
function shown(policy: ManagedPolicy, { attachments, entities, tags }: Reads, account: string, isListed = false): Output {
  const Arn = policyArn(account, policy);
  const own = tags.all(policy.id);
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn,
    Path: policy.path,
    DefaultVersionId: `v${policy.defaultVersion}`,
    AttachmentCount: attachments.countOfPolicy(Arn),
    PermissionsBoundaryUsageCount: entities.countBoundedBy(Arn),
    IsAttachable: true,
    Description: isListed ? undefined : policy.description,
    CreateDate: new Date(policy.createdAt),
    UpdateDate: new Date(policy.updatedAt),
    Tags: isListed || own.length === 0 ? undefined : own,
  };
}

const shownBuiltin = (policy: BuiltinPolicy, { attachments, entities }: Reads, isListed = false): Output => ({
  PolicyName: policy.name,
  PolicyId: policy.id,
  Arn: policy.arn,
  Path: policy.path,
  DefaultVersionId: policy.version,
  AttachmentCount: attachments.countOfPolicy(policy.arn),
  PermissionsBoundaryUsageCount: entities.countBoundedBy(policy.arn),
  IsAttachable: true,
  Description: isListed ? undefined : policy.description,
  CreateDate: new Date(policy.createdAt),
  UpdateDate: new Date(policy.updatedAt),
});

export const createPolicy = accepts(
  structure(
    {
      ...{ PolicyName: policyName, Path: pathOfNew, PolicyDocument: policyDocument },
      ...{ Description: optional(description), Tags: newTags },
    },
    ({ Tags }) => checkTags(Tags),
  ),
  ({ PolicyName, Path, PolicyDocument, Description, Tags = [] }, { account, quotas, now, random }) => {
    requireDocument(PolicyDocument);
    return (writes) => {
      if (writes.policies.find(PolicyName) !== undefined)
        throw new ApiError(
          "EntityAlreadyExists",
          `A policy called ${PolicyName} already exists. Duplicate names are not allowed.`,
        );
      requireQuota(writes.policies.count(), quotas.policies, "PoliciesPerAccount");
      const createdAt = now();
      const policy: ManagedPolicy = {
        ...{ id: newUniqueId("ANPA", random, writes.entities), name: PolicyName, path: Path, description: Description },
        ...{ defaultVersion: FIRST, newestVersion: FIRST, createdAt, updatedAt: createdAt },
      };
      writes.policies.insert(policy);
      writes.policies.insertVersion(policy.id, { number: FIRST, document: PolicyDocument, createdAt });
      writes.tags.put(policy.id, Tags);
      return { output: { Policy: { ...shown(policy, writes, account), Description: undefined } } };
    };
  },
);

const notFound = (named: string): ApiError => new ApiError("NoSuchEntity", `Policy ${named} was not found.`);

export const getPolicy = accepts(structure({ PolicyArn: arn }), ({ PolicyArn }, { account, reads }) => {
  const own = ownPolicy(PolicyArn, reads, account);
  if (own !== undefined) return { output: { Policy: shown(own, reads, account) } };
  const builtin = builtinAt(PolicyArn);
  if (builtin === undefined) throw notFound(PolicyArn);
  return { output: { Policy: shownBuiltin(builtin, reads) } };
});

const USAGES = ["PermissionsPolicy", "PermissionsBoundary"] as const;

export const listPolicies = accepts(
  structure({
    ...{ Scope: defaulted(oneOf("All", "AWS", "Local"), "All"), OnlyAttached: defaulted(flag, false), PathPrefix: pathPrefix },
    ...{ PolicyUsageFilter: optional(oneOf(...USAGES)), ...paged },
  }),
  async (input, call) => {
    const { items, ...page } = await pageOf(input, call, listed(input, call), ({ position }) => position);
    return { output: { Policies: items.map((item) => item.shown()), ...page } };
  },
);

interface Listing {
  readonly Scope: "All" | "AWS" | "Local";
  readonly OnlyAttached: boolean;
  readonly PathPrefix: string;
  readonly PolicyUsageFilter?: (typeof USAGES)[number];
}

interface Item {
  readonly position: string;
  shown(): Output;
}

/** AWS's policies first, then the account's own by their names. @returns what reads so many behind a position. */
function listed({ Scope, OnlyAttached, PathPrefix, PolicyUsageFilter }: Listing, { account, reads }: Call) {
  const isUsed = (Arn: string): boolean => {
    const bounds = reads.entities.countBoundedBy(Arn) > 0;
    if (PolicyUsageFilter === "PermissionsBoundary") return bounds;
    return !OnlyAttached || reads.attachments.isAttached(Arn) || (bounds && PolicyUsageFilter === undefined);
  };
  const builtins = builtinPolicies().filter(({ path }) => Scope !== "Local" && path.startsWith(PathPrefix));
  const ofAws = builtins.map((policy): Item & { readonly arn: string } => ({
    ...{ position: `aws/${fold(policy.name)}`, arn: policy.arn, shown: () => shownBuiltin(policy, reads, true) },
  }));
  return (after: string, limit: number): readonly Item[] => {
    const found: Item[] = ofAws.filter(({ position, arn: Arn }) => position > after && isUsed(Arn));
    let behind = after.startsWith("own/") ? after.slice("own/".length) : "";
    while (Scope !== "AWS" && found.length < limit) {
      const read = reads.policies.page(PathPrefix, behind, limit);
      found.push(
        ...read
          .filter((policy) => isUsed(policyArn(account, policy)))
          .map((policy) => ({ position: `own/${fold(policy.name)}`, shown: () => shown(policy, reads, account, true) })),
      );
      const last = read.at(-1);
      if (last === undefined || read.length < limit) break;
      behind = fold(last.name);
    }
    return found.slice(0, limit);
  };
}

export const deletePolicy = accepts(structure({ PolicyArn: arn }), ({ PolicyArn }, { account }) => (writes) => {
  const { id } = requireOwnPolicy(PolicyArn, writes, account);
  const conflict = (message: string): ApiError => new ApiError("DeleteConflict", message);
  if (writes.attachments.isAttached(PolicyArn) || writes.entities.countBoundedBy(PolicyArn) > 0)
    throw conflict("Cannot delete a policy attached to entities.");
  if (writes.policies.versions(id).length > 1)
    throw conflict(
      "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
    );
  writes.tags.removeAllOf(id);
  writes.policies.remove(id);
  return {};
});

const shownVersion = ({ number, document, createdAt }: PolicyVersion, defaultVersion: number, withDocument: boolean): Output => ({
  Document: withDocument ? new PolicyText(document) : undefined,
  VersionId: `v${number}`,
  IsDefaultVersion: number === defaultVersion,
  CreateDate: new Date(createdAt),
});

export const createPolicyVersion = accepts(
  structure({ PolicyArn: arn, PolicyDocument: policyDocument, SetAsDefault: defaulted(flag, false) }),
  ({ PolicyArn, PolicyDocument, SetAsDefault }, { account, quotas, now }) => {
    requireDocument(PolicyDocument);
    return (writes) => {
      const { id, newestVersion, defaultVersion } = requireOwnPolicy(PolicyArn, writes, account);
      if (writes.policies.versions(id).length >= quotas.versionsPerPolicy)
        throw new ApiError(
          "LimitExceededException",
          `A managed policy can have up to ${quotas.versionsPerPolicy} versions. Before you create a new version, you must delete an existing version.`,
        );
      const version: PolicyVersion = { number: newestVersion + 1, document: PolicyDocument, createdAt: now() };
      writes.policies.insertVersion(id, version);
      writes.policies.setNewest(id, version.number, version.createdAt);
      if (SetAsDefault) writes.policies.setDefault(id, version.number);
      return { output: { PolicyVersion: shownVersion(version, SetAsDefault ? version.number : defaultVersion, false) } };
    };
  },
);

const noVersion = (policy: string, id: string): ApiError =>
  new ApiError("NoSuchEntity", `Policy ${policy} version ${id} does not exist or is not attachable.`);

/** @throws ApiError NoSuchEntity. */
function requireVersion(policy: string, { id }: ManagedPolicy, versionName: string, { policies }: Reads): PolicyVersion {
  const version = policies.version(id, Number(versionName.slice(1)));
  if (version === undefined) throw noVersion(policy, versionName);
  return version;
}

export const getPolicyVersion = accepts(
  structure({ PolicyArn: arn, VersionId: versionId }),
  ({ PolicyArn, VersionId }, { account, reads }) => {
    const builtin = builtinAt(PolicyArn);
    if (builtin !== undefined) {
      if (VersionId !== builtin.version) throw noVersion(PolicyArn, VersionId);
      return { output: { PolicyVersion: { ...ofBuiltin(builtin), Document: new PolicyText(builtin.document) } } };
    }
    const policy = requireOwnPolicy(PolicyArn, reads, account);
    const version = requireVersion(PolicyArn, policy, VersionId, reads);
    return { output: { PolicyVersion: shownVersion(version, policy.defaultVersion, true) } };
  },
);

const ofBuiltin = ({ version, updatedAt }: BuiltinPolicy): Output => ({
  ...{ VersionId: version, IsDefaultVersion: true, CreateDate: new Date(updatedAt) },
});

export const listPolicyVersions = accepts(structure({ PolicyArn: arn, ...paged }), async (input, call) => {
  const builtin = builtinAt(input.PolicyArn);
  if (builtin !== undefined) return { output: { Versions: [ofBuiltin(builtin)], IsTruncated: false } };
  const policy = requireOwnPolicy(input.PolicyArn, call.reads, call.account);
  const versions = call.reads.policies.versions(policy.id);
  const { items, ...page } = await pageOfAll(input, call, versions, ({ number }) => String(number));
  return { output: { Versions: items.map((version) => shownVersion(version, policy.defaultVersion, false)), ...page } };
});

export const deletePolicyVersion = accepts(
  structure({ PolicyArn: arn, VersionId: versionId }),
  ({ PolicyArn, VersionId }, { account }) =>
    (writes) => {
      const policy = requireOwnPolicy(PolicyArn, writes, account);
      const { number } = requireVersion(PolicyArn, policy, VersionId, writes);
      if (number === policy.defaultVersion)
        throw new ApiError("DeleteConflict", "Cannot delete the default version of a policy.");
      writes.policies.removeVersion(policy.id, number);
      return {};
    },
);

export const setDefaultPolicyVersion = accepts(
  structure({ PolicyArn: arn, VersionId: versionId }),
  ({ PolicyArn, VersionId }, { account }) =>
    (writes) => {
      const policy = requireOwnPolicy(PolicyArn, writes, account);
      writes.policies.setDefault(policy.id, requireVersion(PolicyArn, policy, VersionId, writes).number);
      return {};
    },
);
