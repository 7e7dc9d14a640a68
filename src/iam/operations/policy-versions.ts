// Versions of managed policies. AWS's own policies show the one that is in force. Source: IAM API reference.

import { ApiError } from "../../wire/api-error.ts";
import { PolicyText } from "../../wire/query-xml.ts";
import { defaulted, flag, string, structure } from "../../wire/shape.ts";
import { builtinAt } from "../builtin-policies.ts";
import { arn, checkManagedDocument, policyDocument } from "../members.ts";
import { accepts, type Output } from "../operation.ts";
import { paged, pageOf } from "../pages.ts";
import { ownPolicy, printVersion, requireOwnPolicy } from "../policies.ts";
import type { ManagedPolicy, PolicyVersion } from "../tables/managed-policies.ts";
import type { Reads } from "../tables/tables.ts";

const versionId = string({ pattern: "v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?" });

/** A policy's versions, the newest first, and which of them is in force. */
interface Versioned {
  readonly defaultVersion: number;
  readonly versions: readonly PolicyVersion[];
}

/** Undefined where there is no such policy. */
function versionedAt(policyArn: string, reads: Pick<Reads, "policies">, account: string): Versioned | undefined {
  const own = ownPolicy(policyArn, reads, account);
  if (own !== undefined) return { defaultVersion: own.defaultVersion, versions: reads.policies.versions(own.id) };
  const builtin = builtinAt(policyArn);
  if (builtin === undefined) return undefined;
  const number = Number(builtin.version.slice(1));
  return { defaultVersion: number, versions: [{ number, document: builtin.document, createdAt: builtin.updatedAt }] };
}

const shownVersion = ({ number, createdAt }: PolicyVersion, defaultVersion: number): Output => ({
  VersionId: printVersion(number),
  IsDefaultVersion: number === defaultVersion,
  CreateDate: new Date(createdAt),
});

export const createPolicyVersion = accepts(
  structure({ PolicyArn: arn, PolicyDocument: policyDocument, SetAsDefault: defaulted(flag, false) }),
  ({ PolicyArn, PolicyDocument, SetAsDefault }, { account, quotas, now }) => {
    checkManagedDocument(PolicyDocument);
    return (writes) => {
      const { id, defaultVersion, newestVersion } = requireOwnPolicy(PolicyArn, writes, account);
      if (writes.policies.versions(id).length >= quotas.versionsPerPolicy)
        throw new ApiError(
          "LimitExceededException",
          `A managed policy can have up to ${quotas.versionsPerPolicy} versions. Before you create a new version, you must delete an existing version.`,
        );
      const version: PolicyVersion = { number: newestVersion + 1, document: PolicyDocument, createdAt: now() };
      writes.policies.insertVersion(id, version);
      writes.policies.setNewest(id, version.number, version.createdAt);
      if (SetAsDefault) writes.policies.setDefault(id, version.number);
      return { output: { PolicyVersion: shownVersion(version, SetAsDefault ? version.number : defaultVersion) } };
    };
  },
);

interface Named {
  readonly PolicyArn: string;
  readonly VersionId: string;
}

/** @throws ApiError NoSuchEntity in one text for a version that is not there and a policy that is not. */
function requireVersion({ PolicyArn, VersionId }: Named, versioned: Versioned | undefined): PolicyVersion {
  const found = versioned?.versions.find(({ number }) => printVersion(number) === VersionId);
  if (found === undefined)
    throw new ApiError("NoSuchEntity", `Policy ${PolicyArn} version ${VersionId} does not exist or is not attachable.`);
  return found;
}

/** Of a policy that is to be changed. @throws ApiError NoSuchEntity, AccessDenied for AWS's own. */
function requireOwnVersion(named: Named, reads: Reads, account: string): ManagedPolicy & { readonly number: number } {
  const { number } = requireVersion(named, versionedAt(named.PolicyArn, reads, account));
  return { ...requireOwnPolicy(named.PolicyArn, reads, account), number };
}

const version = structure({ PolicyArn: arn, VersionId: versionId });

export const getPolicyVersion = accepts(version, (named, { account, reads }) => {
  const versioned = versionedAt(named.PolicyArn, reads, account);
  const found = requireVersion(named, versioned);
  const Document = new PolicyText(found.document);
  return { output: { PolicyVersion: { Document, ...shownVersion(found, versioned?.defaultVersion ?? 0) } } };
});

export const listPolicyVersions = accepts(structure({ PolicyArn: arn, ...paged }), async (input, call) => {
  const versioned = versionedAt(input.PolicyArn, call.reads, call.account);
  if (versioned === undefined) throw new ApiError("NoSuchEntity", `Policy ${input.PolicyArn} was not found.`);
  const { versions, defaultVersion } = versioned;
  const read = (after: string, limit: number) =>
    versions.filter(({ number }) => after === "" || number < Number(after)).slice(0, limit);
  const { items, ...page } = await pageOf(input, call, read, ({ number }) => String(number));
  return { output: { Versions: items.map((item) => shownVersion(item, defaultVersion)), ...page } };
});

export const setDefaultPolicyVersion = accepts(version, (named, { account }) => (writes) => {
  const { id, number } = requireOwnVersion(named, writes, account);
  writes.policies.setDefault(id, number);
  return {};
});

export const deletePolicyVersion = accepts(version, (named, { account }) => (writes) => {
  const { id, number, defaultVersion } = requireOwnVersion(named, writes, account);
  if (number === defaultVersion) throw new ApiError("DeleteConflict", "Cannot delete the default version of a policy.");
  writes.policies.removeVersion(id, number);
  return {};
});
