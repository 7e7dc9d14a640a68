// Which managed policies are attached to a user, a group or a role: the same three operations on each. Source: IAM API reference.

import { ApiError } from "../../wire/api-error.ts";
import { structure } from "../../wire/shape.ts";
import { policyNameOf } from "../arns.ts";
import { arn, groupName, policyPath, requireEntity, requireQuota, roleName, userName } from "../members.ts";
import { accepts, type Call, type Commit, type Computed } from "../operation.ts";
import { type PageRequest, paged, pageOf } from "../pages.ts";
import { requireAttachable } from "../policies.ts";
import type { EntityKind } from "../tables/entities.ts";

/** As the texts of quotas name what is attached to each. */
const QUOTA_NAMES: Readonly<Record<EntityKind, string>> = {
  user: "PoliciesPerUser",
  group: "PoliciesPerGroup",
  role: "PoliciesPerRole",
};

/** Attaching twice changes nothing. */
const attach =
  (kind: EntityKind, name: string, policyArn: string, { account, quotas }: Call): Commit =>
  (writes) => {
    const owner = requireEntity(writes, kind, name);
    requireAttachable(policyArn, writes, account);
    if (!writes.attachments.has(owner.id, policyArn))
      requireQuota(writes.attachments.countOf(owner.id), quotas.attachedPolicies, QUOTA_NAMES[kind]);
    writes.attachments.add(owner.id, policyArn);
    return {};
  };

const detach =
  (kind: EntityKind, name: string, policyArn: string): Commit =>
  (writes) => {
    policyNameOf(policyArn); // what is no ARN is refused as such
    const owner = requireEntity(writes, kind, name);
    if (!writes.attachments.has(owner.id, policyArn)) throw new ApiError("NoSuchEntity", `Policy ${policyArn} was not found.`);
    writes.attachments.remove(owner.id, policyArn);
    return {};
  };

interface Listing extends PageRequest {
  readonly PathPrefix: string;
}

async function list(kind: EntityKind, name: string, request: Listing, call: Call): Promise<Computed> {
  const owner = requireEntity(call.reads, kind, name);
  const isBelow = (policyArn: string): boolean => policyNameOf(policyArn).path.startsWith(request.PathPrefix);
  const attached = call.reads.attachments.all(owner.id).filter(isBelow); // no more than the quota allows
  const read = (after: string, limit: number) => attached.filter((policyArn) => policyArn > after).slice(0, limit);
  const { items, ...page } = await pageOf(request, call, read, (policyArn) => policyArn);
  const AttachedPolicies = items.map((PolicyArn) => ({ PolicyName: policyNameOf(PolicyArn).name, PolicyArn }));
  return { output: { AttachedPolicies, ...page } };
}

const listing = { PathPrefix: policyPath, ...paged };

const user = { UserName: userName };
export const attachUserPolicy = accepts(structure({ ...user, PolicyArn: arn }), ({ UserName, PolicyArn }, call) =>
  attach("user", UserName, PolicyArn, call),
);
export const detachUserPolicy = accepts(structure({ ...user, PolicyArn: arn }), ({ UserName, PolicyArn }) =>
  detach("user", UserName, PolicyArn),
);
export const listAttachedUserPolicies = accepts(structure({ ...user, ...listing }), ({ UserName, ...page }, call) =>
  list("user", UserName, page, call),
);

const group = { GroupName: groupName };
export const attachGroupPolicy = accepts(structure({ ...group, PolicyArn: arn }), ({ GroupName, PolicyArn }, call) =>
  attach("group", GroupName, PolicyArn, call),
);
export const detachGroupPolicy = accepts(structure({ ...group, PolicyArn: arn }), ({ GroupName, PolicyArn }) =>
  detach("group", GroupName, PolicyArn),
);
export const listAttachedGroupPolicies = accepts(structure({ ...group, ...listing }), ({ GroupName, ...page }, call) =>
  list("group", GroupName, page, call),
);

const role = { RoleName: roleName };
export const attachRolePolicy = accepts(structure({ ...role, PolicyArn: arn }), ({ RoleName, PolicyArn }, call) =>
  attach("role", RoleName, PolicyArn, call),
);
export const detachRolePolicy = accepts(structure({ ...role, PolicyArn: arn }), ({ RoleName, PolicyArn }) =>
  detach("role", RoleName, PolicyArn),
);
export const listAttachedRolePolicies = accepts(structure({ ...role, ...listing }), ({ RoleName, ...page }, call) =>
  list("role", RoleName, page, call),
);
