// Managed policies attached to users, groups and roles. Source: IAM API reference.

import { ApiError } from "../../wire/api-error.ts";
import { structure } from "../../wire/shape.ts";
import { policyNameOf } from "../arns.ts";
import { arn, groupName, policyPath, requireEntity, requireQuota, roleName, userName } from "../members.ts";
import { accepts, type Call, type Commit, type Computed } from "../operation.ts";
import { type PageRequest, paged, pageOf } from "../pages.ts";
import { requireAttachable } from "../policies.ts";
import type { EntityKind } from "../tables/entities.ts";

/** Whom it is attached to. */
type Owner = readonly [kind: EntityKind, name: string];

const QUOTAS: Readonly<Record<EntityKind, string>> = {
  user: "PoliciesPerUser",
  group: "PoliciesPerGroup",
  role: "PoliciesPerRole",
};

/** One that is attached already stays so. */
const attach =
  ([kind, name]: Owner, policyArn: string, { account, quotas }: Call): Commit =>
  (writes) => {
    const { id } = requireEntity(writes, kind, name);
    requireAttachable(policyArn, writes, account);
    if (writes.attachments.has(id, policyArn)) return {};
    requireQuota(writes.attachments.countOf(id), quotas.attachedPolicies, QUOTAS[kind]);
    writes.attachments.add(id, policyArn);
    return {};
  };

const detach =
  ([kind, name]: Owner, policyArn: string): Commit =>
  (writes) => {
    policyNameOf(policyArn); // what is no ARN is refused as such
    const { id } = requireEntity(writes, kind, name);
    if (!writes.attachments.has(id, policyArn)) throw new ApiError("NoSuchEntity", `Policy ${policyArn} was not found.`);
    writes.attachments.remove(id, policyArn);
    return {};
  };

interface Listing extends PageRequest {
  readonly PathPrefix: string;
}

/** In the order of their ARNs. */
async function list([kind, name]: Owner, request: Listing, call: Call): Promise<Computed> {
  const { id } = requireEntity(call.reads, kind, name);
  const attached = call.reads.attachments.all(id).map((policyArn) => ({ arn: policyArn, ...policyNameOf(policyArn) }));
  const listed = attached.filter(({ path }) => path.startsWith(request.PathPrefix));
  const read = (after: string, limit: number) => listed.filter((item) => item.arn > after).slice(0, limit);
  const { items, ...page } = await pageOf(request, call, read, (item) => item.arn);
  return { output: { AttachedPolicies: items.map((item) => ({ PolicyName: item.name, PolicyArn: item.arn })), ...page } };
}

const ofUser = structure({ UserName: userName, PolicyArn: arn });
const ofGroup = structure({ GroupName: groupName, PolicyArn: arn });
const ofRole = structure({ RoleName: roleName, PolicyArn: arn });

export const attachUserPolicy = accepts(ofUser, ({ UserName, PolicyArn }, call) => attach(["user", UserName], PolicyArn, call));
export const attachGroupPolicy = accepts(ofGroup, ({ GroupName, PolicyArn }, call) =>
  attach(["group", GroupName], PolicyArn, call),
);
export const attachRolePolicy = accepts(ofRole, ({ RoleName, PolicyArn }, call) => attach(["role", RoleName], PolicyArn, call));

export const detachUserPolicy = accepts(ofUser, ({ UserName, PolicyArn }) => detach(["user", UserName], PolicyArn));
export const detachGroupPolicy = accepts(ofGroup, ({ GroupName, PolicyArn }) => detach(["group", GroupName], PolicyArn));
export const detachRolePolicy = accepts(ofRole, ({ RoleName, PolicyArn }) => detach(["role", RoleName], PolicyArn));

const listing = { PathPrefix: policyPath, ...paged };

export const listAttachedUserPolicies = accepts(structure({ UserName: userName, ...listing }), (input, call) =>
  list(["user", input.UserName], input, call),
);
export const listAttachedGroupPolicies = accepts(structure({ GroupName: groupName, ...listing }), (input, call) =>
  list(["group", input.GroupName], input, call),
);
export const listAttachedRolePolicies = accepts(structure({ RoleName: roleName, ...listing }), (input, call) =>
  list(["role", input.RoleName], input, call),
);
